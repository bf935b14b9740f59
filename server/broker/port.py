"""The port of a broker: a room's log, appended and announced in one atomic step.

Stale           the head is not where the writer thought: read on and decide anew
Lost            the log holds less than the writer knows: it was lost or restored
Unavailable     the batch may or may not be stored: publish the same batch again to learn which
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from protocols.messages import Position, Record


class BrokerError(Exception):
    """The root of what a broker raises."""


class Stale(BrokerError):
    """Somebody else appended: ``head`` is where the log ends now."""

    def __init__(self, head: Position) -> None:
        self.head = head
        super().__init__(f"the log ends at {head.epoch}:{head.seq}")


class Lost(BrokerError):
    """The log ends before the writer's base, or has another epoch: ``head`` is where it ends now."""

    def __init__(self, head: Position) -> None:
        self.head = head
        super().__init__(f"the log ends at {head.epoch}:{head.seq}, before what was acknowledged")


class Unavailable(BrokerError):
    """No answer, or the disk is full: unknown whether stored."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records appended together; ``id`` tells one's own batch after a time-out, ``term`` its owner's lease."""

    room: str
    id: str
    term: int
    base: Position
    records: Sequence[Record]

    @property
    def head(self) -> Position:
        """Where the log ends once this batch stands."""
        return Position(self.base.epoch, self.base.seq + len(self.records))


Listener = Callable[[Batch], None]


class Broker(Protocol):
    """One log a room, and its announcements. Adapters: ``EmbeddedBroker`` (SQLite), later ``RedisBroker``."""

    async def create(self, room: str) -> Position:
        """Start a log with a new epoch and no records; the existing head if there is one."""

    async def head(self, room: str) -> Position | None:
        """Where the log ends, or None if the room has no log."""

    async def publish(self, batch: Batch) -> Position:
        """Append if the log ends at ``batch.base``, apply its erasures, announce it; the new head.

        The same batch id again is answered with its head and appends nothing.
        Raises Stale, Lost, Unavailable.
        """

    def read(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]:
        """The records with ``seq > after``, in order, in chunks; stubs where erased."""

    def subscribe(self, room: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each batch appended from now on, in order; returns how to stop."""

    async def trim(self, room: str, upto: int) -> None:
        """Forget records with ``seq <= upto``; the head stays."""

    async def close(self) -> None:
        """Finish what was accepted and let go of the store."""
