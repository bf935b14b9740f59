"""Counts on a Redis Cluster, where each table lies on one master, wherever that is."""

from __future__ import annotations

from redis.asyncio.cluster import RedisCluster

from loadtests.engines import Cluster, flushed
from server.broker.redis import client_of
from server.broker.redis_counting import RedisCounting
from server.broker.redis_lanes import Lanes
from server.counting import Slowing

RULE = Slowing(free=1, first_wait_s=2.0, longest_wait_s=10.0, forget_s=3600.0)


async def test_tables_lie_on_different_masters(cluster: Cluster) -> None:
    await flushed(cluster.servers)
    client = client_of(cluster.url)
    assert isinstance(client, RedisCluster)
    await client.initialize()
    lanes = Lanes(client)
    one, two = RedisCounting(lanes, b"key"), RedisCounting(lanes, b"key")
    tables = ["logins", "login-addresses", "guests", "pairing-codes", "seat-codes", "passkeys"]
    for table in tables:
        assert await one.attempt(table, ["a", "b"], RULE) == 0
        assert await two.attempt(table, ["c", "b"], RULE) > 0
        await one.give_back(table, ["b"])
        assert await two.attempt(table, ["b"], RULE) == 0
        assert await one.note(f"{table}-notes", "a", 60)
        assert await two.noted(f"{table}-notes", "a")
        assert await one.spend(f"{table}-budget", "a", 1) == 0
        assert await two.spend(f"{table}-budget", "a", 1) > 50
    assert len({client.get_node_from_key(f"sf:{{count:{table}}}") for table in tables}) > 1
    await lanes.close()
    await client.aclose()
