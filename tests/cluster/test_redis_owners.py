"""Nodes that die, come back and are called the same; on a Redis Cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from loadtests.engines import Cluster, flushed
from server.broker.port import Stale, Unavailable
from server.broker.redis import RedisBroker, client_of
from server.broker.redis_owners import OwnedBroker, RedisOwners, Twin, incarnation_of
from server.hosting.nodes import Nodes
from server.hosting.owners import OwnedElsewhere
from tests.cluster.houses import until
from tests.server.records import CATALOGUE

Make = Callable[[str], RedisOwners]


@pytest.fixture
async def broker(cluster: Cluster) -> AsyncIterator[RedisBroker]:
    await flushed(cluster.servers)
    made = RedisBroker(client_of(cluster.url), CATALOGUE)
    yield made
    await made.close()


@pytest.fixture
def make(broker: RedisBroker) -> Make:
    return lambda name: RedisOwners(broker, incarnation_of(name))


async def test_the_room_of_a_dead_node_is_free(broker: RedisBroker, make: Make) -> None:
    await broker.create("r")
    dead, alive = make("n1"), make("n2")
    gone: list[str] = []
    alive.on_gone = gone.extend
    await dead.start()
    await alive.start()
    await dead.take("r")
    beating = asyncio.create_task(alive.run())
    async with asyncio.timeout(30):
        while True:
            try:
                await alive.take("r")
                break
            except OwnedElsewhere:
                await asyncio.sleep(0.05)
        await until(lambda: gone)
    beating.cancel()
    assert gone == [dead.me]
    lost: list[str] = []
    dead.on_lost = lost.append
    await dead.tend()
    assert lost == ["r"]


async def test_a_node_that_was_killed_starts_again_at_once_and_a_twin_does_not(make: Make) -> None:
    first, second, twin = make("n1"), make("n1"), make("n1")
    await first.start()
    await second.start()  # in place of the first, which gives no sign any more
    assert not second.nodes.others(second.now) or first.me not in (await second._signs())
    beating = asyncio.create_task(second.run())
    with pytest.raises(Twin):
        await twin.start()
    beating.cancel()


async def test_only_the_owner_raises_the_term(broker: RedisBroker, make: Make) -> None:
    await broker.create("r")
    one, two = make("n1"), make("n2")
    await one.start()
    await two.start()
    await one.take("r")
    assert await OwnedBroker(broker, one).claim("r")
    with pytest.raises(Stale):
        await OwnedBroker(broker, two).claim("r")


async def test_a_lost_log_is_begun_anew_by_whoever_had_it(cluster: Cluster, broker: RedisBroker, make: Make) -> None:
    await broker.create("r")
    one, two = make("n1"), make("n2")
    await one.start()
    await two.start()
    await one.take("r")
    await flushed(cluster.servers)
    await two.beat()
    working = asyncio.create_task(one.run())
    with pytest.raises(Unavailable):
        await OwnedBroker(broker, two).renew("r", 5)
    working.cancel()
    assert (await OwnedBroker(broker, one).renew("r", 5)).seq == 5
    with pytest.raises(OwnedElsewhere):
        await two.take("r")


async def test_a_room_that_bears_a_dead_ones_name_again_is_not_let_go_of(broker: RedisBroker, make: Make) -> None:
    await broker.create("r")
    before, owner = make("n1"), make("n2")
    lost: list[str] = []
    owner.on_lost = lost.append
    await before.start()
    await before.take("r")
    await before.release("r")
    await before.resign()
    await owner.start()
    await owner.take("r")
    # As on a replica that lagged behind the hand-over, and is the master now.
    await broker.lanes.call("sf:{r}:owner", "SET", "sf:{r}:owner", before.me)
    await owner.tend()
    assert lost == []
    assert "r" in owner
    assert await owner.owners_of(["r"]) == {"r": owner.me}
    await broker.lanes.call("sf:{r}:owner", "SET", "sf:{r}:owner", before.me)
    assert await OwnedBroker(broker, owner).claim("r")


async def test_nobodys_room_is_taken_without_a_look_whether_they_live(broker: RedisBroker, make: Make) -> None:
    await broker.create("r")
    owner, other = make("n1"), make("n2")
    gone: list[str] = []
    other.on_gone = gone.extend
    await owner.start()
    await other.start()
    await owner.take("r")
    # As if its last look had been long ago, and the owner's sign of life old even then.
    other.nodes._until[owner.me] = other.now - 0.1
    other.nodes._looked = other.now - 0.5
    assert not other.nodes.alive(owner.me, other.now)
    await owner.beat()
    with pytest.raises(OwnedElsewhere):
        await other.take("r")
    assert gone == []
    assert await owner.owners_of(["r"]) == {"r": owner.me}


async def test_two_that_take_each_other_for_dead_do_not_both_have_the_room(broker: RedisBroker, make: Make) -> None:
    await broker.create("r")
    one, two = make("n1"), make("n2")
    await one.start()
    await two.start()
    await one.take("r")
    await OwnedBroker(broker, one).claim("r")
    lost: list[str] = []
    one.on_lost = lost.append
    # On a machine that is far too busy signs of life come too late, each way.
    for owners, other in ((one, two), (two, one)):
        await owners._signs(without=other.me)
        owners.nodes._until.clear()
        owners.nodes._looked = owners.now
    await two.take("r")
    await one.tend()
    assert lost == ["r"]
    assert "r" in two
    with pytest.raises(Stale):
        await OwnedBroker(broker, one).claim("r")
    assert await OwnedBroker(broker, two).claim("r")


async def test_a_dead_ones_room_is_taken_however_slow_the_store_is(
    broker: RedisBroker, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await broker.create("r")
    dead, other = make("n1"), make("n2")
    await dead.start()
    await dead.take("r")
    await dead.resign()
    await other.start()
    # As if each answer took longer than a look is worth anything.
    monkeypatch.setattr(Nodes, "fresh", lambda _nodes, _now: False)
    async with asyncio.timeout(30):
        await other.take("r")
    assert await other.owners_of(["r"]) == {"r": other.me}
