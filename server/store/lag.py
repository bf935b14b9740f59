"""How far the database is behind the logs: which rooms, by how many records, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protocols.messages import Position


@dataclass(slots=True)
class _Behind:
    """Since when a room is behind, at the longest; where its log ended at an instant after that."""

    since: float
    seq: int
    at: float


class Lag:
    """Rooms that are behind. ``projected(room)`` is up to which seq the database has a room's records."""

    def __init__(self, projected: Callable[[str], int]) -> None:
        self.heads: dict[str, Position] = {}
        self.progressed = time.monotonic()  # when nothing was behind for the last time, or something came nearer
        self._projected = projected
        self._behind: dict[str, _Behind] = {}  # in the order in which they fell behind

    def __len__(self) -> int:
        return len(self._behind)

    def __contains__(self, room: str) -> bool:
        return room in self._behind

    @property
    def rooms(self) -> list[str]:
        """Those that are behind, the first of them first."""
        return list(self._behind)

    def note(self, room: str, head: Position) -> None:
        """The room's log ends there now, and the database may not have it."""
        self.heads[room] = head
        now = time.monotonic()
        if not self._behind:
            self.progressed = now
        if room not in self._behind:
            self._behind[room] = _Behind(now, head.seq, now)

    def moved(self, room: str, seq: int) -> None:
        """The database has the room's records up to there."""
        head, behind = self.heads[room].seq, self._behind.pop(room, None)
        if head <= seq:
            return
        now = time.monotonic()
        if behind is None or behind.seq <= seq:
            behind = _Behind(now if behind is None else behind.at, head, now)
        # Behind the others: a room that is always behind must not keep them waiting.
        self._behind[room] = behind

    def drop(self, room: str) -> None:
        """The room is not looked after any more, or nothing of it waits."""
        self._behind.pop(room, None)

    def waited(self) -> float:
        """For how many seconds something has waited while nothing came nearer."""
        return time.monotonic() - self.progressed if self._behind else 0.0

    def statistics(self) -> Mapping[str, float]:
        """Records, seconds and rooms."""
        now = time.monotonic()
        rooms = [room for room in self._behind if room in self.heads]
        return {
            "lag_records": sum(max(0, self.heads[room].seq - self._projected(room)) for room in rooms),
            "lag_seconds": max((now - each.since for each in self._behind.values()), default=0.0),
            "rooms_behind": len(self._behind),
        }
