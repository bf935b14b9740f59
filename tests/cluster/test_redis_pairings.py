"""Walls on a Redis Cluster; what every table of walls must do is in tests/contracts."""

from __future__ import annotations

from loadtests.engines import Cluster, flushed
from server.broker.redis import client_of
from server.broker.redis_lanes import Lanes
from server.broker.redis_pairings import RedisPairings
from server.pairings import Paired, Standing


async def test_a_wall_is_let_in_by_another_node(cluster: Cluster) -> None:
    await flushed(cluster.servers)
    clients = [client_of(cluster.url) for _ in range(2)]
    lanes = [Lanes(client) for client in clients]
    one, two = (RedisPairings(each) for each in lanes)
    assert await one.open("w1", "ABCDEF", 60_000, 9)
    assert await two.take("ABCDEF") == "w1"
    await two.give_back("w1", "ABCDEF")
    assert await one.take("ABCDEF") == "w1"
    assert await one.settle("w1", Paired("房间", "link"), 60_000)
    assert await two.find("w1") == Standing(None, Paired("房间", "link"))
    for each in lanes:
        await each.close()
    for client in clients:
        await client.aclose()
