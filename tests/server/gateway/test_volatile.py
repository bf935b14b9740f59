import asyncio
import contextlib

import pytest

from server.gateway import volatile
from server.gateway.members import Members
from server.gateway.volatile import tell_volatile


class Room:
    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.ticks = self.occupancies = 0
        self.enough = asyncio.Event()

    def tell_ticks(self) -> None:
        self.ticks += 1
        if self.broken:
            raise LookupError

    def tell_occupancy(self) -> None:
        self.occupancies += 1
        if self.occupancies == 2:
            self.enough.set()


async def test_a_broken_room_does_not_silence_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volatile, "TALLY_INTERVAL_MS", 1)
    monkeypatch.setattr(volatile, "OCCUPANCY_INTERVAL_MS", 4)
    broken, sound = Room(broken=True), Room()
    members = Members()
    members._rooms = {"a": broken, "b": sound}  # type: ignore[dict-item]

    telling = asyncio.create_task(tell_volatile(members))
    await asyncio.wait_for(sound.enough.wait(), 5)
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await telling

    assert sound.ticks >= 8
    assert broken.ticks >= 8
    assert broken.occupancies == 0
