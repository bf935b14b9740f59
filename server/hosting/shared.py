"""The rooms of several nodes: those owned here have their host here, all others a follower.

It stands before a ``Directory``, which has the hosts; to gateway and pages it looks like one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from itertools import count

import structlog

from protocols.errors import Code, Refused
from protocols.messages import By, Position
from rooms.activities.room import RoomCreate, Status
from rooms.registry import REGISTRY, Registry
from rooms.room import Room
from rooms.settings import RoomSettings
from server.broker.port import Batch, BrokerError, Unavailable
from server.hosting import letters
from server.hosting.directory import DRAIN_S, IDLE_MS, Directory
from server.hosting.draft import Sender
from server.hosting.follower import Follower, Forwarded
from server.hosting.host import Host, Surroundings, new_id
from server.hosting.line import Letter
from server.hosting.owners import OwnedElsewhere
from server.hosting.post import Post
from server.hosting.restore import restore

LOOK_S = 1.0  # between looks at who owns the rooms that are followed, and which followers are idle
DUES_LOOKS = 5  # looks between reading what is due anywhere
OWNERLESS_LOOKS = 3  # at a room of nobody, though its owner lives: it takes it again, or has let it go unheard
AGAIN_S = 0.1  # before a room whose owner is gone is asked for again
WAYS_LIMIT = 10_000  # refused ones that are remembered
FORWARDED_LIMIT = 20_000  # commands on their way to other nodes

log = structlog.get_logger(__name__)


class SharedDirectory:
    """A directory of all rooms. ``owners_of(rooms)`` says whose they are, ``alive(node)`` whether that one lives."""

    def __init__(
        self,
        directory: Directory,
        around: Surroundings,
        post: Post,
        *,
        owners_of: Callable[[Iterable[str]], Awaitable[Mapping[str, str | None]]],
        alive: Callable[[str], bool],
        on_open: Callable[[Host | Follower], None] = lambda _host: None,
        registry: Registry = REGISTRY,
        idle_ms: int = IDLE_MS,
    ) -> None:
        self._directory = directory
        self._around = around
        self._post = post
        self._owners_of = owners_of
        self._alive = alive
        self._on_open = on_open
        self._registry = registry
        self._idle_ms = idle_ms
        self._numbers = count(1)
        self._ways = count(1)
        self._closed_ways: dict[tuple[str, str], int] = {}  # node, room -> the way whose commands were refused
        self._followers: dict[str, Follower] = {}
        self._opening: dict[str, asyncio.Task[Follower]] = {}
        self._routing: dict[str, asyncio.Task[None]] = {}
        self._sent: dict[int, tuple[Follower, Forwarded]] = {}
        self._coming: dict[str, list[tuple[str, Letter]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._took = self._forwarded = 0
        directory.on_open = self._hosted
        directory.on_close = self._freed
        post.listen(letters.DO, self._asked)
        for kind in (letters.DID, letters.REFUSED):
            post.listen(kind, self._answered)
        post.listen(letters.ELSEWHERE, self._misrouted)
        post.listen(letters.FREE, lambda _node, letter: self._reroute(letter[1]))
        post.listen(letters.AHEAD, lambda _node, letter: self._behind(*letter[1:]))

    def __len__(self) -> int:
        return len(self._directory)

    # As a directory

    def get(self, room: str) -> Host | Follower | None:
        """The host or follower of a room that is at work here, or None."""
        host = self._directory.get(room)
        if host is not None:
            return host
        follower = self._followers.get(room)
        return None if follower is None or follower.closed else follower

    def at_work(self) -> list[Room]:
        """The rooms at work here, as they are committed."""
        at_work = [each for each in self._followers.values() if not each.closed and not each.blind]
        return [*self._directory.at_work(), *(each.live.room for each in at_work if each.live.room.created)]

    async def open(self, room: str) -> Host | Follower:
        """The host of a room, or its follower. Raises Refused: not_found, unavailable."""
        follower = self._followers.get(room)
        if follower is None or follower.closed:
            try:
                return await self._directory.open(room)
            except OwnedElsewhere as elsewhere:
                follower = await self._follow(room, elsewhere.owner)
        if self._directory.draining or follower.blind:
            raise Refused(Code.UNAVAILABLE)
        if not follower.live.room.created:
            raise Refused(Code.NOT_FOUND, "There is no such room.")
        follower.used = self._around.clock.now()
        return follower

    async def create(self, command: RoomCreate, by: By) -> Position:
        """Make a room. Raises Refused: conflict if there is one of this id, unavailable."""
        try:
            return await self._directory.create(command, by)
        except OwnedElsewhere as elsewhere:
            follower = await self._follow(command.room, elsewhere.owner)
            return await follower.ask(command, Sender(by))

    async def create_room(
        self, room: str, title: str, settings: RoomSettings | None = None, *, by: By, status: Status = "open"
    ) -> Host | Follower:
        """Make a room in the name of ``by``, who must be a host. Raises Refused as ``create``."""
        command = RoomCreate(id=f"create-{new_id()}", room=room, title=title, settings=settings, status=status)
        await self.create(command, by)
        return await self.open(room)

    def wake_soon(self, rooms: Iterable[str]) -> None:
        """Open these rooms once, unless another node has them, and see what is due in them."""
        self._directory.wake_soon(rooms)

    async def retire(self, room: str, before: int, upto: int) -> None:
        """As ``Directory.retire``; the rooms of other nodes are left to these (unavailable)."""
        await self._directory.retire(room, before, upto)

    async def start(self) -> None:
        """Learn what is due; call before ``run``. Raises Unavailable."""
        await self._directory.start()

    async def run(self) -> None:
        """What a directory does, and a look after the followers each second, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._directory.run())
            tasks.create_task(self._look_on())

    async def drain(self, within_s: float = DRAIN_S) -> None:
        """Hand over what is owned here. Followers go on, for those whose connections close a moment later."""
        await self._directory.drain(within_s)

    async def close(self) -> None:
        """Follow nothing more."""
        tasks = [*self._tasks, *self._opening.values(), *self._routing.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for follower in list(self._followers.values()):
            follower.close(Refused(Code.UNAVAILABLE))
        self._followers.clear()

    def statistics(self) -> Mapping[str, float]:
        """Those of the directory, and what is followed and forwarded."""
        return {
            **self._directory.statistics(),
            "followers": len(self._followers),
            "on_their_way": len(self._sent),
            "forwarded_total": self._forwarded,
            "taken_over_total": self._took,
        }

    # What owners and nodes tell

    def gone(self, nodes: set[str]) -> None:
        """These nodes have died: their rooms are for whoever has members in them."""
        for room, follower in list(self._followers.items()):
            if follower.owner in nodes:
                self._reroute(room)
        self._closed_ways = {key: way for key, way in self._closed_ways.items() if key[0] not in nodes}
        self._run(self._read_dues())

    def lost(self, room: str) -> None:
        """Another node has taken this room."""
        self._directory.give_up(room)
        self._run(self._come_back(room))

    def ended(self, room: str, head: Position | None) -> None:
        """Where the log of a room of this node ends: the host looks, if it thought otherwise."""
        host = self._directory.get(room)
        if host is not None and not host.busy and host.live.position != head:
            host.doubt()

    def _hosted(self, host: Host) -> None:
        follower = self._followers.pop(host.room_id, None)
        self._on_open(host)
        if follower is not None:
            self._took += 1
            follower.hand_over(host)

    def _freed(self, room: str) -> None:
        self._post.send_all((letters.FREE, room))

    # Following

    async def _follow(self, room: str, owner: str) -> Follower:
        followed = self._followers.get(room)
        if followed is not None and not followed.closed:
            # Another who asked at the same time was quicker. A second follower would take the place of the first, and
            # nobody would look after the commands of those who hold that one.
            return followed
        opening = self._opening.get(room)
        if opening is None:
            opening = self._opening[room] = asyncio.get_running_loop().create_task(self._open(room, owner))
            opening.add_done_callback(lambda _task: self._opening.pop(room, None))
        return await asyncio.shield(opening)

    async def _open(self, room: str, owner: str) -> Follower:
        around = self._around
        early: list[Batch] = []
        heard: Callable[[Batch], None] = early.append

        def hear(batch: Batch) -> None:
            heard(batch)

        stop = around.broker.subscribe(room, hear)
        try:
            restored = await restore(
                room,
                broker=around.broker,
                archive=around.archive,
                registry=self._registry,
                clock=around.clock,
                deciding=False,
            )
        except BaseException as error:
            stop()
            if isinstance(error, BrokerError):
                log.warning("room_not_followed", room=room, error=str(error))
                raise Refused(Code.UNAVAILABLE) from None
            raise
        follower = Follower(restored, around, owner, send=self._send, on_torn=self._torn, on_ahead=self._ahead)
        follower.stop = stop
        follower.route_number = next(self._ways)
        if self._directory.get(room) is not None:
            follower.close(Refused(Code.UNAVAILABLE))
            raise Refused(Code.UNAVAILABLE)
        self._followers[room] = follower
        log.info("room_followed", room=room, epoch=restored.epoch, seq=restored.room.seq, owner=owner)
        # Before what was heard meanwhile: members who stand further back hear what came in between first.
        self._on_open(follower)
        heard = follower.heard
        for batch in early:
            follower.heard(batch)
        if follower.closed:
            raise Refused(Code.UNAVAILABLE)
        return follower

    def _ahead(self, follower: Follower, head: Position) -> None:
        self._run(self._rescue(follower, head))

    async def _rescue(self, follower: Follower, head: Position) -> None:
        """The log has lost its end, which was heard here: it is stored, and whoever decides now learns of it."""
        if await follower.rescue(head) and follower.owner is not None:
            here = follower.live.position
            self._post.send(follower.owner, (letters.AHEAD, follower.room_id, here.epoch, here.seq))

    def _behind(self, room: str, epoch: str, seq: int) -> None:
        host = self._directory.get(room)
        if host is None:
            return
        if host.live.epoch == epoch and host.live.room.seq < seq:
            # Taken over from what was left of the log: opened anew, the room goes on from what is stored by now.
            log.error("host_behind", room=room, seq=host.live.room.seq, heard=seq)
            self._directory.give_up(room)
            self._run(self._come_back(room))
        else:
            host.doubt()

    def _torn(self, follower: Follower) -> None:
        if self._followers.get(follower.room_id) is follower:
            del self._followers[follower.room_id]
            self._run(self._come_back(follower.room_id))

    async def _come_back(self, room: str) -> None:
        """Its members must not be left without: they hear no more until somebody is at work for them again."""
        while self._directory.occupied(room) and self.get(room) is None and not self._directory.draining:
            try:
                await self.open(room)
            except Refused:
                await asyncio.sleep(AGAIN_S)

    # Forwarding

    def _send(self, follower: Follower, owner: str, forwarded: Forwarded) -> bool:
        if len(self._sent) >= FORWARDED_LIMIT:
            return False
        number = forwarded.number = letters.numbered(follower.route_number, next(self._numbers))
        self._sent[number] = follower, forwarded
        self._forwarded += 1
        return self._post.send(owner, letters.do(number, forwarded.command, forwarded.sender))

    def _answered(self, _node: str, letter: Letter) -> None:
        follower, forwarded = self._sent.pop(letter[1], (None, None))
        if follower is not None and forwarded is not None:
            follower.answered(forwarded, letter)

    def _misrouted(self, _node: str, letter: Letter) -> None:
        _, room, number = letter
        _, forwarded = self._sent.pop(number, (None, None))
        if forwarded is not None and forwarded.number == number:
            self._reroute(room)

    def _reroute(self, room: str) -> None:
        if room in self._followers and room not in self._routing:
            task = self._routing[room] = asyncio.get_running_loop().create_task(self._route(room))
            task.add_done_callback(lambda _task: self._routing.pop(room, None))

    async def _route(self, room: str) -> None:
        """Find out who decides now, which may become this node."""
        follower = self._followers[room]
        if not follower.waiting and not self._directory.occupied(room):
            self._drop(follower)
            return
        while self._followers.get(room) is follower:
            try:
                # Before anybody decides on a log that has lost its end: from the database it will be known.
                await self._rescue_lost(follower)
                if self._directory.draining:
                    # This node takes no room any more; the commands of those who are still here go to who has it.
                    owner = (await self._owners_of([room]))[room]
                    raise (
                        Refused(Code.UNAVAILABLE) if owner is None or not self._alive(owner) else OwnedElsewhere(owner)
                    )
                await self._directory.open(room)
            except OwnedElsewhere as elsewhere:
                if elsewhere.owner == follower.owner:
                    # It is letting go, or just beginning.
                    await asyncio.sleep(AGAIN_S)
                if self._followers.get(room) is follower:
                    follower.route(elsewhere.owner, next(self._ways))
                return
            except (Refused, Unavailable):
                follower.route(None, 0)
                await asyncio.sleep(AGAIN_S)
            except Exception:
                log.exception("rerouting_failed", room=room)
                await asyncio.sleep(LOOK_S)

    async def _rescue_lost(self, follower: Follower) -> None:
        here = follower.live.position
        head = await self._around.broker.head(follower.room_id)
        # What is heard while the answer is on its way stands behind that answer, and is not lost.
        if head is not None and head.epoch == here.epoch and head.seq < here.seq:
            await follower.rescue(head)

    def _asked(self, node: str, letter: Letter) -> None:
        """A command from another node: in the order in which they came, also while the room is being opened."""
        room, number = letter[1], letter[2]
        way = letters.way_of(number)
        if way and way <= self._closed_ways.get((node, room), 0):
            self._post.send(node, (letters.ELSEWHERE, room, number))
            return
        coming = self._coming.get(room)
        host = self._directory.get(room)
        if coming is not None:
            coming.append((node, letter))
        elif host is not None:
            self._do(host, node, letter)
        else:
            self._coming[room] = [(node, letter)]
            self._run(self._take_up(room))

    async def _take_up(self, room: str) -> None:
        refused: Refused | None = None
        host: Host | None = None
        try:
            host = await self._directory.open(room)
        except Refused as error:
            refused = error
        except Exception:
            log.exception("not_taken_up", room=room)
            refused = Refused(Code.INTERNAL)
        for node, letter in self._coming.pop(room, ()):
            if host is not None and not host.closed:
                self._do(host, node, letter)
            elif refused is None or refused.code is Code.UNAVAILABLE:
                self._close_way(node, room, letters.way_of(letter[2]))
                self._post.send(node, (letters.ELSEWHERE, room, letter[2]))
            else:
                self._post.send(node, letters.answer(letter[2], refused))

    def _close_way(self, node: str, room: str, way: int) -> None:
        """What else comes on this way is refused too: the sender finds another and sends it all again, in order."""
        self._closed_ways.pop((node, room), None)
        if way:
            self._closed_ways[node, room] = way
        while len(self._closed_ways) > WAYS_LIMIT:
            del self._closed_ways[next(iter(self._closed_ways))]

    def _do(self, host: Host, node: str, letter: Letter) -> None:
        number = letter[2]
        try:
            command, sender = letters.wanted(letter, self._registry)
        except Refused as refused:
            self._post.send(node, letters.answer(number, refused))
            return
        host.submit(command, sender, lambda outcome: self._reply(node, letters.answer(number, outcome)))

    def _reply(self, node: str, letter: Letter) -> None:
        if not self._post.send(node, letter):
            # They lose patience and send again, which is safe.
            log.warning("answer_not_sent", node=node)

    # Looking after it

    async def _look_on(self) -> None:
        for look in count():
            try:
                await self.look()
                if look % DUES_LOOKS == 0:
                    await self._read_dues()
            except Unavailable:
                pass  # the lanes have said so
            except Exception:
                log.exception("look_failed")
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """One look: who owns what is followed, and what nobody needs any more. Raises Unavailable."""
        now = self._around.clock.now()
        for number, (follower, forwarded) in list(self._sent.items()):
            if follower.closed or forwarded.answered_here:
                del self._sent[number]
        for follower in list(self._followers.values()):
            follower.let_go()
            idle = now - follower.used >= self._idle_ms and not follower.waiting
            if idle and not self._directory.occupied(follower.room_id):
                self._drop(follower)
        for room, owner in (await self._owners_of(tuple(self._followers))).items():
            followed = self._followers.get(room)
            if followed is None:
                continue
            if owner is None:
                followed.ownerless += 1
            else:
                followed.ownerless = 0
            decides = owner or followed.owner
            alive = decides is not None and self._alive(decides)
            if not alive or decides != followed.owner or followed.ownerless >= OWNERLESS_LOOKS:
                self._reroute(room)

    def _drop(self, follower: Follower) -> None:
        self._followers.pop(follower.room_id, None)
        follower.close(Refused(Code.UNAVAILABLE))

    async def _read_dues(self) -> None:
        """Rooms of nobody must be woken too; of those that have an owner it takes care."""
        dues = await self._around.broker.dues()
        self._directory.dues.load({room: due for room, due in dues.items() if self._directory.get(room) is None})

    def _run(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            if isinstance(error, Unavailable):
                log.warning("look_failed", error=str(error))
            else:
                log.error("look_failed", exc_info=error)
