"""A shelf of records: the latest of a room, bounded by number and by bytes, without words that were erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sys import getsizeof
from typing import Any

from protocols.messages import Record

RECORD_BYTES = 600  # of memory that a record takes beside what it says


class Shelf:
    """Records by seq, the oldest first. ``weight`` is about how many bytes of memory they take."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records: dict[int, Record] = {}
        self._weights: dict[int, int] = {}
        self.weight = 0
        for record in records:
            self.put(record)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def __reversed__(self) -> Iterator[Record]:
        return reversed(self._records.values())

    @property
    def first(self) -> int:
        """The seq of the oldest."""
        return next(iter(self._records))

    def put(self, record: Record) -> None:
        """Add the next record."""
        self._set(record)

    def erase(self, erasing: Record) -> None:
        """Make stubs of those that this record erases."""
        for seq in erasing.erases:
            record = self._records.get(seq)
            if record is not None:
                self._set(record.stub(erasing.pseudonym))

    def drop(self) -> int:
        """Take the oldest record away; its seq."""
        seq = self.first
        del self._records[seq]
        self.weight -= self._weights.pop(seq)
        return seq

    def clear(self) -> None:
        """Take all away."""
        self._records.clear()
        self._weights.clear()
        self.weight = 0

    def over(self, count: int, weight: int) -> bool:
        """Whether there are more than ``count`` of them, or they take more bytes than ``weight``."""
        return len(self._records) > count or self.weight > weight

    def _set(self, record: Record) -> None:
        weight = _weight(record)
        self.weight += weight - self._weights.get(record.seq, 0)
        self._records[record.seq] = record
        self._weights[record.seq] = weight


def _weight(record: Record) -> int:
    weight = RECORD_BYTES + 8 * len(record.erases)
    if record.data is not None:
        names: tuple[str, ...] = record.data.__slots__
        for name in names:
            weight += _size(getattr(record.data, name))
    return weight


def _size(value: Any) -> int:
    if isinstance(value, str):
        return getsizeof(value)
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return 8
