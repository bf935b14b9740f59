"""The rounds that tell what has no seq: they visit the rooms in which something may have changed, and no others."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from server.gateway import volatile
from server.gateway.members import Members
from server.gateway.volatile import tell_volatile


class Room:
    room = "r"

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.ticks = self.occupancies = self.people = self.shed = 0
        self.enough = asyncio.Event()

    def tell_ticks(self) -> None:
        self.ticks += 1
        if self.broken:
            raise LookupError

    def tell_occupancy(self) -> None:
        self.occupancies += 1
        if self.broken:
            raise LookupError
        if self.occupancies == 2:
            self.enough.set()

    def tell_people(self) -> None:
        self.people += 1

    def tell_shed(self) -> None:
        self.shed += 1


async def rounds(monkeypatch: pytest.MonkeyPatch, rooms: Sequence[Room], watched: Sequence[Room], until: Room) -> None:
    """Let them be told, as if something happened in all of ``rooms`` all the time, until one has had enough."""
    monkeypatch.setattr(volatile, "TALLY_INTERVAL_MS", 1)
    monkeypatch.setattr(volatile, "OCCUPANCY_INTERVAL_MS", 4)
    monkeypatch.setattr(volatile, "RoomMembers", Room)
    members = Members()
    monkeypatch.setattr(members, "take_stirred", lambda: rooms)
    monkeypatch.setattr(members, "take_recounted", lambda: rooms)
    monkeypatch.setattr(members, "watched", lambda: watched)
    telling = asyncio.create_task(tell_volatile(members))
    await asyncio.wait_for(until.enough.wait(), 30)
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await telling


async def test_a_broken_room_does_not_silence_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = Room(broken=True), Room()
    await rounds(monkeypatch, [broken, sound], [], sound)
    assert sound.ticks >= 8
    assert broken.ticks >= 8
    assert broken.occupancies == 2


async def test_only_who_watches_is_told_of_people_and_of_what_was_shed(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, other = Room(), Room()
    await rounds(monkeypatch, [watched, other], [watched], other)
    assert (watched.people, watched.shed) == (2, 2)
    assert (other.people, other.shed) == (0, 0)
