"""Entries in a vote: options of a draft that are photos of the room's.

An option keeps its own words, which its hosts chose: a photo may go at any time, and its caption with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from protocols.errors import Code, Refused
from protocols.limits import OPTIONS
from protocols.messages import Audience, Lasting
from rooms.activity import Context, Proposed
from rooms.poll import Poll
from rooms.poll_commands import PollCreate, PollEnter, PollWithdraw


@dataclass(frozen=True, slots=True)
class PollEntered(Lasting):
    """A draft has one option more, which is this photo."""

    type: ClassVar[str] = "poll.entered"

    poll: str
    option: str
    photo: str


@dataclass(frozen=True, slots=True)
class PollWithdrawn(Lasting):
    """A draft has lost the option that was this photo."""

    type: ClassVar[str] = "poll.withdrawn"

    poll: str
    photo: str


def entries_of(wanted: PollCreate, context: Context) -> list[str | None]:
    """The photos of a new poll's options. Raises Refused: not_found, conflict."""
    photos = [photo for photo in wanted.photos if photo is not None]
    for place, photo in enumerate(photos):
        fit(photo, photos[:place], context)
    return list(wanted.photos) if photos else []


def enter(poll: Poll, command: PollEnter, context: Context) -> list[Proposed]:
    """The same photo again changes nothing. Raises Refused: not_found, conflict."""
    _drafted(poll)
    if command.photo in poll.photos:
        return []
    if poll.kind == "rating":
        raise Refused(Code.CONFLICT, "A rating has no options.")
    if len(poll.options) >= OPTIONS:
        raise Refused(Code.CONFLICT, f"A poll has at most {OPTIONS} options.")
    if command.option in poll.options:
        raise Refused(Code.CONFLICT, "There is an option of this name already.")
    fit(command.photo, [photo for photo in poll.photos if photo is not None], context)
    return [Proposed(PollEntered(poll.poll, command.option, command.photo), Audience.HOSTS)]


def withdraw(poll: Poll, command: PollWithdraw) -> list[Proposed]:
    """A photo that is no entry changes nothing. Raises Refused: conflict."""
    _drafted(poll)
    if command.photo not in poll.photos:
        return []
    if len(poll.options) == 1:
        raise Refused(Code.CONFLICT, "It is the only option; remove the poll.")
    return [Proposed(PollWithdrawn(poll.poll, command.photo), Audience.HOSTS)]


def fit(photo: str, others: list[str], context: Context) -> None:
    """Raises Refused for a photo that everyone does not see, or whose author has one among the others."""
    work = context.work(photo)
    if work is None:
        raise Refused(Code.NOT_FOUND, "There is no such photo.")
    if not work.shown:
        raise Refused(Code.CONFLICT, "This photo is not shown; show it first.")
    authors = {other.by.id for each in others if (other := context.work(each)) is not None}
    if photo in others or work.by.id in authors:
        raise Refused(Code.CONFLICT, "One person has one photo in a vote.")


def _drafted(poll: Poll) -> None:
    if poll.status != "draft":
        raise Refused(Code.CONFLICT, "It was opened already; make a new one.")
