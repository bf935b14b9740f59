"""The latest records of one kind: each kept, or blank because it was erased."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Window(Generic[T]):
    """At most ``size`` places by seq, the oldest leaves first.

    A blank keeps its place: otherwise a replay over stubs would keep older entries than the room that saw
    the erasure happen, and the two would differ.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._places: deque[int] = deque()
        self._kept: dict[int, T] = {}

    def add(self, seq: int, entry: T | None) -> T | None:
        """Take the newest place; the entry that had to leave, if one did."""
        self._places.append(seq)
        if entry is not None:
            self._kept[seq] = entry
        if len(self._places) <= self.size:
            return None
        return self._kept.pop(self._places.popleft(), None)

    def fill(self, seq: int, entry: T) -> bool:
        """Put an entry back in its place; False if that has left."""
        if not self._places or seq < self._places[0]:
            return False
        self._kept[seq] = entry
        return True

    def blank(self, seq: int) -> None:
        """Empty the place, if it holds something."""
        self._kept.pop(seq, None)

    def get(self, seq: int) -> T | None:
        """The entry at this place."""
        return self._kept.get(seq)

    def among(self, seq: int, count: int) -> bool:
        """Whether this place is one of the last ``count``."""
        return len(self._places) <= count or seq >= self._places[-count]

    def latest(self, count: int) -> Iterator[T]:
        """The entries of the last ``count`` places, blanks left out, oldest first."""
        skipped = max(0, len(self._places) - count)
        for seq in islice(self._places, skipped, None):
            entry = self._kept.get(seq)
            if entry is not None:
                yield entry

    def __iter__(self) -> Iterator[T]:
        return self.latest(len(self._places))

    def places(self) -> list[int]:
        """The seqs of all places, blanks too, oldest first."""
        return list(self._places)

    def load(self, places: list[int], kept: dict[int, T]) -> None:
        """Take back places and entries."""
        self._places = deque(places)
        self._kept = kept

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Window):
            return NotImplemented
        return self._places == other._places and self._kept == other._kept

    __hash__ = None  # type: ignore[assignment]
