import asyncio
from typing import Any

import pytest

from server.broker.port import Unavailable
from server.broker.redis_shelves import AT_ONCE, SHELVES, asked, shelf_of


def test_rooms_are_spread_over_all_shelves() -> None:
    assert len({shelf_of(f"room-{number}") for number in range(2_000)}) == SHELVES
    assert shelf_of("r", "dues") != shelf_of("r") == shelf_of("r", "rooms")


async def test_many_are_asked_for_in_lots() -> None:
    waiting: list[asyncio.Future[Any]] = []
    most = 0

    def ask(name: str) -> asyncio.Future[Any]:
        nonlocal most
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waiting.append(waiter)
        most = max(most, sum(not each.done() for each in waiting))
        asyncio.get_running_loop().call_soon(waiter.set_result, name.upper())
        return waiter

    names = [f"r{number}" for number in range(3 * AT_ONCE + 1)]
    assert await asked(ask, names) == {name: name.upper() for name in names}
    assert most == AT_ONCE


async def test_one_that_is_not_answered_is_said() -> None:
    def ask(name: str) -> asyncio.Future[Any]:
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if name == "b":
            waiter.set_exception(Unavailable("-"))
        else:
            waiter.set_result(name)
        return waiter

    with pytest.raises(Unavailable):
        await asked(ask, "abc")
