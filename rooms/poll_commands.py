"""What can be done with polls."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protocols.errors import Code, Refused
from protocols.limits import DURATION_MAXIMUM_MS, OPTIONS, RATING
from protocols.messages import STAFF, Budget, Command, Id, Role
from protocols.text import Option, Question
from rooms.poll import Kind, Who

Duration = Annotated[int, Field(ge=1_000, le=DURATION_MAXIMUM_MS)]


class PollCreate(Command):
    """Draft a poll. A rating has no options of its own; ``max_choices`` is for multi, else 1.

    ``photos`` gives each option its photo, or null. One option that is a photo is enough: others may follow.
    """

    type = "poll.create"
    roles = STAFF

    question: Question
    kind: Kind
    options: Annotated[list[Option], Field(max_length=OPTIONS, default_factory=list)]
    photos: Annotated[list[Id | None], Field(max_length=OPTIONS, default_factory=list)]
    max_choices: Annotated[int, Field(ge=1, le=OPTIONS)] | None = None
    hidden: bool = False
    who: Who = "everyone"
    duration_ms: Duration | None = None


class PollCommand(Command):
    """What staff does with a poll that is there."""

    roles = STAFF

    poll: Id


class PollEnter(PollCommand):
    """Give a draft one option more, which is a photo that everyone sees; one for each author."""

    type = "poll.enter"

    photo: Id
    option: Option


class PollWithdraw(PollCommand):
    """Take the option away from a draft that is this photo."""

    type = "poll.withdraw"

    photo: Id


class PollOpen(PollCommand):
    """Let people vote, for ``duration_ms`` or the draft's, or until somebody closes it."""

    type = "poll.open"

    duration_ms: Duration | None = None


class PollPause(PollCommand):
    """Stop the clock; ballots still count."""

    type = "poll.pause"


class PollResume(PollCommand):
    """Let the clock run on."""

    type = "poll.resume"


class PollExtend(PollCommand):
    """Give it more time."""

    type = "poll.extend"

    by_ms: Duration = 30_000


class PollHide(PollCommand):
    """Show the result to hosts only; not once it is closed and was shown."""

    type = "poll.hide"


class PollReveal(PollCommand):
    """Show the result to everyone."""

    type = "poll.reveal"


class PollVote(PollCommand):
    """Cast one's ballot, or change it. The same again changes nothing."""

    type = "poll.vote"
    roles = frozenset({Role.ATTENDEE})
    budget = Budget.NONE

    choices: Annotated[list[Annotated[int, Field(ge=0, le=OPTIONS)]], Field(min_length=1, max_length=OPTIONS)]


class PollClose(PollCommand):
    """End voting: every ballot acknowledged before counts, every later one is refused."""

    type = "poll.close"


class PollReset(PollCommand):
    """Make it a draft again: its ballots are void, and everybody may vote anew once it opens."""

    type = "poll.reset"


class PollRemove(PollCommand):
    """Take the poll away, with its ballots."""

    type = "poll.remove"


def most_choices(wanted: PollCreate) -> int:
    """How many choices one ballot may have; raises Refused (invalid) for a poll that cannot be."""
    options = wanted.options
    if wanted.kind == "rating" and options:
        raise Refused(Code.INVALID, f"A rating goes from 1 to {RATING} and has no options.")
    if wanted.photos and len(wanted.photos) != len(options):
        raise Refused(Code.INVALID, "There is a photo, or null, for each option.")
    least = 1 if any(wanted.photos) else 2
    if wanted.kind != "rating" and (len(options) < least or len(set(options)) < len(options)):
        raise Refused(Code.INVALID, "A poll has at least two options, each different.")
    if wanted.kind != "multi" and wanted.max_choices not in {None, 1}:
        raise Refused(Code.INVALID, "Only a poll of kind multi takes several choices.")
    if wanted.max_choices is not None and wanted.max_choices > max(len(options), 1):
        raise Refused(Code.INVALID, "There are fewer options than choices.")
    return (wanted.max_choices or len(options)) if wanted.kind == "multi" else 1
