"""What the staff of each room is called, so that no guest comes in under such a name, on whatever node."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

ROOMS: Final = 1_000  # whose names are at hand; the one not asked for longest goes first
NAMES: Final = 200  # of one room; further ones are not remembered
FRESH_S: Final = 60.0  # after which they are read anew: another node's word of one may have been lost

Read = Callable[[str], Awaitable[Iterable[str]]]


@dataclass(slots=True)
class _Room:
    names: set[str] = field(default_factory=set)
    read_at: float | None = None


class StaffNames:
    """The names by room, ``read`` from where they are kept; ``tell(room, name)`` tells the other nodes."""

    def __init__(self, read: Read, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._rooms: OrderedDict[str, _Room] = OrderedDict()
        self.tell: Callable[[str, str], None] = lambda _room, _name: None

    async def of(self, room: str) -> Collection[str]:
        """The names of a room's staff; it grows as they come."""
        known = self._room(room)
        now = self._clock()
        # Asked once a minute, not for every guest: all of a shop scan the code in the same minute.
        if known.read_at is None or now - known.read_at >= FRESH_S:
            before, known.read_at = known.read_at, now
            try:
                known.names.update(await self._read(room))
            except BaseException:
                known.read_at = before
                raise
        return known.names

    def note(self, room: str, name: str) -> None:
        """A member of the staff bears this name in this room."""
        if name not in self._room(room).names:
            self.learn(room, name)
            self.tell(room, name)

    def learn(self, room: str, name: str) -> None:
        """The same, noted on another node."""
        names = self._room(room).names
        if len(names) < NAMES:
            names.add(name)

    def _room(self, room: str) -> _Room:
        known = self._rooms.setdefault(room, _Room())
        self._rooms.move_to_end(room)
        while len(self._rooms) > ROOMS:
            self._rooms.popitem(last=False)
        return known
