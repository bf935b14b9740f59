"""Who follows a room on another node hears every batch once and in order, whatever becomes of the cluster."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis

from loadtests.engines import Cluster, RedisServer, flushed, until
from protocols.messages import Position
from server.broker import following as following_heads
from server.broker.port import Batch, Lost, Unavailable
from server.broker.redis import RedisBroker, client_of
from server.broker.redis_log import keys_of
from tests.server.records import CATALOGUE, batch, said

WITHIN_S = 30.0


@dataclass
class Heard:
    """What one listener was told."""

    seqs: list[int] = field(default_factory=list)
    epochs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __call__(self, told: Batch) -> None:
        if not self.epochs or self.epochs[-1] != told.base.epoch:
            self.epochs.append(told.base.epoch)
            self.seqs.clear()
        for record in told.records:
            if self.seqs and record.seq != self.seqs[-1] + 1:
                self.faults.append(f"{record.seq} after {self.seqs[-1]}")
            self.seqs.append(record.seq)


@dataclass
class Writer:
    """Appends one record after the other, as a host does, whatever happens."""

    broker: RedisBroker
    room: str
    place: Position
    acked: int = 0
    lost: int = 0

    async def write(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await self.append()
            await asyncio.sleep(0.002)

    async def append(self) -> None:
        mine = batch(self.room, self.place, [said(self.place.seq + 1)], id=f"{self.place.epoch}-{self.place.seq}")
        while True:
            try:
                self.place = await self.broker.publish(mine)
            except Unavailable:
                await asyncio.sleep(0.05)
            except Lost:
                self.lost += 1
                self.place = await self.broker.renew(self.room, self.place.seq)
                return
            else:
                self.acked += 1
                return


@pytest.fixture
async def pair(cluster: Cluster) -> AsyncIterator[tuple[RedisBroker, RedisBroker]]:
    await flushed(cluster.servers)
    writing, following = (RedisBroker(client_of(cluster.url), CATALOGUE) for _ in range(2))
    yield writing, following
    await writing.close()
    await following.close()


async def heard_up_to(heard: Heard, place: Position) -> None:
    """Wait until all up to there was heard."""
    begun = time.monotonic()
    while not (heard.seqs and heard.seqs[-1] == place.seq and heard.epochs[-1] == place.epoch):
        assert time.monotonic() - begun < WITHIN_S, (heard.seqs[-3:], heard.epochs, place)
        await asyncio.sleep(0.01)


async def announced(heard: Heard, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said now comes by its announcement, not by the look at the heads alone."""
    monkeypatch.setattr(following_heads, "CHECK_S", 600.0)
    await asyncio.sleep(1.0)  # the last look that was on its way
    await writer.append()
    await heard_up_to(heard, writer.place)


def owner(cluster: Cluster, room: str) -> RedisServer:
    """The server that is master of a room's slot now."""
    with redis.RedisCluster("127.0.0.1", alive(cluster).port) as client:
        node = client.get_node_from_key(keys_of(room).head)
    assert node is not None
    return next(server for server in cluster.servers if server.port == node.port)


def alive(cluster: Cluster) -> RedisServer:
    return next(server for server in cluster.servers if server.process is not None and server.answers())


async def test_another_node_hears_what_is_appended(pair: tuple[RedisBroker, RedisBroker]) -> None:
    writing, following = pair
    rooms = [f"room-{number}" for number in range(30)]
    writers = [Writer(writing, room, await writing.create(room)) for room in rooms]
    heard = {room: Heard() for room in rooms}
    for room in rooms:
        following.subscribe(room, heard[room])
    await following.head(rooms[-1])
    await asyncio.gather(*(writer.write(1.0) for writer in writers))
    for writer in writers:
        await heard_up_to(heard[writer.room], writer.place)
        assert heard[writer.room].seqs == list(range(1, writer.acked + 1))
        assert heard[writer.room].faults == []


@pytest.mark.parametrize("left", [0, 2])
async def test_who_was_away_while_the_log_was_trimmed_is_told_where_it_ends(
    pair: tuple[RedisBroker, RedisBroker], monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    writing, following = pair
    writer = Writer(writing, "r", await writing.create("r"))
    told: list[Batch] = []
    following.subscribe("r", told.append)
    await following.head("r")
    await writer.append()
    await following_up_to(told, 1)
    feed = following._following._feeds["r"]
    with monkeypatch.context() as away:
        away.setattr(following._following, "_fill", lambda _feed: None)
        away.setattr(feed, "offer", lambda _batch: False)
        for _ in range(5):
            await writer.append()
    await writing.trim("r", 6 - left)
    following._following._fill(feed)
    await following_up_to(told, 6)
    # Not a silent gap: what comes next does not fit what they have.
    assert next(batch for batch in told if batch.head.seq == 6).base.seq == 6 - left
    assert feed.place == writer.place


async def following_up_to(told: list[Batch], seq: int) -> None:
    async with asyncio.timeout(30):
        while not told or told[-1].head.seq != seq:  # noqa: ASYNC110 - told by another connection
            await asyncio.sleep(0.01)


async def test_a_slot_moves_while_it_is_written(
    cluster: Cluster, pair: tuple[RedisBroker, RedisBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, following = pair
    writer = Writer(writing, "moving", await writing.create("moving"))
    heard = Heard()
    following.subscribe("moving", heard)
    await following.head("moving")
    task = asyncio.create_task(writer.write(4))
    await asyncio.sleep(1)
    await asyncio.to_thread(move, cluster, "moving")
    await task
    await heard_up_to(heard, writer.place)
    assert heard.faults == []
    assert heard.seqs == list(range(1, writer.acked + 1))
    assert writer.lost == 0
    await announced(heard, writer, monkeypatch)


def move(cluster: Cluster, room: str) -> None:
    """Move the room's slot to another master."""
    with redis.RedisCluster("127.0.0.1", alive(cluster).port) as client:
        slot = client.keyslot(keys_of(room).head)
        source = client.get_node_from_key(keys_of(room).head)
        assert source is not None
        target = next(node for node in client.get_primaries() if node.name != source.name)
        masters = {node.name: redis.Redis(port=int(node.port)) for node in client.get_primaries()}
    # redis-py gives this no types.
    say: Callable[..., Any] = redis.Redis.execute_command
    there, here = masters[target.name], masters[source.name]
    ids = {name: say(one, "CLUSTER MYID").decode() for name, one in masters.items()}
    say(there, "CLUSTER SETSLOT", slot, "IMPORTING", ids[source.name])
    say(here, "CLUSTER SETSLOT", slot, "MIGRATING", ids[target.name])
    while names := say(here, "CLUSTER GETKEYSINSLOT", slot, 100):
        say(here, "MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *names)
    for one in (there, here, *masters.values()):
        with contextlib.suppress(redis.ResponseError):
            say(one, "CLUSTER SETSLOT", slot, "NODE", ids[target.name])
    for one in masters.values():
        one.close()


async def test_a_master_dies_and_its_replica_takes_over(
    cluster: Cluster, pair: tuple[RedisBroker, RedisBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, following = pair
    writer = Writer(writing, "failing", await writing.create("failing"))
    heard = Heard()
    following.subscribe("failing", heard)
    await following.head("failing")
    task = asyncio.create_task(writer.write(8))
    await asyncio.sleep(1)
    before = writer.acked
    dead = await asyncio.to_thread(owner, cluster, "failing")
    await asyncio.to_thread(dead.kill)
    try:
        await task
        assert writer.acked > before + 100
        await heard_up_to(heard, writer.place)
        assert heard.faults == []
        await announced(heard, writer, monkeypatch)
    finally:
        await asyncio.to_thread(dead.start)
        await asyncio.to_thread(until, cluster.is_whole)


async def test_a_log_that_is_flushed_is_seen_and_told_once(
    cluster: Cluster, pair: tuple[RedisBroker, RedisBroker]
) -> None:
    writing, following = pair
    writer = Writer(writing, "flushed", await writing.create("flushed"))
    heard = Heard()
    following.subscribe("flushed", heard)
    await following.head("flushed")
    await writer.write(0.5)
    await heard_up_to(heard, writer.place)
    before = writer.place
    await flushed(cluster.servers)
    await writer.write(1.0)
    await heard_up_to(heard, writer.place)
    assert writer.lost == 1
    assert heard.epochs == [before.epoch, writer.place.epoch]
    assert heard.seqs[0] > before.seq
    assert heard.faults == []
