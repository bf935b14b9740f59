from collections.abc import Iterable

import pytest

from server.staff_names import FRESH_S, NAMES, ROOMS, StaffNames


class Kept:
    """What is kept of one room's staff; ``fault`` is raised by a look."""

    def __init__(self) -> None:
        self.names = ["店长"]
        self.reads = 0
        self.now = 0.0
        self.fault: Exception | None = None
        self.staff = StaffNames(self.read, clock=lambda: self.now)

    async def read(self, _room: str) -> Iterable[str]:
        self.reads += 1
        if self.fault:
            raise self.fault
        return self.names


@pytest.fixture
def kept() -> Kept:
    return Kept()


async def test_names_are_read_once_a_minute(kept: Kept) -> None:
    names = await kept.staff.of("r")
    kept.staff.note("r", "老李")
    assert set(await kept.staff.of("r")) == {"店长", "老李"}
    assert kept.reads == 1
    kept.names = ["小美"]
    kept.now += FRESH_S
    assert set(await kept.staff.of("r")) == {"店长", "老李", "小美"}
    assert kept.reads == 2
    assert names is await kept.staff.of("r"), "whoever holds them sees them grow"


async def test_a_name_that_is_borne_on_one_node_is_known_on_all(kept: Kept) -> None:
    other = Kept()
    kept.staff.tell = other.staff.learn
    # Also in a room that was not asked for there yet.
    kept.staff.note("r", "老李")
    assert set(await other.staff.of("r")) == {"店长", "老李"}


def test_others_are_told_once(kept: Kept) -> None:
    told: list[tuple[str, str]] = []
    kept.staff.tell = lambda room, name: told.append((room, name))
    for _ in range(3):
        kept.staff.note("r", "老李")
    kept.staff.learn("r", "小美")
    assert told == [("r", "老李")]


async def test_names_that_could_not_be_read_are_read_next_time(kept: Kept) -> None:
    kept.fault = OSError("away")
    with pytest.raises(OSError, match="away"):
        await kept.staff.of("r")
    kept.fault = None
    assert set(await kept.staff.of("r")) == {"店长"}


async def test_rooms_and_names_have_a_bound(kept: Kept) -> None:
    for n in range(NAMES + 5):
        kept.staff.note("r", f"name {n}")
    assert len(await kept.staff.of("r")) == NAMES + 1
    for n in range(ROOMS):
        kept.staff.learn(f"r{n}", "x")
    assert len(kept.staff._rooms) == ROOMS
    assert "r" not in kept.staff._rooms
