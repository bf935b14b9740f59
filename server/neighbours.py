"""What a node shares with the other nodes on the same Redis: who lives, whose a room is, who is where."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any, TypeVarTuple
from urllib.parse import urlsplit

from server.attendance import Attendance
from server.broker.port import Unavailable
from server.broker.redis import RedisBroker, client_of
from server.broker.redis_counting import RedisCounting
from server.broker.redis_lanes import FAILURES
from server.broker.redis_owners import OwnedBroker, RedisOwners, Twin, incarnation_of
from server.broker.redis_pairings import RedisPairings
from server.broker.redis_post import RedisPost
from server.catalogue import Catalogue
from server.config import PREFIX, SettingsError
from server.counting import CountingHere, CountingTogether
from server.gateway.members import Members
from server.hosting.directory import Directory
from server.hosting.host import Surroundings
from server.hosting.retiring import Retiring
from server.hosting.shared import SharedDirectory
from server.pairings import PairingTable
from server.presence import Presence
from server.shed import Shed
from server.trace_post import answer_post

SETTING = f"{PREFIX}REDIS_URL"
SECRET = "sf:secret"  # noqa: S105 - where its mark lies
REACH_S = 5.0
LEAST = 0x070000  # sharded pub/sub came with Redis 7
VERSION = "return redis.REDIS_VERSION_NUM or 0"

Words = TypeVarTuple("Words")


async def redis_log(url: str, catalogue: Catalogue) -> RedisBroker:
    """The log in the Redis of this address. Raises SettingsError if that cannot be used."""
    # Without what is before the "@": the line is printed.
    where = urlsplit(url).netloc.rpartition("@")[2]
    client = client_of(url)
    try:
        async with asyncio.timeout(REACH_S):
            version = int(await client.eval(VERSION, 0))
    except FAILURES as error:
        await client.aclose()
        raise SettingsError(f"{SETTING}: no use of the Redis at {where}: {str(error) or 'no answer'}") from None
    if version < LEAST:
        await client.aclose()
        raise SettingsError(f"{SETTING}: the Redis at {where} is too old; 7.0 is needed")
    return RedisBroker(client, catalogue)


class Neighbours:
    """This node among the others. Only one that has started is a node; others may look, as the command line does."""

    def __init__(self, broker: RedisBroker, node_id: str, secret_mark: str | None = None) -> None:
        self._node_id = node_id
        self._secret_mark = secret_mark
        self.owners = RedisOwners(broker, incarnation_of(node_id))
        self.post = RedisPost(broker, self.owners)
        self._lanes = broker.lanes
        self.broker = OwnedBroker(broker, self.owners)
        self.directory: SharedDirectory | None = None
        self.attendance: Attendance | None = None
        self.retiring: Retiring | None = None

    @property
    def alone(self) -> bool:
        """Whether no other node is alive, as far as is known."""
        return not self.owners.nodes.others(self.owners.now)

    def counting(self, secret: bytes, here: CountingHere) -> CountingTogether:
        """Counts that all nodes share; ``here`` goes on while they cannot."""
        return CountingTogether(RedisCounting(self._lanes, secret), here)

    def pairings(self) -> PairingTable:
        """Walls that wait on any node."""
        return RedisPairings(self._lanes)

    def statistics(self) -> Mapping[str, float]:
        """Who is counted on which node."""
        return {} if self.attendance is None else self.attendance.statistics()

    async def look(self) -> None:
        """Learn who is alive, without being one of them. Raises Unavailable."""
        await self.owners.look()

    async def start(self, directory: Directory, around: Surroundings, members: Members) -> SharedDirectory:
        """Be a node from now on. Raises Unavailable, and SettingsError.

        That is if another is called the same, or the others have another secret.
        """
        owners, post = self.owners, self.post
        try:
            await owners.start()
        except Twin:
            message = f"another server on this Redis is {self._node_id}: give each its own {PREFIX}NODE_ID"
            raise SettingsError(message) from None
        await self._share_secret()
        await post.start()
        shared = SharedDirectory(
            directory,
            around,
            post,
            owners_of=owners.owners_of,
            alive=lambda node: owners.nodes.alive(node, owners.now),
            on_open=members.follow,
        )
        attendance = Attendance(post, me=owners.me, others=lambda: owners.nodes.others(owners.now))
        members.entered, members.left, members.elsewhere = attendance.entered, attendance.left, attendance.elsewhere
        attendance.changed = members.recount
        members.shed = Shed(post)
        presence = members.presence = Presence(post, others=lambda: owners.nodes.others(owners.now))

        def gone(nodes: set[str]) -> None:
            post.forget(nodes)
            attendance.gone(nodes)
            presence.gone(nodes)
            shared.gone(nodes)

        owners.on_gone, owners.on_lost, owners.on_head = gone, shared.lost, shared.ended
        self.directory, self.attendance = shared, attendance
        self.retiring = Retiring(post, shared.retire)
        answer_post(post, around.trace)
        return shared

    def share(self, kind: str, heard: Callable[[*Words], None]) -> Callable[[*Words], None]:
        """What is told of it tells the other nodes, where ``heard`` is called with the same words."""
        self.post.listen(kind, lambda _node, letter: heard(*letter[1:]))
        return lambda *words: self.post.send_all((kind, *words))

    def work(self) -> Collection[tuple[str, Coroutine[Any, Any, None]]]:
        """What runs beside the requests, by name."""
        if self.attendance is None:
            return []
        return [("nodes", self.owners.run()), ("attendance", self.attendance.run())]

    async def _share_secret(self) -> None:
        """Leave a mark of the secret, by which the others are known to have the same. Raises SettingsError."""
        if self._secret_mark is None:
            return
        mark = await self._lanes.call(SECRET, "GET", SECRET)
        if mark is not None and mark.decode() != self._secret_mark and self._accompanied:
            await self.owners.resign()
            # The same browser would be two people, and vote twice.
            raise SettingsError(f"{PREFIX}SECRET: the other servers on this Redis have another; give all the same")
        await self._lanes.call(SECRET, "SET", SECRET, self._secret_mark)

    @property
    def _accompanied(self) -> bool:
        """Whether another node is alive that is not this one before it was started anew."""
        others = self.owners.nodes.others(self.owners.now)
        return any(node.partition(".")[0] != self._node_id for node in others)

    async def close(self) -> None:
        """Be a node no more; what was written to others is sent first, as far as a moment suffices."""
        if self.retiring is not None:
            await self.retiring.close()
        if self.directory is not None:
            await self.directory.close()
            await self.post.close()
        try:
            await self.owners.resign()
        except Unavailable:
            return  # they find out
