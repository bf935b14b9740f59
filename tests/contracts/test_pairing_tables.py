"""What every table of walls must do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from loadtests.engines import RedisServer, flushed
from server.broker.redis import client_of
from server.broker.redis_lanes import Lanes
from server.broker.redis_pairings import RedisPairings
from server.pairings import Paired, PairingsHere, PairingTable, Standing

LIFE_MS = 60_000
ROOM = Paired("r1", "link")


@pytest.fixture(params=["here", "redis"])
async def table(request: pytest.FixtureRequest) -> AsyncIterator[PairingTable]:
    if request.param == "here":
        yield PairingsHere()
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    await flushed([server])
    client = client_of(server.url)
    lanes = Lanes(client)
    yield RedisPairings(lanes)
    await lanes.close()
    await client.aclose()


async def test_a_wall_is_let_in_by_its_code(table: PairingTable) -> None:
    assert await table.open("w1", "ABCDEF", LIFE_MS, 9)
    assert await table.find("w1") == Standing("ABCDEF")
    assert await table.take("ABCDEF") == "w1"
    assert await table.find("w1") == Standing(None)
    assert await table.settle("w1", ROOM, LIFE_MS)
    assert await table.find("w1") == Standing(None, ROOM)
    assert await table.take("ABCDEF") is None


async def test_a_code_is_of_one_wall_and_good_once(table: PairingTable) -> None:
    assert await table.open("w1", "ABCDEF", LIFE_MS, 9)
    assert not await table.open("w2", "ABCDEF", LIFE_MS, 9)
    assert await table.find("w2") is None
    assert sorted(await asyncio.gather(*(table.take("ABCDEF") for _ in range(5))), key=str) == [None] * 4 + ["w1"]
    # Free again for another, as long as nobody gives it back.
    assert await table.open("w2", "ABCDEF", LIFE_MS, 9)


async def test_a_code_that_is_given_back_is_good_again(table: PairingTable) -> None:
    await table.open("w1", "ABCDEF", LIFE_MS, 9)
    await table.take("ABCDEF")
    await table.give_back("w1", "ABCDEF")
    assert await table.find("w1") == Standing("ABCDEF")
    assert await table.take("ABCDEF") == "w1"
    await table.settle("w1", ROOM, LIFE_MS)
    await table.give_back("w1", "ABCDEF")
    await table.give_back("gone", "ABCDEF")
    assert await table.take("ABCDEF") is None
    assert await table.find("w1") == Standing(None, ROOM)


async def test_walls_run_out(table: PairingTable) -> None:
    await table.open("w1", "ABCDEF", 200, 9)
    await table.open("w2", "GHJKLM", LIFE_MS, 9)
    await table.open("w3", "NPQRST", 200, 9)
    await table.take("NPQRST")
    await table.settle("w3", ROOM, LIFE_MS)
    await asyncio.sleep(0.21)
    assert await table.find("w1") is None
    assert await table.take("ABCDEF") is None
    assert not await table.settle("w1", ROOM, LIFE_MS)
    assert await table.take("GHJKLM") == "w2"
    assert await table.find("w3") == Standing(None, ROOM)
    assert await table.open("w4", "ABCDEF", LIFE_MS, 9)


async def test_one_more_than_allowed_pushes_the_oldest_out(table: PairingTable) -> None:
    for n in range(4):
        assert await table.open(f"w{n}", f"CODE0{n}", LIFE_MS + n * 10, 3)
    assert await table.find("w0") is None
    assert await table.take("CODE00") is None
    assert [await table.take(f"CODE0{n}") for n in (1, 2, 3)] == ["w1", "w2", "w3"]
