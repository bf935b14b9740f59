"""What every adapter of counting must do; waits are told by the rule, so nobody has to wait for them here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from loadtests.engines import RedisServer, flushed
from server.broker.redis import client_of
from server.broker.redis_counting import RedisCounting
from server.broker.redis_lanes import Lanes
from server.counting import Counting, CountingHere, CountingTogether, Slowing

RULE = Slowing(free=3, first_wait_s=2.0, longest_wait_s=10.0, forget_s=3600.0)
QUICK = Slowing(free=1, first_wait_s=0.2, longest_wait_s=0.2, forget_s=0.4)
KEPT = 4


@pytest.fixture(params=["here", "redis", "together"])
async def counting(request: pytest.FixtureRequest) -> AsyncIterator[Counting]:
    here = CountingHere(kept=KEPT)
    if request.param == "here":
        yield here
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    await flushed([server])
    client = client_of(server.url)
    lanes = Lanes(client)
    shared = RedisCounting(lanes, b"key", kept=KEPT)
    yield shared if request.param == "redis" else CountingTogether(shared, here)
    await lanes.close()
    await client.aclose()


async def attempts(counting: Counting, *keys: str, count: int = 3) -> None:
    for _ in range(count):
        assert await counting.attempt("t", keys, RULE) == 0


async def test_the_more_wrong_ones_the_longer_the_wait(counting: Counting) -> None:
    await attempts(counting, "a")
    for _ in range(2):
        # Refused ones are not counted.
        assert 1.5 < await counting.attempt("t", ["a"], RULE) <= 2.0
    assert await counting.attempt("t", ["b"], RULE) == 0
    assert await counting.attempt("other table", ["a"], RULE) == 0


async def test_waits_end_and_all_is_forgotten(counting: Counting) -> None:
    assert await counting.attempt("t", ["a"], QUICK) == 0
    wait = await counting.attempt("t", ["a"], QUICK)
    assert 0 < wait <= QUICK.longest_wait_s
    await asyncio.sleep(wait)
    assert await counting.attempt("t", ["a"], QUICK) == 0
    await asyncio.sleep(QUICK.forget_s)
    assert await counting.attempt("t", ["a"], QUICK) == 0


async def test_of_several_keys_all_are_counted_or_none(counting: Counting) -> None:
    await attempts(counting, "a")
    assert await counting.attempt("t", ["b", "a"], RULE) > 0
    await attempts(counting, "b", "c")
    assert await counting.attempt("t", ["c"], RULE) > 0


async def test_a_right_one_is_given_back_and_nobody_waits_for_it(counting: Counting) -> None:
    await attempts(counting, "a", count=2)
    for _ in range(5):
        await attempts(counting, "a", count=1)
        await counting.give_back("t", ["a", "nobody"])
    await attempts(counting, "a", count=1)
    assert await counting.attempt("t", ["a"], RULE) > 0
    await counting.give_back("t", ["a"])
    assert await counting.attempt("t", ["a"], RULE) == 0


async def test_many_at_once_are_many(counting: Counting) -> None:
    waits = await asyncio.gather(*(counting.attempt("t", ["a"], RULE) for _ in range(20)))
    assert waits.count(0) == 3


async def test_a_budget_is_spent_and_fills_up_again(counting: Counting) -> None:
    begun, spent = time.monotonic(), 0
    while not (wait := await counting.spend("b", "a", 60)):
        spent += 1
    # One more for each second that all this took.
    assert 60 <= spent <= 60 + 1 + (time.monotonic() - begun)
    assert 0 < wait <= 1.0
    assert await counting.spend("b", "z", 60) == 0
    assert await counting.spend("b", "quick", 6000) == 0
    many = await asyncio.gather(*(counting.spend("b", "a", 60) for _ in range(20)))
    assert spent + many.count(0) <= 60 + 1 + (time.monotonic() - begun)


async def test_a_budget_comes_back_by_and_by(counting: Counting) -> None:
    while not (wait := await counting.spend("b", "a", 120)):
        pass
    await asyncio.sleep(wait + 0.005)
    assert await counting.spend("b", "a", 120) == 0


async def test_a_note_is_new_once_and_is_forgotten_in_time(counting: Counting) -> None:
    assert not await counting.noted("n", "a")
    assert await counting.note("n", "a", 60)
    assert not await counting.note("n", "a", 60)
    assert await counting.noted("n", "a")
    assert not await counting.noted("m", "a")
    assert await counting.note("m", "b", 0.03)
    await asyncio.sleep(0.04)
    assert not await counting.noted("m", "b")
    assert await counting.note("m", "b", 60)


async def test_of_many_who_note_the_same_one_is_first(counting: Counting) -> None:
    assert sum(await asyncio.gather(*(counting.note("n", "a", 60) for _ in range(10)))) == 1


async def test_only_so_many_are_remembered_and_who_was_counted_longest_ago_goes(counting: Counting) -> None:
    for n in range(KEPT + 1):
        assert await counting.note("n", f"k{n}", 60)
        await attempts(counting, f"k{n}")
    assert [await counting.noted("n", f"k{n}") for n in range(KEPT + 1)] == [False] + [True] * KEPT
    assert await counting.attempt("t", ["k1"], RULE) > 0
    assert await counting.attempt("t", ["k0"], RULE) == 0


async def test_redis_is_told_no_address_and_forgets(redis_server: RedisServer) -> None:
    await flushed([redis_server])
    client = client_of(redis_server.url)
    lanes = Lanes(client)
    counting = RedisCounting(lanes, b"key")
    await counting.attempt("t", ["address 10.1.2.3"], RULE)
    await counting.spend("b", "10.1.2.3", 60)
    await counting.note("n", "10.1.2.3", 60)
    told = ""
    for key in await client.keys("*"):
        kept: Any = await client.zrange(key, 0, -1) if await client.type(key) == b"zset" else await client.hkeys(key)
        told += repr((key, kept))
        assert 0 < await client.pttl(key) <= 3_600_000
    assert len(told) > 60
    assert "10.1" not in told
    # Another secret, as after it was changed: other digests.
    assert await RedisCounting(lanes, b"other").note("n", "10.1.2.3", 60)
    await lanes.close()
    await client.aclose()
