"""RedisOwners: which node is alive and which decides for which room, in Redis.

One sorted set holds when each node gave its last sign of life; the owner of a room is a key beside the room's log.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import structlog

from protocols.messages import Position
from server.broker.port import BrokerError, Stale, Unavailable
from server.broker.redis import RedisBroker
from server.broker.redis_lanes import Script
from server.broker.redis_log import keys_of, position_of
from server.broker.redis_shelves import asked
from server.hosting.nodes import TTL_S, Nodes
from server.hosting.owners import OwnedElsewhere

NODES = "sf:nodes"
BEAT_S = 0.5  # between signs of life
NAMED_MS = 60_000
NODES_TENDED = "sf:tended"
LOST_S = 2.0  # before a room without log and owner is begun anew, if other nodes cannot say that they have it not
LOOK_S = 0.05  # between looks at whether they have

BEAT, OWN = map(Script, ("beat.lua", "own.lua"))
log = structlog.get_logger(__name__)


class Twin(Exception):
    """Another process that is alive has this node's id."""


def incarnation_of(node_id: str) -> str:
    """A name for this process: the node's id and something random."""
    return f"{node_id}.{secrets.token_hex(6)}"


class RedisOwners:
    """An ``Owners``. ``on_gone(nodes)`` is told of nodes that died, ``on_lost(room)`` of a room that another has taken,
    ``on_head(room, head)`` twice a second where the log of each of this node's rooms ends."""

    def __init__(self, broker: RedisBroker, me: str) -> None:
        self.me = me
        self.nodes = Nodes(me)
        self.on_gone: Callable[[set[str]], None] = lambda _nodes: None
        self.on_lost: Callable[[str], None] = lambda _room: None
        self.on_head: Callable[[str, Position | None], None] = lambda _room, _head: None
        self._broker = broker
        self._mine: dict[str, int] = {}  # this node's rooms, and their term when that was seen last
        self._store_time = 0  # the store's, in ms, at the last sign of life

    @property
    def now(self) -> float:
        """Seconds on the steady clock."""
        return asyncio.get_running_loop().time()

    async def start(self) -> None:
        """Give the first sign of life, in place of this node's last incarnation. Raises Twin, Unavailable."""
        twins = [node for node in await self._signs() if node.partition(".")[0] == self.me.partition(".")[0]]
        if twins:
            before, begun = await self._signs(), self._store_time
            await asyncio.sleep(2.5 * BEAT_S)
            after, passed = await self._signs(), (self._store_time - begun) / 1000
            # Whoever has grown older by less than the time that passed has given a sign, however late it was.
            if any(after[node] < before[node] + passed - 0.001 for node in twins if node in after and node in before):
                raise Twin
        await self.beat()
        for node in twins:
            await self._signs(me=self.me, without=node)

    async def look(self) -> None:
        """Learn who is alive, without being a node. Raises Unavailable."""
        self.nodes.heard(await self._signs(), self.now)

    async def beat(self) -> None:
        """Give a sign of life and learn of the others'. Raises Unavailable."""
        signs = await self._signs(me=self.me)
        gone = self.nodes.heard(signs, self.now)
        if gone:
            log.warning("nodes.gone", nodes=sorted(gone))
            self.on_gone(gone)

    async def resign(self) -> None:
        """Be no node any more. Raises Unavailable."""
        await self._broker.lanes.call(NODES_TENDED, "ZREM", NODES_TENDED, self.me)
        await self._signs(without=self.me)

    async def run(self) -> None:
        """Give signs of life and look after this node's rooms, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again_and_again(self.beat, least_s=LOOK_S))
            tasks.create_task(self._again_and_again(self._tended, least_s=BEAT_S))

    async def _again_and_again(self, step: Callable[[], Awaitable[None]], *, least_s: float) -> None:
        """So often as signs of life are given, with a pause of ``least_s`` where the step takes long.

        Signs wait for nothing else: a busy Redis, and who looks after many rooms in between is taken for dead.
        """
        while True:
            begun = self.now
            try:
                await step()
            except BrokerError:
                pass  # the lanes have said so
            except Exception:
                log.exception("nodes.beat_failed")
            await asyncio.sleep(max(least_s, BEAT_S - (self.now - begun)))

    async def _tended(self) -> None:
        begun = self._store_time
        await self.tend()
        # All its rooms bear this node's name again, should they have lost it before that time.
        await self._broker.lanes.call(NODES_TENDED, "ZADD", NODES_TENDED, begun, self.me)

    async def tend(self) -> None:
        """Look at all rooms of this node: whose they are, and where their logs end. Raises Unavailable."""
        rooms = tuple(self._mine)
        owners = await asked(lambda room: self._own(room, "keep"), rooms)
        heads = await asked(self._broker.ask_head, rooms)
        for room in rooms:
            if room not in self._mine:
                continue
            head = heads[room]
            if not await self._keeps(room, owners[room]):
                self._lose(room)
            else:
                self.on_head(room, None if head[0] is None else position_of(head))

    # The port

    async def take(self, room: str) -> None:
        dead = ""
        while True:
            answer = await self._own(room, "take", dead)
            if not answer:
                return
            owner = answer[0].decode()
            if owner in {"taken", self.me}:
                self._mine[room] = int(answer[1])
                return
            if owner != dead and not self.nodes.fresh(self.now) and not self.nodes.alive(owner, self.now):
                # It may have given a sign since: nobody's room is taken on a guess. One look is enough, however slow
                # the store is: who would look until an answer comes within a moment might never take the room.
                await self.beat()
            if owner == dead or self.nodes.alive(owner, self.now):
                self._mine.pop(room, None)
                raise OwnedElsewhere(owner)
            dead = owner

    async def release(self, room: str) -> bool:
        if room not in self._mine:
            return False
        del self._mine[room]
        await self._own(room, "release")
        return True

    # For the broker that hosts use, and for those who follow

    async def owners_of(self, rooms: Iterable[str]) -> Mapping[str, str | None]:
        """Who owns these rooms; None for nobody. Raises Unavailable."""
        found = await asked(lambda room: self._broker.lanes.call(_owner(room), "GET", _owner(room)), rooms)
        return {room: None if owner is None else owner.decode() for room, owner in found.items()}

    async def still(self, room: str) -> bool:
        """Whether the room is this node's. Raises Unavailable."""
        if room in self._mine:
            said = await self._own(room, "keep")
            if room in self._mine and await self._keeps(room, said):
                return True
        self._lose(room)
        return False

    async def may_renew(self, room: str) -> bool:
        """Whether this node may begin a new epoch of a room whose log was lost. Raises Unavailable."""
        if room in self._mine:
            return await self.still(room)
        if not await self._free(room):
            return False
        answer = await self._own(room, "keep")
        owner = answer[0].decode()
        if owner != self.me and not self.nodes.alive(owner, self.now):
            await self.take(room)
        elif owner != self.me:
            return False
        self._mine[room] = int(answer[1])
        return True

    async def _free(self, room: str) -> bool:
        """Whether nobody has a room whose log was lost, and its owner's name with it. Whoever has it what was lost.

        Each node that is alive must have looked after its rooms once from now on; one that is frozen dies first.
        """
        begun = self.now
        await self._signs()
        since = self._store_time
        while others := set(self.nodes.others(self.now)):
            _, *signs = await self._broker.lanes.run(BEAT, [NODES_TENDED], ("", "", NAMED_MS))
            tended = {node.decode(): float(at) for node, at in zip(signs[::2], signs[1::2], strict=True)}
            if all(tended.get(node, 0) > since for node in others):
                break
            if self.now - begun > LOST_S and not others & tended.keys():
                break  # nodes of an older program, which say nothing of the kind
            if self.now - begun > LOST_S + TTL_S:
                return False
            await asyncio.sleep(LOOK_S)
            if (await self.owners_of([room]))[room] is not None:
                return False
        return True

    def __contains__(self, room: str) -> bool:
        return room in self._mine

    async def _keeps(self, room: str, said: Sequence[bytes]) -> bool:
        """Whether a room of this node is its own, by what was said of its owner and term."""
        owner, term = said[0].decode(), int(said[1])
        if owner == self.me:
            self._mine[room] = max(term, self._mine.get(room, 0))
            return True
        # Of a higher term: somebody took it from this node, and took this node for dead as perhaps this one does them.
        # Both would have it, take it back from each other, and refuse what is sent.
        return term <= self._mine.get(room, 0) and await self._takes_back(room, owner)

    async def _takes_back(self, room: str, owner: str) -> bool:
        """Whether a room of this node is its own again, which bears a dead one's name.

        A replica that lagged may have become the master: it knows who had the room before, and lacks what was
        acknowledged since. This node's host holds that, and must not let go of it.
        """
        if self.nodes.alive(owner, self.now):
            return False
        if (await self._signs()).get(owner, TTL_S) < TTL_S:
            return False  # it has begun since this node last looked
        answer = await self._own(room, "take", owner)
        if not answer or answer[0].decode() not in {"taken", self.me}:
            return False
        if room in self._mine:
            self._mine[room] = int(answer[1])
        return True

    def _lose(self, room: str) -> None:
        if self._mine.pop(room, None) is not None:
            log.warning("nodes.room_taken", room=room)
            self.on_lost(room)

    def _own(self, room: str, *arguments: str) -> asyncio.Future[list[bytes]]:
        what, *more = arguments
        return self._broker.lanes.run(OWN, [_owner(room), keys_of(room).head], (what, self.me, *(more or [""])))

    async def _signs(self, *, me: str = "", without: str = "") -> dict[str, float]:
        answer = await self._broker.lanes.run(BEAT, [NODES], (me, without, NAMED_MS))
        now = self._store_time = int(answer[0])
        return {node.decode(): (now - float(at)) / 1000 for node, at in zip(answer[1::2], answer[2::2], strict=True)}


class OwnedBroker:
    """The broker that hosts use: only the owner of a room raises its term or begins a new epoch of it."""

    def __init__(self, inner: RedisBroker, owners: RedisOwners) -> None:
        self._inner = inner
        self._owners = owners
        # What changes nothing of whose a room is.
        self.create, self.head, self.heads, self.heads_of = inner.create, inner.head, inner.heads, inner.heads_of
        self.news, self.dues = inner.news, inner.dues
        self.publish, self.read, self.answered = inner.publish, inner.read, inner.answered
        self.keyed, self.forget, self.trim = inner.keyed, inner.forget, inner.trim
        self.subscribe, self.statistics, self.close = inner.subscribe, inner.statistics, inner.close

    async def claim(self, room: str) -> int:
        """As the port says; Stale if the room is another's."""
        if not await self._owners.still(room):
            head = await self._inner.head(room)
            raise Stale(head or Position("", 0))
        return await self._inner.claim(room)

    async def renew(self, room: str, seq: int) -> Position:
        """As the port says; Unavailable as long as somebody else may have what was lost."""
        if not await self._owners.may_renew(room):
            raise Unavailable("the log was lost; whoever had the room begins it anew")
        return await self._inner.renew(room, seq)


def _owner(room: str) -> str:
    return f"sf:{{{room}}}:owner"
