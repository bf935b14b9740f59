"""What is erased goes from the files of Redis too: append-only files, snapshots, those of replicas."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from loadtests.engines import Cluster, RedisServer, flushed, free_ports
from protocols.messages import Position
from server.broker import redis_wiping
from server.broker.redis import RedisBroker, client_of
from tests.cluster.houses import until
from tests.server.house import CANARY
from tests.server.records import CATALOGUE, Gone, batch, recorded, said


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_wiping, "GATHER_S", 0.1)
    monkeypatch.setattr(redis_wiping, "LOOK_S", 0.05)


def holding(folder: Path) -> set[str]:
    """The files that hold the canary."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".log"]
    found = set()
    for file in files:
        try:
            if CANARY.encode() in file.read_bytes():
                found.add(str(file))
        except FileNotFoundError:
            continue  # rewritten just now
    return found


async def say(broker: RedisBroker, room: str) -> Position:
    return await broker.publish(batch(room, await broker.create(room), [said(1, CANARY), said(2)]))


async def erase(broker: RedisBroker, room: str, head: Position) -> None:
    await broker.publish(batch(room, head, [recorded(3, Gone(), erases=(1,))]))


async def test_append_only_files_of_master_and_replica(cluster: Cluster) -> None:
    await flushed(cluster.servers)
    broker = RedisBroker(client_of(cluster.url), CATALOGUE)
    folder = cluster.servers[0].folder.parent
    head = await say(broker, "r")
    assert holding(folder)
    async with asyncio.timeout(30):
        # A replica is not named before it has got something.
        while len(await broker._wiping._nodes(["r"])) < 2:  # noqa: ASYNC110 - a fact of the cluster
            await asyncio.sleep(0.1)
    await erase(broker, "r", head)
    await until(lambda: broker.statistics()["rewrites_total"] == 2)  # of those who hold the room, nobody else
    assert not holding(folder)
    assert broker.statistics()["rewrites_failed_total"] == 0
    await broker.close()


async def test_a_crash_before_the_rewrite_leaves_it_to_the_next_look(tmp_path: Path) -> None:
    with RedisServer(tmp_path, free_ports(1)[0]) as server:
        broker = RedisBroker(client_of(server.url), CATALOGUE)
        await erase(broker, "r", await say(broker, "r"))
        await broker.close()
        assert holding(tmp_path)
        broker = RedisBroker(client_of(server.url), CATALOGUE)
        await broker.keyed(0)
        await until(lambda: not holding(tmp_path))
        assert await broker._shelves.erased() == {} or broker.statistics()["rewrites_total"] < 2
        await broker.close()
