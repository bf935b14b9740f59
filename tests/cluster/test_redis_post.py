"""Letters between nodes on a Redis Cluster, while masters die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from loadtests.engines import Cluster, flushed
from server.broker.redis import RedisBroker, client_of
from server.broker.redis_owners import RedisOwners, incarnation_of
from server.broker.redis_post import RedisPost
from server.hosting.line import Letter
from tests.cluster.houses import until
from tests.server.records import CATALOGUE


class Node:
    def __init__(self, cluster: Cluster, name: str) -> None:
        self.broker = RedisBroker(client_of(cluster.url), CATALOGUE)
        self.owners = RedisOwners(self.broker, incarnation_of(name))
        self.post = RedisPost(self.broker, self.owners)
        self.heard: list[tuple[str, Letter]] = []
        self.post.listen("x", lambda node, letter: self.heard.append((node, letter)))

    async def start(self) -> None:
        await self.owners.start()
        await self.post.start()

    async def close(self) -> None:
        await self.post.close()
        await self.broker.close()


@pytest.fixture
async def nodes(cluster: Cluster) -> AsyncIterator[tuple[Node, Node]]:
    await flushed(cluster.servers)
    one, two = Node(cluster, "n1"), Node(cluster, "n2")
    await one.start()
    await two.start()
    await one.owners.beat()
    yield one, two
    await one.close()
    await two.close()


async def heard(node: Node, count: int) -> None:
    await until(lambda: len(node.heard) >= count)


async def test_letters_arrive_in_order_both_ways(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    for n in range(2000):
        one.post.send(two.owners.me, ("x", n, b"\0binary"))
        two.post.send_all(("x", n, "谢谢"))
    await heard(two, 2000)
    await heard(one, 2000)
    assert two.heard == [(one.owners.me, ["x", n, b"\0binary"]) for n in range(2000)]
    assert one.heard == [(two.owners.me, ["x", n, "谢谢"]) for n in range(2000)]
    await asyncio.sleep(0.1)
    assert one.post.statistics()["waiting"] == two.post.statistics()["waiting"] == 0


async def test_a_letter_that_nobody_can_read_holds_up_no_other(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    two.post.listen("of a newer program", lambda _node, letter: letter[7])
    one.post.send(two.owners.me, ("of a newer program", 1))
    one.post.send(two.owners.me, ("that nobody here listens to", 1))
    one.post.send(two.owners.me, ("x", 2))
    await heard(two, 1)
    assert two.heard == [(one.owners.me, ["x", 2])]


async def test_nothing_is_lost_while_the_channel_is_not_heard(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    shards = two.broker.shards
    for n in range(200):
        one.post.send(two.owners.me, ("x", n))
        if n % 50 == 25:
            # As when a node of the cluster dies: the connection goes, and is made anew.
            for reader in tuple(shards._readers.values()):
                await shards._drop(reader)
        await asyncio.sleep(0.002)
    await heard(two, 200)
    assert [letter[1] for _, letter in two.heard] == list(range(200))


async def test_what_is_for_the_dead_is_given_up(nodes: tuple[Node, Node]) -> None:
    one, _ = nodes
    one.post.send("n9.dead", ("x", 1))
    await until(lambda: not one.post.statistics()["neighbours"])


async def test_a_letter_that_cannot_be_written_holds_up_no_other(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    with pytest.raises(UnicodeEncodeError):
        one.post.send(two.owners.me, ("x", "\ud800"))
    one.post.send(two.owners.me, ("x", "fine"))
    await heard(two, 1)
    assert two.heard == [(one.owners.me, ["x", "fine"])]
