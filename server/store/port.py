"""The port of the history: what happened in a room, beyond what is kept in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from protocols.messages import Audience, Record
from server.hosting.replica import Replica


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a room's records in their order; ``more`` says whether there are earlier ones."""

    epoch: str
    records: Sequence[Record]
    more: bool


class History(Protocol):
    """What is kept of a room's log. Both raise Refused: unavailable."""

    async def page(self, live: Replica, audience: Audience, before: int | None = ..., limit: int = ...) -> Page:
        """The last ``limit`` records told to this audience with ``seq < before``."""

    def export(self, room: str, after: int = 0) -> AsyncIterator[Sequence[Record]]:
        """All records, also those for nobody, in order and in chunks."""
