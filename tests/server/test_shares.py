"""Which worker a room is left to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from server.broker.port import Unavailable
from server.shares import ALIVE_S, BEAT_S, Shares

ROOMS = [f"room-{n}" for n in range(600)]


class Redis:
    """What the script of the signs of life does; ``now`` is in ms."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.signs: dict[str, int] = {}
        self.away = False

    async def run(self, _script: object, _keys: object, arguments: Sequence[Any]) -> list[bytes]:
        if self.away:
            raise Unavailable("away")
        me, without, _ = arguments
        self.signs.pop(without, None)
        if me:
            self.signs[me] = self.now
        return [b"%d" % self.now, *(word.encode() for name, at in self.signs.items() for word in (name, str(at)))]


@pytest.fixture
def redis() -> Redis:
    return Redis()


def at(redis: Redis, *names: str) -> list[Shares]:
    return [Shares(redis, name) for name in names]  # type: ignore[arg-type]


async def beat(*all_: Shares) -> None:
    for _ in range(2):
        for each in all_:
            await each.beat()


def owners(all_: Sequence[Shares]) -> dict[str, list[int]]:
    return {room: [n for n, each in enumerate(all_) if each.mine(room)] for room in ROOMS}


async def test_each_room_is_one_s_and_all_have_about_as_many(redis: Redis) -> None:
    three = at(redis, "w1", "w2", "w3")
    assert all(len(found) == 3 for found in owners(three).values())  # nobody knows of another: safe, and for a moment
    await beat(*three)
    found = owners(three)
    assert all(len(mine) == 1 for mine in found.values())
    counts = [sum(mine == [n] for mine in found.values()) for n in range(3)]
    assert min(counts) > 150
    assert three[0].statistics() == {"alive": 3}


async def test_who_is_silent_is_replaced_and_only_their_rooms_move(redis: Redis) -> None:
    one, two, three = at(redis, "w1", "w2", "w3")
    await beat(one, two, three)
    before = owners([one, two])
    changes: list[int] = []
    one.on_change = lambda: changes.append(1)
    for _ in range(int(ALIVE_S / BEAT_S)):
        redis.now += int(BEAT_S * 1000)
        await beat(one, two)
    after = owners([one, two])
    assert changes == [1]
    assert all(len(mine) == 1 for mine in after.values())
    assert all(after[room] == mine for room, mine in before.items() if mine)
    await beat(one, two)
    assert changes == [1]


async def test_who_leaves_need_not_be_waited_for(redis: Redis) -> None:
    one, two = at(redis, "w1", "w2")
    await beat(one, two)
    await two.leave()
    await one.beat()
    assert all(one.mine(room) for room in ROOMS)


async def test_without_redis_the_shares_stay(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = at(redis, "w1", "w2")
    await beat(one, two)
    before = owners([one, two])
    redis.away = True
    beats = 0

    async def tick(_: float) -> None:
        nonlocal beats
        beats += 1
        if beats == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr("server.shares.asyncio.sleep", tick)
    with pytest.raises(asyncio.CancelledError):
        await one.run()
    assert owners([one, two]) == before
