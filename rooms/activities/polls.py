"""Polls: one ballot a person, changed until close; close is a barrier.

Staff, walls and bots have no ballot, so that nobody takes those who run the room for voters; a host who
wants to vote opens the audience's link. A pause stops the clock, not the voting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

from protocols.errors import Code, Refused
from protocols.limits import POLLS_KEPT, VIEW_BYTES
from protocols.messages import Audience, By, Command, Event, Record, Role
from protocols.text import text_bytes
from rooms.activity import Activity, Context, Proposed, Tick
from rooms.poll import Ballot, Poll, PollsMine, PollsView, PollTally
from rooms.poll_commands import (
    PollClose,
    PollCommand,
    PollCreate,
    PollEnter,
    PollExtend,
    PollHide,
    PollOpen,
    PollPause,
    PollRemove,
    PollReset,
    PollResume,
    PollReveal,
    PollVote,
    PollWithdraw,
    most_choices,
)
from rooms.poll_entries import PollEntered, PollWithdrawn, enter, entries_of, withdraw
from rooms.poll_events import (
    PollClosed,
    PollCounted,
    PollCreated,
    PollExtended,
    PollHidden,
    PollOpened,
    PollPaused,
    PollRedrafted,
    PollRemoved,
    PollResumed,
    PollRevealed,
    PollVoted,
)


def _closing(poll: Poll, reason: Literal["staff", "timer"]) -> list[Proposed]:
    result = poll.result()
    if not poll.hidden:
        return [Proposed(PollClosed(poll.poll, reason, result))]
    return [
        Proposed(PollClosed(poll.poll, reason, None)),
        Proposed(PollCounted(poll.poll, result), Audience.HOSTS),
    ]


def _gone(poll: Poll, command: PollReset | PollRemove, context: Context) -> list[Proposed]:
    removed = Proposed(PollRemoved(poll.poll), _audience(poll))
    if isinstance(command, PollRemove):
        return [removed]
    if poll.status == "draft":
        return []
    # The draft first: whatever is about the poll follows it before the old one goes.
    draft = PollRedrafted(**poll.drafted(context.new_id()).words(), was=poll.poll)
    return [Proposed(draft, Audience.HOSTS), removed]


def _size(poll: Poll) -> int:
    return text_bytes(poll.question, *poll.options, *filter(None, poll.photos))


def _audience(poll: Poll) -> Audience:
    return Audience.HOSTS if poll.status == "draft" else Audience.EVERYONE


class Polls(Activity):
    """The polls of a room, several of which may be open."""

    name = "polls"
    scene = "poll"
    commands = (
        PollCreate,
        PollEnter,
        PollWithdraw,
        PollOpen,
        PollPause,
        PollResume,
        PollExtend,
        PollHide,
        PollReveal,
        PollVote,
        PollClose,
        PollReset,
        PollRemove,
    )
    events = (
        PollCreated,
        PollEntered,
        PollWithdrawn,
        PollOpened,
        PollPaused,
        PollResumed,
        PollExtended,
        PollHidden,
        PollRevealed,
        PollVoted,
        PollClosed,
        PollCounted,
        PollRedrafted,
        PollRemoved,
    )
    view_shape = PollsView
    mine_shape = PollsMine
    tick_shapes = MappingProxyType({"poll.tally": PollTally})

    def __init__(self) -> None:
        self._polls: dict[str, Poll] = {}
        self._due: int | None = None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing, so that a second tap on a button does no harm."""
        if isinstance(command, PollVote):
            return self._vote(command, context)
        if isinstance(command, PollCreate):
            return self._create(command, context)
        if not isinstance(command, PollCommand):
            raise Refused(Code.UNKNOWN_COMMAND)
        poll = self._find(command.poll)
        match command:
            case PollEnter() | PollWithdraw():
                return self._entry(poll, command, context)
            case PollOpen():
                return self._open(poll, command, context)
            case PollPause() | PollResume() | PollExtend():
                return self._clock(poll, command, context)
            case PollHide():
                if poll.status == "closed" and not poll.hidden:
                    raise Refused(Code.CONFLICT, "Its result was shown already.")
                return [] if poll.hidden else [Proposed(PollHidden(poll.poll), _audience(poll))]
            case PollReveal():
                return [Proposed(PollRevealed(poll.poll, poll.result()), _audience(poll))] if poll.hidden else []
            case PollClose():
                if poll.status == "draft":
                    raise Refused(Code.CONFLICT, "It is not open.")
                return _closing(poll, "staff") if poll.status == "open" else []
            case PollReset() | PollRemove():
                return _gone(poll, command, context)
        raise Refused(Code.UNKNOWN_COMMAND)

    def _find(self, wanted: str) -> Poll:
        poll = self._polls.get(wanted)
        if poll is None:
            raise Refused(Code.NOT_FOUND, "There is no such poll.")
        return poll

    def _vote(self, command: PollVote, context: Context) -> list[Proposed]:
        poll = self._find(command.poll)
        if poll.status == "draft":  # for an attendee it does not exist yet
            raise Refused(Code.NOT_FOUND, "There is no such poll.")
        if poll.status == "closed":
            raise Refused(Code.CLOSED, "Voting has ended.")
        if poll.who == "bound" and not context.bound:
            raise Refused(Code.FORBIDDEN, "Only known members vote here.")
        if poll.who == "signed_up" and not context.signed_up:
            raise Refused(Code.FORBIDDEN, "Only those who signed up vote here.")
        if not poll.allows(command.choices):
            raise Refused(Code.INVALID, "These choices are not a ballot of this poll.")
        choices = sorted(command.choices)
        before = poll.ballots.get(context.by.id)
        if before is not None and before.choices == choices:
            return []
        return [Proposed(PollVoted(poll.poll, choices), Audience.NOBODY)]

    def _create(self, command: PollCreate, context: Context) -> list[Proposed]:
        if len(self._polls) >= POLLS_KEPT:
            raise Refused(Code.CONFLICT, f"A room has at most {POLLS_KEPT} polls; remove one first.")
        most = most_choices(command)
        photos = entries_of(command, context)
        self._fits(command.question, *command.options, *filter(None, photos))
        created = PollCreated(
            context.new_id(),
            command.question,
            command.kind,
            list(command.options),
            most,
            command.who,
            command.hidden,
            command.duration_ms,
            photos,
        )
        return [Proposed(created, Audience.HOSTS)]

    def _entry(self, poll: Poll, command: PollEnter | PollWithdraw, context: Context) -> list[Proposed]:
        if isinstance(command, PollWithdraw):
            return withdraw(poll, command)
        self._fits(command.option, command.photo)
        return enter(poll, command, context)

    def _fits(self, *more: str) -> None:
        if text_bytes(*more) + sum(map(_size, self._polls.values())) > VIEW_BYTES:
            raise Refused(Code.CONFLICT, "The polls of this room are as long as they may be; remove one first.")

    def _open(self, poll: Poll, command: PollOpen, context: Context) -> list[Proposed]:
        if poll.status == "closed":
            raise Refused(Code.CONFLICT, "It was closed; make a new one.")
        if poll.status == "open":
            return []
        if poll.kind != "rating" and len(poll.options) < 2:
            raise Refused(Code.CONFLICT, "There is nothing to choose from yet.")
        duration = command.duration_ms or poll.duration_ms
        words = poll.words() | {"duration_ms": duration}
        return [Proposed(PollOpened(**words, closes_at=context.at + duration if duration else None))]

    def _clock(self, poll: Poll, command: Command, context: Context) -> list[Proposed]:
        if poll.status != "open" or (poll.closes_at is None and poll.remaining_ms is None):
            raise Refused(Code.CONFLICT, "It has no clock that runs.")
        closes_at, remaining = poll.closes_at, poll.remaining_ms
        event: Event | None = None
        match command:
            case PollPause() if closes_at is not None:
                event = PollPaused(poll.poll, max(0, closes_at - context.at))
            case PollResume() if remaining is not None:
                event = PollResumed(poll.poll, context.at + remaining)
            case PollExtend(by_ms=more):
                event = PollExtended(
                    poll.poll,
                    None if closes_at is None else closes_at + more,
                    None if remaining is None else remaining + more,
                )
        return [] if event is None else [Proposed(event)]

    def apply(self, record: Record) -> None:
        """Events on a poll that is not here are passed over."""
        event = record.data
        if isinstance(event, PollVoted):
            # The hot path: a ballot moves no deadline.
            poll = self._polls.get(event.poll)
            if poll is not None and record.by is not None:
                poll.cast(record.by.id, Ballot(event.choices, record.by.guest, record.by.name, record.by.shop))
            return
        if isinstance(event, PollCreated):
            self._polls[event.poll] = Poll(**event.dump())
        elif isinstance(event, PollRedrafted):
            self._redrafted(event)
        elif isinstance(event, PollOpened):
            self._opened(event, record.at)
        elif isinstance(event, PollRemoved):
            self._polls.pop(event.poll, None)
        elif event is not None:
            poll = self._polls.get(getattr(event, "poll", ""))
            if poll is not None:
                self._changed(poll, event, record.at)
        running = (poll.closes_at for poll in self._polls.values() if poll.status == "open")
        self._due = min((at for at in running if at is not None), default=None)

    def _redrafted(self, event: PollRedrafted) -> None:
        """It stands where it stood, beside the old one, which is about to go."""
        words = event.dump()
        was = words.pop("was")
        names = [name for old in self._polls for name in ((event.poll, old) if old == was else (old,))]
        held = self._polls | {event.poll: Poll(**words)}
        self._polls = {name: held[name] for name in names if name in held}

    def _opened(self, event: PollOpened, at: int) -> None:
        poll = self._polls.get(event.poll)
        if poll is None:
            return
        poll.first_hidden = poll.hidden
        poll.status, poll.opened_at = "open", at
        poll.duration_ms, poll.closes_at = event.duration_ms, event.closes_at

    def _changed(self, poll: Poll, event: Event, at: int) -> None:
        match event:
            case PollEntered():
                poll.enter(event.option, event.photo)
            case PollWithdrawn():
                poll.withdraw(event.photo)
            case PollPaused():
                poll.closes_at, poll.remaining_ms = None, event.remaining_ms
            case PollResumed():
                poll.closes_at, poll.remaining_ms = event.closes_at, None
            case PollExtended():
                poll.closes_at, poll.remaining_ms = event.closes_at, event.remaining_ms
            case PollHidden():
                poll.hidden = True
            case PollRevealed():
                poll.hidden = False
            case PollClosed():
                poll.status, poll.closed_at = "closed", at
                poll.closes_at = poll.remaining_ms = None

    def due(self) -> int | None:
        """The first deadline of an open poll whose clock runs."""
        return self._due

    def elapse(self, context: Context) -> Iterable[Proposed]:
        """Close what is due."""
        return [
            proposed
            for poll in self._polls.values()
            if poll.status == "open" and poll.closes_at is not None and poll.closes_at <= context.at
            for proposed in _closing(poll, "timer")
        ]

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """What is open is closed; drafts stay, and hidden results stay hidden."""
        running = [poll for poll in self._polls.values() if poll.status == "open"]
        return [proposed for poll in running for proposed in _closing(poll, "staff")]

    def view(self, audience: Audience) -> dict[str, Any]:
        """Hosts see drafts and hidden results."""
        hosts = audience is Audience.HOSTS
        return {
            "polls": [
                poll.view(counted=hosts or not poll.hidden)
                for poll in self._polls.values()
                if hosts or poll.status != "draft"
            ]
        }

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own ballots."""
        ballots = {poll.poll: poll.ballots[user].choices for poll in self._polls.values() if user in poll.ballots}
        return {"ballots": ballots} if ballots else None

    def ticks(self, audience: Audience) -> Iterable[Tick]:
        """The tally of each open poll."""
        hosts = audience is Audience.HOSTS
        return [
            Tick("poll.tally", poll.poll, {"poll": poll.poll, "result": poll.result()})
            for poll in self._polls.values()
            if poll.status == "open" and (hosts or not poll.hidden)
        ]

    def on_wall(self, thing: str | None) -> bool:
        """Whatever is no draft."""
        if thing is None:
            return any(poll.status != "draft" for poll in self._polls.values())
        poll = self._polls.get(thing)
        return poll is not None and poll.status != "draft"

    def dump(self) -> dict[str, Any]:
        """Polls with their ballots, oldest first."""
        return {"polls": [poll.dump() for poll in self._polls.values()]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        polls = [Poll.of_dump(each) for each in state["polls"]]
        self._polls = {poll.poll: poll for poll in polls}
        running = (poll.closes_at for poll in polls if poll.status == "open")
        self._due = min((at for at in running if at is not None), default=None)

    def begun(self) -> Iterable[str]:
        """Whatever is no draft."""
        return [poll.poll for poll in self._polls.values() if poll.status != "draft"]

    def clear(self, names: Mapping[str, str]) -> None:
        """All are drafts, without ballots. Options that are photos go with these, and polls of nothing else."""
        drafts = [
            poll.drafted(names[poll.poll]) if poll.poll in names else poll.drafted(poll.poll, hidden=poll.hidden)
            for poll in self._polls.values()
        ]
        for poll in drafts:
            for photo in [each for each in poll.photos if each is not None]:
                poll.withdraw(photo)
        self._polls = {poll.poll: poll for poll in drafts if poll.kind == "rating" or poll.options}
        self._due = None

    def retire(self, before: int) -> Iterable[int]:
        """A closed poll goes, with who chose what; a draft or an open one is in use, however old.

        Its records stay whole: ballots without their voters could not be counted by a replay that comes here.
        """
        self._polls = {name: poll for name, poll in self._polls.items() if (poll.closed_at or before) >= before}
        return ()

    def erase(self, user: str, pseudonym: str) -> None:
        """The ballot stays, under the pseudonym, as the records have it; a newer one of the same person's wins."""
        for poll in self._polls.values():
            ballot = poll.drop(user)
            if ballot is not None and pseudonym not in poll.ballots:
                poll.cast(pseudonym, replace(ballot, name=""))

    def partakers(self, thing: str) -> Iterable[By] | None:
        """Who has a ballot in this poll."""
        poll = self._polls.get(thing)
        if poll is None:
            return None
        return [By(user, each.name, Role.ATTENDEE, each.guest, shop=each.shop) for user, each in poll.ballots.items()]
