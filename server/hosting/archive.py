"""The port of the archive: what hosts keep outside the log. Raises ``broker.port.Unavailable`` when it is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from protocols.messages import Record
from server.broker.port import Answered


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A room as it was at (epoch, seq). ``state`` is ``Room.dump()``.

    ``erased``  answered commands that the log can no longer tell of, because their records are stubs
    """

    room: str
    epoch: str
    seq: int
    at: int
    state: dict[str, Any]
    erased: Sequence[Answered] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What the archive knows of a room: up to which ``seq`` it has heard of it, and its snapshot, if readable."""

    seq: int
    snapshot: Snapshot | None


class Archive(Protocol):
    """Snapshots and all records, in the database."""

    def projected(self, room: str) -> int:
        """Up to which seq it surely has the room's records; a look in memory."""

    async def kept(self, room: str) -> Kept | None:
        """What is known of a room; None if it was never heard of."""

    def records(self, room: str, after: int, upto: int) -> AsyncIterator[Sequence[Record]]:
        """The records with ``after < seq <= upto`` that are there, in order, in chunks."""

    async def answered(self, room: str, since: int) -> Sequence[Answered]:
        """The commands whose records have ``at >= since``."""

    async def keep(self, room: str, epoch: str, records: Sequence[Record]) -> None:
        """Store records that the log has lost."""

    async def save(self, snapshot: Snapshot) -> None:
        """Replace the room's snapshot, and leave no copy of the one before."""

    async def outdated(self, now: int) -> Sequence[str]:
        """Rooms whose snapshot may hold what was erased: it is older than their last erasure, or the time is over for
        which it remembers the commands of erased records."""
