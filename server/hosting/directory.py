"""The directory: which rooms are at work in this process, opened when wanted and closed when idle."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import structlog

from protocols.errors import Code, Refused
from protocols.messages import By, Position
from rooms.activities.room import RoomCreate, RoomRetire, Status
from rooms.activity import ROOM
from rooms.registry import REGISTRY, Registry
from rooms.room import Room
from rooms.settings import RoomSettings
from server.broker.port import BrokerError, Unavailable
from server.hosting.draft import Sender
from server.hosting.due import DueIndex
from server.hosting.host import Host, Surroundings, new_id
from server.hosting.owners import Alone, OwnedElsewhere, Owners
from server.hosting.restore import Restored, restore

IDLE_MS = 60_000  # without members, commands or anything due, before a room is closed
DRAIN_S = 8.0  # for all rooms together
RELEASE_S = 1.0  # after that, to free what had to be given up
TEND_S = 1.0  # between looks after snapshots and idle rooms
IDLE_LOOKS = 5  # in so many looks all rooms are looked at, whether they are idle
IDLE_AT_LEAST = 50  # rooms in one look
UNREADABLE_MS = 30_000  # that a room which cannot be read is not tried again
UNREADABLE_LIMIT = 1_000  # of these
OUTDATED_EVERY = 10  # looks between searches for snapshots that may hold what was erased

log = structlog.get_logger(__name__)


class Directory:
    """Opens and closes hosts, one for each room.

    ``occupied(room)`` says whether it has members here; ``on_open(host)`` is told who is at work for them now,
    ``on_close(room)`` of a room that others may take. Opening raises OwnedElsewhere where ``owners`` do.
    """

    def __init__(
        self,
        around: Surroundings,
        *,
        registry: Registry = REGISTRY,
        occupied: Callable[[str], bool] = lambda _room: False,
        on_open: Callable[[Host], None] = lambda _host: None,
        on_close: Callable[[str], None] = lambda _room: None,
        owners: Owners | None = None,
        idle_ms: int = IDLE_MS,
    ) -> None:
        self.occupied = occupied
        self.on_open = on_open
        self.on_close = on_close
        self.draining = False
        self._owners = owners or Alone()
        self.dues = DueIndex(around.clock, self._wake)
        self._outer_commit, self._outer_epoch = around.on_commit, around.on_epoch
        self._around = replace(around, on_commit=self._on_commit, on_epoch=self._on_epoch)
        self._registry = registry
        self._idle_ms = idle_ms
        self._hosts: dict[str, Host] = {}
        self._unsettled: dict[Host, None] = {}  # with records that the database may not have, or in want of a snapshot
        self._round: list[Host] = []  # still to be looked at, whether they are idle
        self._opening: dict[str, asyncio.Task[Host]] = {}
        self._counted: dict[str, float] = {}
        self._unreadable: dict[str, int] = {}  # rooms that a newer program wrote, and until when they are left to it
        self._looks = 0

    def __len__(self) -> int:
        return len(self._hosts)

    def get(self, room: str) -> Host | None:
        """The host of a room that is at work, or None."""
        host = self._hosts.get(room)
        return None if host is None or host.closed else host

    def at_work(self) -> list[Room]:
        """The rooms at work, as they are committed."""
        return [host.live.room for host in self._hosts.values() if not host.closed and host.live.room.created]

    async def open(self, room: str) -> Host:
        """The host of a room, at work. Raises Refused: not_found, unavailable."""
        host = await self._at_work(room)
        if not host.live.room.created:
            raise Refused(Code.NOT_FOUND, "There is no such room.")
        return host

    async def _at_work(self, room: str) -> Host:
        host = self.get(room)
        if host is not None:
            host.used = self._around.clock.now()
            return host
        if self.draining:
            raise Refused(Code.UNAVAILABLE)
        opening = self._opening.get(room)
        if opening is None:
            opening = self._opening[room] = asyncio.get_running_loop().create_task(self._open(room))
            opening.add_done_callback(lambda task: self._opened(room, task))
        # One who gives up waiting must not take the room from the others.
        return await asyncio.shield(opening)

    async def create(self, command: RoomCreate, by: By) -> Position:
        """Make a room. Raises Refused: conflict if there is one of this id, unavailable."""
        if self.draining:
            raise Refused(Code.UNAVAILABLE)
        try:
            # Asked for the case that a log was lost: its room must come back, not be made anew.
            if await self._around.archive.kept(command.room) is None:
                await self._around.broker.create(command.room)
        except Unavailable:
            raise Refused(Code.UNAVAILABLE) from None
        host = await self._at_work(command.room)
        return await host.ask(command, Sender(by))

    async def create_room(
        self, room: str, title: str, settings: RoomSettings | None = None, *, by: By, status: Status = "open"
    ) -> Host:
        """Make a room in the name of ``by``, who must be a host. Raises Refused as ``create``."""
        command = RoomCreate(id=f"create-{new_id()}", room=room, title=title, settings=settings, status=status)
        await self.create(command, by)
        return await self.open(room)

    async def start(self) -> None:
        """Learn what is due; call before ``run``. Raises Unavailable."""
        self.dues.load(await self._around.broker.dues())

    def wake_soon(self, rooms: Iterable[str]) -> None:
        """Open these rooms once, one after the other, and see what is due in them."""
        now = self._around.clock.now()
        for room in rooms:
            self.dues.note(room, now)

    async def run(self) -> None:
        """Wake what is due, write snapshots, close idle rooms, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.dues.run())
            tasks.create_task(self._tend_on())

    async def tend(self) -> None:
        """One look: at the rooms in which something happened, for snapshots; at some of the others, for idle ones."""
        for host in list(self._unsettled):
            try:
                await self._settle(host)
            except Exception:
                # One room's fault must not keep the others from their snapshots.
                log.exception("tending_failed", room=host.room_id)
        for host in self._next_round():
            try:
                if self._idle(host):
                    await self._close(host, "idle")
            except Exception:
                log.exception("closing_failed", room=host.room_id)
        if self._looks % OUTDATED_EVERY == 0:
            await self._renew_outdated()
        self._looks += 1

    async def _settle(self, host: Host) -> None:
        host.let_go()
        if host.wants_snapshot:
            await self.save(host)
        if host.settled or self._hosts.get(host.room_id) is not host:
            self._unsettled.pop(host, None)

    def _next_round(self) -> list[Host]:
        """The next hosts of this round through all of them; with few of them all."""
        if not self._round:
            self._round = list(self._hosts.values())
        some = max(IDLE_AT_LEAST, -(-len(self._hosts) // IDLE_LOOKS))
        taken, self._round = self._round[:some], self._round[some:]
        return [host for host in taken if self._hosts.get(host.room_id) is host]

    async def save(self, host: Host) -> bool:
        """Write a room's snapshot; False if the archive is away."""
        snapshot = host.snapshot()
        try:
            await self._around.archive.save(snapshot)
        except Unavailable:
            log.warning("snapshot_not_written", room=host.room_id)
            return False
        host.saved(snapshot)
        return True

    async def retire(self, room: str, before: int, upto: int) -> None:
        """Let a room forget what is older than ``before``, up to its record ``upto``, and store it without that.

        Raises Refused: conflict if the room keeps it longer, not_found, unavailable.
        """
        wanted = self.get(room) is not None
        host = await self.open(room)
        command = RoomRetire(id=f"retire-{new_id()}", room=room, before=before, upto=upto)
        await host.ask(command, Sender(ROOM))
        if host.wants_snapshot or host.snapshot_seq < upto:
            await self.save(host)
        if not wanted:
            host.used = 0  # the next look closes it

    def give_up(self, room: str) -> None:
        """Somebody else decides for this room: let go of it, without a word to the log."""
        host = self._hosts.get(room)
        if host is not None:
            host.abort()
            self._forget(host)
            self.dues.note(room, None)

    async def drain(self, within_s: float = DRAIN_S) -> None:
        """Take no more commands, answer those that wait, write snapshots, close all rooms.

        Rooms whose log does not answer in time are given up; their senders are told to try again, and another node
        may have the rooms at once.
        """
        self.draining = True
        closing = asyncio.gather(*self._opening.values(), return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await closing
                hosts = list(self._hosts.values())
                closed = await asyncio.gather(*(self._close(host, "drain") for host in hosts), return_exceptions=True)
                for host, error in zip(hosts, closed, strict=True):
                    if error is not None:
                        log.error("closing_failed", room=host.room_id, exc_info=error)
        given_up = list(self._hosts.values())
        for host in given_up:
            log.warning("room_given_up", room=host.room_id, waiting=host.statistics()["waiting"])
            host.abort()
        # This node may live for a while yet, and whom it keeps waiting would wait in vain. What is still on its way to
        # the log stands there before the next owner claims the room, or is refused.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RELEASE_S):
                await asyncio.gather(*(self._release(host.room_id) for host in given_up), return_exceptions=True)

    def statistics(self) -> Mapping[str, float]:
        """Sums over the rooms at work."""
        # What has been counted must not shrink when a room closes.
        sums = dict(self._counted)
        for host in self._hosts.values():
            for key, value in host.statistics().items():
                sums[key] = sums.get(key, 0) + value
        now = self._around.clock.now()
        behind = [host for host in self._hosts.values() if host.live.room.seq > host.snapshot_seq]
        return {
            "rooms": len(self._hosts),
            "opening": len(self._opening),
            "due": len(self.dues),
            "waiting_most": max((host.waiting for host in self._hosts.values()), default=0),
            "snapshot_records_most": max((host.live.room.seq - host.snapshot_seq for host in behind), default=0),
            "snapshot_seconds_most": max(((now - host.snapshot_at) / 1000 for host in behind), default=0),
            **sums,
        }

    async def _open(self, room: str) -> Host:
        around = self._around
        if self._unreadable.get(room, 0) > around.clock.now():
            raise Refused(Code.UNAVAILABLE)
        try:
            # Before it is read: whoever had it can append nothing from now on.
            await self._owners.take(room)
        except Unavailable:
            raise Refused(Code.UNAVAILABLE) from None
        try:
            return Host(await self._restored(room), around)
        except BaseException:
            await self._release(room)
            raise

    async def _restored(self, room: str) -> Restored:
        around = self._around
        try:
            restored = await restore(
                room,
                broker=around.broker,
                archive=around.archive,
                registry=self._registry,
                clock=around.clock,
            )
        except Unavailable:
            raise Refused(Code.UNAVAILABLE) from None
        except BrokerError:
            log.exception("room_unreadable", room=room)
            # It is not taken from those who can read it, again and again.
            if len(self._unreadable) >= UNREADABLE_LIMIT:
                self._unreadable.clear()
            self._unreadable[room] = around.clock.now() + UNREADABLE_MS
            raise Refused(Code.UNAVAILABLE) from None
        log.info("room_opened", room=room, epoch=restored.epoch, seq=restored.room.seq)
        return restored

    async def _release(self, room: str) -> None:
        try:
            if await self._owners.release(room):
                self.on_close(room)
        except Unavailable:
            # Others find out by themselves when this node is gone.
            log.warning("room_not_released", room=room)

    def _opened(self, room: str, task: asyncio.Task[Host]) -> None:
        del self._opening[room]
        if task.cancelled() or task.exception() is not None:
            return
        before = self._hosts.get(room)
        if before is not None:
            self._forget(before)
        host = self._hosts[room] = task.result()
        self._unsettled[host] = None
        self.dues.note(room, host.due())
        self.on_open(host)

    def _idle(self, host: Host) -> bool:
        return (
            not host.busy
            and self._around.clock.now() - host.used >= self._idle_ms
            and host.live.room.due() is None
            and not self.occupied(host.room_id)
        )

    async def _close(self, host: Host, why: str) -> None:
        await host.close()
        if host.live.room.seq > host.snapshot_seq or host.wants_snapshot:
            await self.save(host)
        # Another may have been opened while the snapshot was being written.
        if self._hosts.get(host.room_id) is host:
            self._forget(host)
            await self._release(host.room_id)
        log.info("room_closed", room=host.room_id, seq=host.live.room.seq, why=why)

    def _forget(self, host: Host) -> None:
        del self._hosts[host.room_id]
        self._unsettled.pop(host, None)
        for key, value in host.statistics().items():
            if key.endswith("_total"):
                self._counted[key] = self._counted.get(key, 0) + value

    async def _renew_outdated(self) -> None:
        """A crash may have come between an erasure and the snapshot after it; what was erased is remembered a while."""
        try:
            outdated = await self._around.archive.outdated(self._around.clock.now())
        except Unavailable:
            log.warning("outdated_snapshots_not_checked")
            return
        for room in outdated:
            try:
                host = await self.open(room)
                host.wants_snapshot = True
                self._unsettled[host] = None
            except OwnedElsewhere:
                continue  # who looks after it themselves
            except Exception:
                # The others must not keep what was erased because this one cannot be opened.
                log.exception("outdated_snapshot_stays", room=room)

    async def _tend_on(self) -> None:
        while True:
            try:
                await self.tend()
            except Exception:
                log.exception("tending_failed")
            await asyncio.sleep(TEND_S)

    async def _wake(self, room: str) -> None:
        try:
            (await self.open(room)).wake()
        except OwnedElsewhere:
            self.dues.note(room, None)

    def _on_commit(self, room: str, head: Position, due: int | None) -> None:
        self.dues.note(room, due)
        self._unsettle(room)
        self._outer_commit(room, head, due)

    def _on_epoch(self, room: str, epoch: str) -> None:
        self._unsettle(room)
        self._outer_epoch(room, epoch)

    def _unsettle(self, room: str) -> None:
        host = self._hosts.get(room)
        if host is not None:
            self._unsettled[host] = None
