"""Shard subscriptions that stay alive: a reader for each node, and a supervisor over them.

A plain subscriber goes silent for good when its slot moves or its master dies. So each node has a connection of
its own, and once a second, or at once when one fails or is told that it listens no more, the supervisor asks who
serves which slot and moves the channels there. Whoever subscribes anew asks the log for what was said meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException

from server.broker.redis_lanes import FAILURES, Client

TICK_S = 1.0  # between looks at who serves which slot
SILENCE_S = 1.0  # how long a reader waits for a message before it looks around
SILENCES = 2  # in which not even a ping was answered, before a connection is given up
AGAIN_S = 0.25  # between two looks while a node refuses
CANCEL_S = 0.1  # before a task that goes on is cancelled again
REST_S = 0.05  # between two looks, however much happens
BREATH_BYTES = 128 * 1024  # of messages taken in one go, before all else has its turn

Heard = Callable[[bytes], None]
Begun = Callable[[], None]
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Channel:
    heard: Heard
    begun: Begun
    node: str | None = None  # where it is subscribed, or asked to be


@dataclass(slots=True, eq=False)
class _Reader:
    """One node's connection and who reads it."""

    node: str
    client: Redis
    pubsub: PubSub
    channels: set[str] = field(default_factory=set)
    task: asyncio.Task[None] | None = None


class Shards:
    """The channels that are followed on this node, wherever they are served."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._channels: dict[str, _Channel] = {}
        self._readers: dict[str, _Reader] = {}
        self._refusing: set[str] = set()  # nodes at which nothing could be subscribed
        self._stir = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.resubscribed = 0

    def follow(self, channel: str, heard: Heard, begun: Begun) -> None:
        """``heard`` gets each message; ``begun`` is called whenever listening has begun, or begun again."""
        self._channels[channel] = _Channel(heard, begun)
        self._stir.set()
        if self._task is None:
            self._task = asyncio.create_task(self._supervise())

    def leave(self, channel: str) -> None:
        """Hear no more of it."""
        self._channels.pop(channel, None)
        self._stir.set()

    async def close(self) -> None:
        """Close all connections."""
        if self._task is not None:
            await _ended(self._task)
        for reader in tuple(self._readers.values()):
            await self._drop(reader)

    # Who is where

    async def _supervise(self) -> None:
        while True:
            self._stir.clear()
            try:
                await self._arrange()
            except FAILURES as error:
                log.warning("shards.not_arranged", error=str(error))
            except Exception:
                log.exception("shards.failed")
            await asyncio.sleep(AGAIN_S if self._refusing else REST_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._stir.wait()

    async def _arrange(self) -> None:
        """Subscribe each channel where its slot is served now, and nowhere else."""
        owners = await self._owners()
        moves: dict[str, list[str]] = {}
        for name, channel in self._channels.items():
            owner = owners(name)
            if owner is not None and channel.node != owner:
                moves.setdefault(owner, []).append(name)
        for reader in tuple(self._readers.values()):
            gone = [name for name in reader.channels if name not in self._channels or owners(name) != reader.node]
            await self._unsubscribe(reader, gone)
        self._refusing &= moves.keys()
        for node, names in moves.items():
            await self._subscribe(node, names)
        for reader in tuple(self._readers.values()):
            if not reader.channels:
                await self._drop(reader)

    async def _owners(self) -> Callable[[str], str | None]:
        client = self._client
        if isinstance(client, Redis):
            return lambda _channel: ""
        try:
            async with asyncio.timeout(TICK_S):
                await client.nodes_manager.initialize()
        except FAILURES:
            # No node could say: what was known before is as good as it gets.
            log.warning("shards.slots_unknown")

        def owner(channel: str) -> str | None:
            try:
                node = client.get_node_from_key(channel)
            except RedisClusterException:
                return None
            return None if node is None else str(node.name)

        return owner

    # Connections

    async def _subscribe(self, node: str, names: list[str]) -> None:
        reader = self._readers.get(node)
        if reader is None:
            reader = self._readers[node] = self._reader(node)
        try:
            # One at a time: channels in one command must be of one slot.
            for name in names:
                if (channel := self._channels.get(name)) is not None:
                    reader.channels.add(name)
                    channel.node = node
                    async with asyncio.timeout(TICK_S):
                        await reader.pubsub.ssubscribe(name)
        except FAILURES as error:
            if node not in self._refusing:
                log.warning("shards.not_subscribed", node=node, error=str(error))
            self._refusing.add(node)
            await self._drop(reader)
            return
        self._refusing.discard(node)
        if reader.task is None:
            reader.task = asyncio.create_task(self._listen(reader))

    async def _unsubscribe(self, reader: _Reader, names: list[str]) -> None:
        if not names:
            return
        reader.channels.difference_update(names)
        with contextlib.suppress(*FAILURES):
            # A node that is gone hears of nothing any more by itself.
            for name in names:
                async with asyncio.timeout(TICK_S):
                    await reader.pubsub.sunsubscribe(name)

    def _reader(self, node: str) -> _Reader:
        client = self._client
        if isinstance(client, RedisCluster):
            at = client.get_node(node_name=node)
            kwargs: dict[str, Any] = dict(at.connection_kwargs) if at is not None else {}
            known = {"username", "password", "ssl", "socket_connect_timeout", "credential_provider"}
            host, _, port = node.rpartition(":")
            own = Redis(
                host=host,
                port=int(port),
                retry=Retry(NoBackoff(), 0),
                **{k: v for k, v in kwargs.items() if k in known},
            )
        else:
            own = Redis(connection_pool=client.connection_pool)
        return _Reader(node, own, own.pubsub())

    async def _drop(self, reader: _Reader) -> None:
        """Let go of a connection; its channels are subscribed anew at the next look."""
        if self._readers.get(reader.node) is reader:
            del self._readers[reader.node]
        for name in reader.channels:
            channel = self._channels.get(name)
            if channel is not None and channel.node == reader.node:
                channel.node = None
        reader.channels.clear()
        self._stir.set()
        if reader.task is not None and reader.task is not asyncio.current_task():
            await _ended(reader.task)
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(TICK_S):
                await reader.pubsub.aclose()  # type: ignore[no-untyped-call]
                if isinstance(self._client, RedisCluster):
                    await reader.client.aclose()

    async def _listen(self, reader: _Reader) -> None:
        silent = taken = 0
        try:
            while True:
                message = await reader.pubsub.get_message(timeout=SILENCE_S)
                if message is not None:
                    silent = 0
                    self._take(reader, message)
                    taken += _size(message)
                    if taken >= BREATH_BYTES:
                        # What has come already is read without a pause: transports would write nothing meanwhile, and
                        # who is told of it all would look like somebody who does not read.
                        taken = 0
                        await asyncio.sleep(0)
                    continue
                # A connection that somebody between dropped without a word looks like one on which nothing is said.
                silent += 1
                if silent > SILENCES:
                    raise ConnectionError("no answer")
                await reader.pubsub.ping()
        except FAILURES as error:
            log.warning("shards.reader_lost", node=reader.node, error=str(error))
        except Exception:
            log.exception("shards.reader_failed", node=reader.node)
        await self._drop(reader)

    def _take(self, reader: _Reader, message: dict[str, Any]) -> None:
        kind, name = message["type"], _text(message["channel"])
        channel = self._channels.get(name)
        if kind == "smessage":
            if channel is not None:
                channel.heard(message["data"])
        elif kind == "ssubscribe":
            if channel is not None:
                self.resubscribed += 1
                channel.begun()
        elif kind == "sunsubscribe" and name in reader.channels:
            # Unasked: the slot has moved away.
            reader.channels.discard(name)
            if channel is not None and channel.node == reader.node:
                channel.node = None
            self._stir.set()


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel it until it ends: a client in the middle of a command may take a cancellation for a lost connection."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_S)


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _size(message: dict[str, Any]) -> int:
    data = message["data"]
    return len(data) if isinstance(data, bytes) else 0
