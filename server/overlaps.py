"""Who is on more than one node: what the node that looks after some people knows of them. No I/O.

People are numbers of 64 bits, made from room and person by ``number_of``. Each node tells who of them came to it and
who went. The node where somebody has been for longest counts them; the others are told that it does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

SLOTS: Final = 256


def number_of(room: str, user: str) -> int:
    """Somebody in a room. Two of a million people share a number once in thirty million such events."""
    return int.from_bytes(hashlib.blake2b(f"{room}\n{user}".encode(), digest_size=8).digest())


def slots_of(nodes: Iterable[str]) -> Sequence[str]:
    """Which node looks after the people of each slot; ``number % SLOTS`` is a person's slot.

    All who know the same nodes find the same, and when a node comes or goes no more slots move than must.
    """
    known = sorted(nodes)
    return [max(known, key=lambda node, slot=slot: _weight(node, slot)) for slot in range(SLOTS)]  # type: ignore[misc]


def _weight(node: str, slot: int) -> bytes:
    return hashlib.blake2b(f"{node}\n{slot}".encode(), digest_size=8).digest()


class Overlaps:
    """The people that this node looks after, and on which nodes they are; the first of these counts them.

    Holds as many as the nodes tell, which is no more than they have connections.
    """

    def __init__(self) -> None:
        self._on: dict[int, tuple[str, ...]] = {}
        self._twice: set[int] = set()
        self._alone: dict[str, tuple[str]] = {}  # the same tuple for all who are on one node
        self._news: dict[str, dict[int, bool]] = {}  # node -> person -> whether another counts them now

    def __len__(self) -> int:
        return len(self._on)

    def came(self, node: str, people: Iterable[int]) -> None:
        """These are on this node now; again changes nothing."""
        alone = self._alone.setdefault(node, (node,))
        for person in people:
            on = self._on.get(person)
            if on is None:
                self._on[person] = alone
            elif node not in on:
                self._on[person] = (*on, node)
                self._twice.add(person)
                self._news.setdefault(node, {})[person] = True

    def went(self, node: str, people: Iterable[int]) -> None:
        """These are on this node no more."""
        news = self._news.get(node, {})
        for person in people:
            on = self._on.get(person, ())
            if node not in on:
                continue
            news.pop(person, None)
            rest = tuple([each for each in on if each != node])
            if not rest:
                del self._on[person]
                continue
            self._on[person] = rest if len(rest) > 1 else self._alone.setdefault(rest[0], (rest[0],))
            if len(rest) == 1:
                self._twice.discard(person)
            if rest[0] != on[0]:
                self._news.setdefault(rest[0], {})[person] = False

    def replace(self, node: str, people: Iterable[int]) -> None:
        """These, and nobody else, are on this node; whoever was and is stays where they stood."""
        now = set(people)
        self.went(node, [person for person, on in self._on.items() if node in on and person not in now])
        self.came(node, now)

    def gone(self, node: str) -> None:
        """Nobody is on this node any more."""
        self.went(node, [person for person, on in self._on.items() if node in on])
        self._news.pop(node, None)
        self._alone.pop(node, None)

    def news(self, node: str) -> tuple[list[int], list[int]]:
        """What this node is not told yet: whom another counts now, and whom it counts itself again."""
        news = self._news.pop(node, {})
        return [each for each, elsewhere in news.items() if elsewhere], [
            each for each, elsewhere in news.items() if not elsewhere
        ]

    def counted_elsewhere(self, node: str) -> list[int]:
        """All people on this node whom another counts; there is no other news for it then."""
        self._news.pop(node, None)
        return [person for person in self._twice if node in self._on[person][1:]]
