"""Where a fault is tried: two gateways on a Redis and a PostgreSQL, rooms, and people spread over both gateways.

async with scene(data, clients=200, rooms=20) as stage:
    async with chatting(stage.talkers, 200) as chat: …
    verdict = await stage.verdict()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.engines import Cluster, RedisServer, until
from loadtests.evidence import Verdict
from loadtests.kill import make
from loadtests.nodes import Nodes
from loadtests.proxy import Proxy
from loadtests.rig import MIXED, start_all, verdict_of
from loadtests.slots import replicas_follow

CATCH_UP_S = 60.0  # for all clients and the database, at the end


@dataclass(frozen=True, slots=True)
class Scene:
    """``proxies`` lie between the first gateways and Redis, one each."""

    nodes: Nodes
    redis: RedisServer | Cluster
    rooms: Sequence[str]
    hosts: Sequence[Client]
    talkers: Sequence[Client]
    proxies: Sequence[Proxy]

    @property
    def servers(self) -> Sequence[RedisServer]:
        """The processes of Redis."""
        return self.redis.servers if isinstance(self.redis, Cluster) else [self.redis]

    @property
    def cluster(self) -> Cluster:
        """The Redis, if it is a cluster."""
        assert isinstance(self.redis, Cluster), "Redis is a single server"
        return self.redis

    @property
    def everyone(self) -> list[Client]:
        return [*self.hosts, *self.talkers]

    def of(self, number: int) -> list[Client]:
        """Those who are at home at the gateway of that number, from 0."""
        url = self.nodes.gateways[number].url
        return [client for client in self.everyone if client.urls[0] == url]

    def talkers_of(self, number: int) -> list[Client]:
        """The talkers among these."""
        return [client for client in self.of(number) if client in self.talkers]

    async def verdict(self, diaries: Path | None = None) -> Verdict:
        """Wait until all are caught up, end the gateways, and judge."""
        return await verdict_of(self.nodes, self.everyone, diaries, CATCH_UP_S)


@asynccontextmanager
async def scene(
    data: Path,
    *,
    clients: int,
    rooms: int,
    cluster: bool = False,
    proxied: int = 0,
    redis: Callable[[Path], RedisServer] = RedisServer,
) -> AsyncIterator[Scene]:
    """Everything is up and everyone has joined; at the end all of it is ended.

    So many gateways as ``proxied`` says reach Redis through a proxy each; a cluster tells its nodes' own addresses, so
    this is for a single Redis. ``redis`` makes that one in a folder.
    """
    assert not (cluster and proxied)
    folder = data / "redis"
    engine = Cluster(folder, masters=3, replicas=1) if cluster else redis(folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, engine.stop)
        proxies, detours = [], []
        if isinstance(engine, RedisServer):
            proxies = [await stack.enter_async_context(Proxy("127.0.0.1", engine.port)) for _ in range(proxied)]
            detours = [f"redis://127.0.0.1:{proxy.port}" for proxy in proxies]
        await asyncio.to_thread(engine.start)
        if isinstance(engine, Cluster):
            await asyncio.to_thread(until, lambda: replicas_follow(engine))
        nodes = await stack.enter_async_context(Nodes(data, redis=engine, detours=detours))
        yield await _peopled(nodes, engine, clients, rooms, proxies)


async def _peopled(
    nodes: Nodes, engine: RedisServer | Cluster, count: int, rooms: int, proxies: Sequence[Proxy]
) -> Scene:
    names = [f"room{number}" for number in range(rooms)]
    await make(nodes, names)
    hosts = [nodes.client(name, f"h{number}", role="host", home=number) for number, name in enumerate(names)]
    talkers = [
        # Neighbours in number share a room, and are at home at different gateways.
        nodes.client(
            names[number * rooms // count], f"u{number}", Settings(transport=MIXED[number // 2 % 4]), home=number
        )
        for number in range(count)
    ]
    await start_all([*hosts, *talkers])
    return Scene(nodes, engine, names, hosts, talkers, proxies)
