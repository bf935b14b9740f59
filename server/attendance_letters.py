"""What nodes write to each other about who is where.

here     see ``Told``; before version 0.3 only its first two values
whole    (): tell me everything
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from enum import IntFlag
from typing import Any, Final, NamedTuple, TypeVar

HERE: Final = "here"
WHOLE: Final = "whole"
ROOMS: Final = 1000  # in one letter
PEOPLE: Final = 4096  # in one letter

T = TypeVar("T")
Counts = Sequence[tuple[str, int]]  # room, how many


class Part(IntFlag):
    """Which part of everything a letter is; without one it holds what has changed."""

    CHANGES = 0
    FIRST = 1
    MIDDLE = 2
    LAST = 4


class Told(NamedTuple):
    """A letter; people are numbers of 64 bits, packed.

    ``counts``     how many the writer counts; None: what was known of it before is void
    ``number``     of this letter                     ``heard``  the number of the last that the writer has of the other
    ``came``       people on the writer's node whom the reader looks after      ``went``  who were
    ``elsewhere``  people on the reader's node whom another counts, all of them if ``only``
    ``again``      people whom the reader is to count again
    """

    kind: str
    counts: Counts | None
    number: int
    part: int
    heard: int
    only: bool = False
    came: bytes = b""
    went: bytes = b""
    elsewhere: bytes = b""
    again: bytes = b""


def packed(people: Sequence[int]) -> bytes:
    """Eight bytes for each."""
    return struct.pack(f"<{len(people)}Q", *people)


def unpacked(people: bytes) -> Sequence[int]:
    """The same people."""
    return struct.unpack(f"<{len(people) // 8}Q", people)


def portions(counts: Counts, *people: Sequence[int]) -> Iterator[tuple[Counts, list[bytes]]]:
    """What fits into one letter, again and again; at least once."""
    start = 0
    while True:
        rooms = counts[start * ROOMS : (start + 1) * ROOMS]
        yield rooms, [packed(each[start * PEOPLE : (start + 1) * PEOPLE]) for each in people]
        start += 1
        if start * ROOMS >= len(counts) and all(start * PEOPLE >= len(each) for each in people):
            return


def last_marked(items: Iterator[T]) -> Iterator[tuple[T, bool]]:
    """Each with whether it is the last."""
    before: Any = next(items)
    for item in items:
        yield before, False
        before = item
    yield before, True
