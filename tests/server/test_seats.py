from typing import Any

import pytest

from protocols.errors import Code, Refused
from server.seats import LIFE_MS, SeatCode, Seats
from tests.server.lobby_tables import MemorySeats

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"


class Desk:
    """Seats on a table in memory, and a clock that is set by hand."""

    def __init__(self, secret: str = SECRET) -> None:
        self.now = 1_800_000_000.0
        self.table = MemorySeats()
        self.seats = Seats(self.table, secret, clock=lambda: self.now)

    async def code(self, user: str = "guest-1", room: str = "r1", **more: Any) -> SeatCode:
        return await self.seats.code(room, user, **{"number": f"n-{user}", "name": "小王"} | more)

    async def found(self, code: str, room: str = "r1") -> str | None:
        try:
            return (await self.seats.find(room, code)).user
        except Refused as refused:
            return None if refused.code is Code.NOT_FOUND else refused.code


async def test_the_same_code_is_shown_as_long_as_it_is_good() -> None:
    desk = Desk()
    first = await desk.code()
    assert first.code[4] == "-"
    assert len(first.code) == 9
    desk.now += LIFE_MS / 1000 - 1
    assert await desk.code() == first
    assert await desk.found(first.code) == "guest-1"
    # Used twice, it still is the same person's.
    assert await desk.found(first.code.replace("-", "").lower()) == "guest-1"
    desk.now += 1
    assert await desk.found(first.code) is None
    assert (await desk.code()).code != first.code


async def test_a_code_is_one_persons_in_one_room() -> None:
    desk = Desk()
    code = (await desk.code()).code
    assert (await desk.code("guest-2")).code != code
    assert (await desk.code(room="r2")).code != code
    assert await desk.found(code, "r2") is None


async def test_the_latest_name_and_device_are_kept() -> None:
    desk = Desk()
    code = await desk.code()
    assert await desk.code(name="王老师", number="n2", link="l1") == code
    seat = await desk.seats.find("r1", code.code)
    assert (seat.name, seat.number, seat.link) == ("王老师", "n2", "l1")


async def test_what_is_kept_does_not_tell_the_code() -> None:
    desk = Desk()
    code = (await desk.code()).code.replace("-", "")
    (seat,) = desk.table.rows.values()
    assert code not in repr(seat)
    other = Desk("another secret for tests 0123456789 abc")
    other.table = desk.table
    other.seats = Seats(desk.table, "another secret for tests 0123456789 abc", clock=lambda: desk.now)
    assert await other.found(code) is None


async def test_nothing_is_kept_longer_than_the_room_keeps_it() -> None:
    desk = Desk()
    day = 86_400_000
    assert (await desk.code("a", kept_ms=day)).expires_at == desk.now * 1000 + day
    assert (await desk.code("b", kept_ms=365 * day)).expires_at == desk.now * 1000 + LIFE_MS


async def test_who_is_forgotten_has_no_code() -> None:
    desk = Desk()
    code = await desk.code()
    assert await desk.seats.forget("r1", "guest-1")
    assert not await desk.seats.forget("r1", "guest-1")
    assert await desk.found(code.code) is None
    assert (await desk.code()).code != code.code


@pytest.mark.parametrize("code", ["", "ABCD", "ABCD-EFG0", "ABCD-EFGHJ", "码" * 8])
async def test_what_is_no_code_finds_nobody(code: str) -> None:
    desk = Desk()
    await desk.code()
    assert await desk.found(code) is None
