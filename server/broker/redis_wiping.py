"""Wiping in Redis: what was erased goes from its files too, by having them written anew.

An append-only file holds every write, also of what a later one replaced. Redis rewrites it when it has doubled: when
all is quiet, never. So whoever erases marks the room, and the nodes of Redis that hold marked rooms are told to
rewrite; a mark is taken away when that is done. A crash in between leaves the mark to the next look of any gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from redis.asyncio.cluster import ClusterNode, RedisCluster

from server.broker.port import BrokerError
from server.broker.redis_lanes import FAILURES, Client
from server.broker.redis_log import keys_of
from server.broker.redis_shelves import Shelves

GATHER_S = 10.0  # what is erased meanwhile goes with one rewrite
LOOK_S = 0.5  # between looks at whether it is done
LONGEST_S = 600.0  # that a rewrite may take; then it is told of, and tried again with the next erasure

log = structlog.get_logger(__name__)

Node = ClusterNode | None  # None: the only one


class NotWiped(Exception):
    """A node did not rewrite its files."""


class Wiping:
    """Has files rewritten, in a task that ends when nothing is left to do. ``soon`` begins it; more change nothing."""

    def __init__(self, client: Client, shelves: Shelves) -> None:
        self._client = client
        self._shelves = shelves
        self._task: asyncio.Task[None] | None = None
        self.rewrites = self.failures = 0

    def soon(self) -> None:
        """Something was erased, or may have been."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Leave the rest to whoever comes next."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        try:
            while marks := await self._shelves.erased():
                await asyncio.sleep(GATHER_S)
                # Those that came meanwhile too; not those that come from now on, while it is written.
                marks = await self._shelves.erased()
                nodes = await self._nodes(marks)
                for node in nodes.values():
                    await self._rewrite(node)
                    self.rewrites += 1
                await self._shelves.wiped(marks)
        except (NotWiped, BrokerError, *FAILURES) as error:
            # The marks stay.
            self.failures += 1
            log.error("log.not_wiped", error=str(error))
        except Exception:
            self.failures += 1
            log.exception("log.wiping_failed")

    async def _nodes(self, rooms: Iterable[str]) -> dict[str, Node]:
        """Who holds these rooms: masters and their replicas."""
        client = self._client
        if not isinstance(client, RedisCluster):
            return {"": None}
        # Replicas come and go without anybody being redirected.
        await client.nodes_manager.initialize()
        found: dict[str, Node] = {}
        for room in rooms:
            slot = client.keyslot(keys_of(room).head)
            found |= {node.name: node for node in client.nodes_manager.slots_cache.get(slot, ())}
        return found

    async def _rewrite(self, node: Node) -> None:
        async with asyncio.timeout(LONGEST_S):
            before = await self._state(node)
            if before["aof_enabled"]:
                # One that is under way may have passed the place already.
                await self._until(node, "aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
                await self._ask(node, "BGREWRITEAOF")
                after = await self._until(node, "aof_rewrite_in_progress", "aof_rewrite_scheduled")
                if after["aof_last_bgrewrite_status"] != "ok":
                    raise NotWiped("the append-only file was not rewritten")
            if await self._saves(node):
                await self._until(node, "rdb_bgsave_in_progress")
                await self._ask(node, "BGSAVE", "SCHEDULE")
                after = await self._until(node, "rdb_bgsave_in_progress")
                if after["rdb_last_bgsave_status"] != "ok":
                    raise NotWiped("the snapshot was not written anew")

    async def _until(self, node: Node, *fields: str) -> Mapping[str, Any]:
        """Wait until none of these is going on."""
        while True:
            state = await self._state(node)
            if not any(state.get(field) for field in fields):
                return state
            await asyncio.sleep(LOOK_S)

    async def _saves(self, node: Node) -> bool:
        """Whether a snapshot may lie there: of its own, or left of bringing a replica up to date."""
        replication = await self._ask(node, "INFO", "replication")
        if replication["role"] != "master" or replication["connected_slaves"]:
            return True
        # Where nobody may ask for its settings, who runs it answers for its snapshots.
        with contextlib.suppress(*FAILURES):
            answer = await self._ask(node, "CONFIG GET", "save")
            return bool(dict(answer).get("save", dict(answer).get(b"save")))
        return False

    async def _state(self, node: Node) -> Mapping[str, Any]:
        state: Mapping[str, Any] = await self._ask(node, "INFO", "persistence")
        return state

    async def _ask(self, node: Node, *command: str) -> Any:
        client = self._client
        if isinstance(client, RedisCluster):
            answer = await client.execute_command(*command, target_nodes=node)
            return next(iter(answer.values())) if isinstance(answer, dict) and list(answer) == [_name(node)] else answer
        return await client.execute_command(*command)  # type: ignore[no-untyped-call]


def _name(node: Node) -> str:
    return "" if node is None else str(node.name)
