"""What happens to polls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from protocols.messages import Event, Lasting, Passing
from rooms.poll import Count, Kind, Result, Who


@dataclass(frozen=True, slots=True)
class PollCreated(Lasting):
    """A draft, for hosts; version 1 knew of no photos."""

    type: ClassVar[str] = "poll.created"
    version: ClassVar[int] = 2

    poll: str
    question: str
    kind: Kind
    options: list[str]
    max_choices: int
    who: Who
    hidden: bool
    duration_ms: int | None
    photos: list[str | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PollOpened(Lasting):
    """People may vote; whole, because everyone hears of it for the first time; version 1 knew of no photos."""

    type: ClassVar[str] = "poll.opened"
    version: ClassVar[int] = 2

    poll: str
    question: str
    kind: Kind
    options: list[str]
    max_choices: int
    who: Who
    hidden: bool
    duration_ms: int | None
    closes_at: int | None
    photos: list[str | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PollPaused(Passing):
    """The clock stands."""

    type: ClassVar[str] = "poll.paused"

    poll: str
    remaining_ms: int


@dataclass(frozen=True, slots=True)
class PollResumed(Passing):
    """The clock runs."""

    type: ClassVar[str] = "poll.resumed"

    poll: str
    closes_at: int


@dataclass(frozen=True, slots=True)
class PollExtended(Passing):
    """There is more time: until ``closes_at``, or ``remaining_ms`` from the end of the pause."""

    type: ClassVar[str] = "poll.extended"

    poll: str
    closes_at: int | None
    remaining_ms: int | None


@dataclass(frozen=True, slots=True)
class PollHidden(Lasting):
    """Only hosts see the result."""

    type: ClassVar[str] = "poll.hidden"

    poll: str


@dataclass(frozen=True, slots=True)
class PollRevealed(Lasting):
    """Everyone sees the result, as it is now."""

    type: ClassVar[str] = "poll.revealed"

    poll: str
    result: Result

    def emptied(self) -> Event:
        """That its result is shown, for a draft may say so; not what it was."""
        places = [0] * len(self.result["counts"])
        blank = Result(counts=places, voters=0, guests=Count(counts=places, voters=0))
        return replace(self, result=blank)


@dataclass(frozen=True, slots=True)
class PollVoted(Passing):
    """A ballot; told to nobody. ``Room.mine`` tells its author."""

    type: ClassVar[str] = "poll.voted"
    own: ClassVar[bool] = True

    poll: str
    choices: list[int]


@dataclass(frozen=True, slots=True)
class PollClosed(Passing):
    """Voting has ended; ``result`` is null while it is hidden."""

    type: ClassVar[str] = "poll.closed"

    poll: str
    reason: Literal["staff", "timer"]
    result: Result | None


@dataclass(frozen=True, slots=True)
class PollCounted(Passing):
    """The hidden result of a poll that has just closed, for hosts."""

    type: ClassVar[str] = "poll.counted"

    poll: str
    result: Result


@dataclass(frozen=True, slots=True)
class PollRemoved(Lasting):
    """The poll is gone."""

    type: ClassVar[str] = "poll.removed"

    poll: str


@dataclass(frozen=True, slots=True)
class PollRedrafted(Lasting):
    """A poll that was open is a draft again, for hosts; whole, and under a new id.

    The id tells one run from the next: a ballot for ``was`` that comes late counts nowhere.
    """

    type: ClassVar[str] = "poll.redrafted"

    was: str
    poll: str
    question: str
    kind: Kind
    options: list[str]
    max_choices: int
    who: Who
    hidden: bool
    duration_ms: int | None
    photos: list[str | None]
