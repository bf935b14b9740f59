"""How much of what was sent to a room was turned away in the last minute because it was too much, on all nodes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.hosting.line import Letter
from server.hosting.post import Post

SHED: Final = "shed"
SLOT_S: Final = 5.0
SLOTS: Final = 12  # a minute
ROOMS: Final = 1_000  # the latest; of those before nothing is told


@dataclass(slots=True)
class _Count:
    """What one node turned away of one room, in slots of time: their number -> how many."""

    slots: dict[int, int] = field(default_factory=dict)
    told: int = 0  # to other nodes
    told_in: int = 0  # slot

    def within(self, slot: int) -> int:
        self.slots = {at: many for at, many in self.slots.items() if at > slot - SLOTS}
        return sum(self.slots.values())


class Shed:
    """Counts on this node and hears of others. Without a ``post`` there are no others."""

    def __init__(self, post: Post | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._post = post
        self._clock = clock
        self._own: OrderedDict[str, _Count] = OrderedDict()
        self._there: OrderedDict[str, dict[str, tuple[int, int]]] = OrderedDict()  # room -> node -> count, slot
        if post is not None:
            post.listen(SHED, self._heard)

    def add(self, room: str) -> None:
        """One more was turned away here."""
        count = self._own.setdefault(room, _Count())
        self._own.move_to_end(room)
        slot = self._slot()
        count.slots[slot] = count.slots.get(slot, 0) + 1
        if len(self._own) > ROOMS:
            self._own.popitem(last=False)

    def count(self, room: str) -> int:
        """How many were turned away of this room in the last minute."""
        slot = self._slot()
        own = self._own.get(room)
        theirs = [many for many, _ in _lately(self._there.get(room, {}), slot).values()]
        return sum(theirs) + (0 if own is None else own.within(slot))

    def tell(self) -> None:
        """Once a second: tells the other nodes what has changed."""
        slot = self._slot()
        news: list[tuple[str, int]] = []
        for room, count in list(self._own.items()):
            many = count.within(slot)
            # What does not change is told again before the others take it for old.
            if many != count.told or (many and slot - count.told_in >= SLOTS // 2):
                count.told, count.told_in = many, slot
                news.append((room, many))
            if not many:
                del self._own[room]
        if news and self._post is not None:
            self._post.send_all((SHED, news))

    def _heard(self, node: str, letter: Letter) -> None:
        slot = self._slot()
        for room, many in letter[1]:
            there = _lately(self._there.pop(room, {}), slot)
            there.pop(node, None)
            if many:
                there[node] = (many, slot)
            if there:
                self._there[room] = there
        while len(self._there) > ROOMS:
            self._there.popitem(last=False)

    def _slot(self) -> int:
        return int(self._clock() / SLOT_S)


def _lately(told: Mapping[str, tuple[int, int]], slot: int) -> dict[str, tuple[int, int]]:
    """What nodes told within the last minute: what one does not take back was told before it died."""
    return {node: (many, at) for node, (many, at) in told.items() if at > slot - SLOTS}
