"""The port of a broker: a room's log, appended and announced in one atomic step.

BrokerError
├── Stale               the head is not where the writer thought: read on and decide anew
├── Lost                the log holds less than the writer knows: it was lost or restored
└── Unavailable         the batch may or may not be stored: publish the same batch again to learn which
    └── Full            there is no space: surely not stored
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from protocols.messages import Position, Record


class BrokerError(Exception):
    """The root of what a broker raises."""


class Stale(BrokerError):
    """Somebody else appended, or holds a higher term: ``head`` is where the log ends now."""

    def __init__(self, head: Position) -> None:
        self.head = head
        super().__init__(f"the log ends at {head.epoch}:{head.seq}")


class Lost(BrokerError):
    """The log ends before the writer's base, has another epoch, or is gone (``head`` None)."""

    def __init__(self, head: Position | None) -> None:
        self.head = head
        end = "is gone" if head is None else f"ends at {head.epoch}:{head.seq}, before what was acknowledged"
        super().__init__(f"the log {end}")


class Unavailable(BrokerError):
    """No answer: unknown whether stored."""


class Unreachable(Unavailable):
    """Nobody listens where the log should be: this attempt surely stored nothing."""


class Full(Unavailable):
    """There is no space for it: surely not stored."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records appended together; ``id`` tells one's own batch after a time-out, ``term`` its owner's lease.

    ``due`` is the room time at which the room wants to be woken once these stand, None for never.
    """

    room: str
    id: str
    term: int
    base: Position
    records: Sequence[Record]
    due: int | None = None

    @property
    def head(self) -> Position:
        """Where the log ends once this batch stands."""
        return Position(self.base.epoch, self.base.seq + len(self.records))


class Answered(NamedTuple):
    """A command in the log: ``digest`` as in ``Record.command``, the seq that its sender was told, when.

    A plain tuple: a busy room has a hundred thousand of them to load before it is ready.
    """

    digest: bytes
    seq: int
    at: int


class News(NamedTuple):
    """Rooms that were appended to, and where their logs end; ``since`` is what to ask with the next time."""

    since: int
    heads: Mapping[str, Position]


class Due(NamedTuple):
    """When a room wants to be woken, and the time of its last record: both in the room's own time, in ms."""

    at: int
    last: int


Listener = Callable[[Batch], None]


class Broker(Protocol):
    """One log a room, and its announcements. Adapters: ``EmbeddedBroker`` (SQLite), later ``RedisBroker``.

    All but ``subscribe`` and ``statistics`` raise Unavailable when the store does not answer.
    """

    async def create(self, room: str) -> Position:
        """Start a log with a new epoch and no records; the existing head if there is one."""

    async def renew(self, room: str, seq: int) -> Position:
        """Go on at ``seq`` in a new epoch, because records before it were lost; what is left of them stays."""

    async def claim(self, room: str) -> int:
        """Raise the room's term and return it: batches of lower terms are Stale from now on. Raises Lost."""

    async def head(self, room: str) -> Position | None:
        """Where the log ends, or None if the room has no log."""

    def heads(self) -> AsyncIterator[Mapping[str, Position]]:
        """Where the log of every room ends, in chunks: as much work as there are rooms."""

    async def heads_of(self, rooms: Collection[str]) -> Mapping[str, Position]:
        """Where the logs of these rooms end; those that have none are left out."""

    async def news(self, since: int | None) -> News:
        """The rooms that were appended to since the last look; with None nothing but where to begin looking.

        Some may be named again. As much work as there are rooms that are written.
        """

    async def dues(self) -> Mapping[str, Due]:
        """Rooms that want to be woken, and when: at least those that are due in a moment, in order of time.

        Where nodes share the rooms, each is named to one of them, and to another if it is still due a while later.
        """

    async def publish(self, batch: Batch) -> Position:
        """Append if the log ends at ``batch.base``, apply its erasures, announce it; the new head.

        The same batch id again is answered with its head and appends nothing.
        Raises Stale, Lost, Unavailable, Full.
        """

    def read(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]:
        """The records with ``seq > after``, in order, in chunks; stubs where erased."""

    async def answered(self, room: str, since: int) -> Sequence[Answered]:
        """The commands whose records have ``at >= since``, so that sending again stays safe.

        Of erased records the key alone, or nothing if they bear a pseudonym.
        """

    async def keyed(self, before: int) -> Mapping[str, Sequence[int]]:
        """The erased records with ``at < before`` that hold the key of their command: room -> seqs."""

    async def forget(self, keyed: Mapping[str, Sequence[int]]) -> None:
        """Take the keys out of these erased records."""

    def subscribe(self, room: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each batch appended from now on, in order; returns how to stop."""

    async def trim(self, room: str, upto: int) -> None:
        """Forget records with ``seq <= upto``; the head stays."""

    def statistics(self) -> Mapping[str, float]:
        """Queue lengths and counts, for metrics."""

    async def close(self) -> None:
        """Finish what was accepted and let go of the store."""
