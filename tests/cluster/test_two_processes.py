"""Two real servers on one Redis: one is killed under load, again and again; the checker judges from outside."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from loadtests.client import Client
from loadtests.engines import SERVER, RedisServer, flushed, free_ports
from loadtests.evidence import Verdict
from loadtests.kill import talk
from loadtests.rig import start_all, verdict_of
from loadtests.serving import Serving
from tests.cluster.houses import until

SECRET = secrets.token_urlsafe(32)
ROOM = "shared"


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    server = RedisServer(tmp_path_factory.mktemp("redis"), free_ports(1)[0])
    server.start()
    yield server
    server.stop()


@asynccontextmanager
async def serving(redis: RedisServer, data: Path, count: int = 2) -> AsyncIterator[list[Serving]]:
    """Nodes n1, n2, … that share a Redis and a data folder."""
    await flushed([redis])
    async with AsyncExitStack() as stack:
        nodes = []
        for number in range(1, count + 1):
            env = {"SHOWFLOOR_REDIS_URL": redis.url, "SHOWFLOOR_NODE_ID": f"n{number}", "SHOWFLOOR_SECRET": SECRET}
            node = Serving(data, env=env)
            node.secret = SECRET
            node.output_path = data / f"n{number}.log"
            nodes.append(await stack.enter_async_context(node))
        yield nodes


def move(clients: list[Client], to: Serving) -> None:
    """They come to this node from now on, as behind a proxy."""
    for client in clients:
        client.url = to.url


def said(nodes: list[Serving], verdict: Verdict) -> str:
    return "\n".join([*verdict.sentences(), *(node.output[-3000:] for node in nodes)])


@pytest.mark.timeout(180)
async def test_a_killed_node_loses_nothing_and_the_other_goes_on(redis_server: RedisServer, tmp_path: Path) -> None:
    async with serving(redis_server, tmp_path) as nodes:
        one, two = nodes
        host = await one.host(ROOM)
        clients = [node.client(ROOM, f"{name}{n}") for name, node in (("a", one), ("b", two)) for n in range(6)]
        await start_all(clients)
        over = asyncio.Event()
        longest = 0.0
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(clients):
                group.create_task(talk(client, 0.1, 100, over, pipelined=number % 3 == 0))
            for victim, heir in ((one, two), (two, one), (one, two)):
                await asyncio.sleep(2.0)
                await victim.kill()
                begun = time.monotonic()
                before = max(client.place.seq for client in clients)
                move([host, *clients], heir)
                await until(lambda past=before + 5: max(client.place.seq for client in clients) >= past)
                longest = max(longest, time.monotonic() - begun)
                await victim.start()
                move(clients[:6], victim)
                for client in clients[:6]:
                    client.cut()
            await asyncio.sleep(2.0)
            over.set()
        await two.terminate()
        move([host, *clients], one)
        verdict = await verdict_of(one, [host, *clients])
        assert verdict.clean, said(nodes, verdict)
        assert verdict.figures["acked"] > 200
        assert longest < 5.0, longest


@pytest.mark.timeout(120)
async def test_a_node_that_stops_hands_over_without_a_gap(redis_server: RedisServer, tmp_path: Path) -> None:
    async with serving(redis_server, tmp_path) as nodes:
        one, two = nodes
        host = await one.host(ROOM)
        clients = [node.client(ROOM, f"{name}{n}") for name, node in (("a", one), ("b", two)) for n in range(4)]
        await start_all(clients)
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(talk(client, 0.1, 100, over, pipelined=False))
            await asyncio.sleep(1.5)
            move([host, *clients], two)
            assert await one.terminate() == 0
            await asyncio.sleep(1.5)
            over.set()
        verdict = await verdict_of(two, [host, *clients])
        assert verdict.clean, said(nodes, verdict)
        assert verdict.figures["acked"] > 80
