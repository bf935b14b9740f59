"""Shelves in Redis: which rooms there are, and which of them want something now, so that quiet ones cost nothing.

A room's keys lie in one slot and those of all rooms in many: no script changes a room and a list of rooms together.
Hence a list may name a room without need, and never leaves one out that has need:

written   when a room was about to be written: marked with the append, at most every ``MARK_S``
dues      when it wants to be woken: marked before the append that says so; who finds it wrong sets it right
keyed     when the first of its erased records was made that still hold a key: likewise
erased    when what was taken out of it is to go from Redis' files too: see ``redis_wiping.py``
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import structlog

from protocols.messages import Position
from server.broker.port import Batch, BrokerError, Due, News
from server.broker.redis_lanes import Lanes, Script
from server.broker.redis_log import keys_of

SHELVES = 64  # so that no one node of a cluster holds them all
AT_ONCE = 1000  # rooms that are asked for together
MARK_S = 5.0  # between two marks of a room that is written all the time
OVERLAP_MS = 15_000  # a mark may be so much older than the append that it speaks of
SOON_MS = 10_000  # before a room is due, somebody is told of it
PUT_OFF_MS = 15_000  # until somebody else is told of it
MOST = 16  # rooms of a shelf that are told of at once
WALK_EVERY = 15  # looks at what is new between walks along one whole shelf, for what a crash or a lost node left out
CACHED = 10_000  # rooms whose marks are remembered

MARK, MARKED = map(Script, ("mark.lua", "marked.lua"))
log = structlog.get_logger(__name__)


def shelf_of(room: str, what: str = "rooms") -> str:
    """The set that names this room."""
    return _shelf(zlib.crc32(room.encode()) % SHELVES, what)


async def settled(waiters: Iterable[asyncio.Future[Any]]) -> None:
    """Wait for all, so that no failure goes unheard; the first is raised."""
    outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def asked(ask: Callable[[str], asyncio.Future[Any]], names: Iterable[str]) -> dict[str, Any]:
    """What is answered about each, asked for in lots that the lanes have room for. Raises Unavailable."""
    answers: dict[str, Any] = {}
    left = iter(names)
    while lot := list(islice(left, AT_ONCE)):
        waiters = {name: ask(name) for name in lot}
        await settled(waiters.values())
        answers |= {name: waiter.result() for name, waiter in waiters.items()}
    return answers


class Shelves:
    """The lists of rooms. All raise Unavailable."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._written: dict[str, float] = {}  # when a room was marked from here, on the loop's clock
        self._due: dict[str, tuple[int, int]] = {}  # what was marked from here for rooms that want to be woken
        self._looks = 0
        self._walked = 0

    async def add(self, room: str) -> None:
        """There is such a room."""
        await self._lanes.call(shelf_of(room), "SADD", shelf_of(room), room)

    async def rooms(self) -> AsyncIterator[Sequence[str]]:
        """All rooms, shelf by shelf."""
        for number in range(SHELVES):
            rooms = await self._on(number)
            for start in range(0, len(rooms), AT_ONCE):
                yield rooms[start : start + AT_ONCE]

    # What an append means

    async def before(self, batch: Batch, keyed: Mapping[int, int], *, erases: bool) -> None:
        """Marks that must be there before it stands, or a crash could leave the room out."""
        marks = []
        if batch.due is not None and self._due.get(batch.room, (None, 0))[0] != batch.due:
            marks.append(self._mark_due(batch.room, batch.due, batch.records[-1].at))
        if keyed:
            marks.append(self._mark("keyed", batch.room, min(keyed.values())))
        if erases:
            marks.append(self._mark("erased", batch.room, 0))
        await settled(marks)
        now = asyncio.get_running_loop().time()
        if now - self._written.get(batch.room, -MARK_S) >= MARK_S:
            if len(self._written) >= CACHED:
                self._written = {room: at for room, at in self._written.items() if now - at < MARK_S}
            self._written[batch.room] = now
            # Nobody waits for it: it goes ahead of the append or beside it, and who appends knows of it anyway.
            self._mark("written", batch.room).add_done_callback(lambda mark: self._noted(batch.room, mark))

    def after(self, batch: Batch) -> None:
        """It stands. Whoever looked at the room just before took the mark away, so it is set again."""
        if batch.due is None:
            self._due.pop(batch.room, None)
        elif self._due.get(batch.room, (None, 0))[0] != batch.due:
            if len(self._due) >= CACHED:
                self._due.clear()
            self._due[batch.room] = batch.due, batch.records[-1].at
            self._mark_due(batch.room, *self._due[batch.room]).add_done_callback(_heard)

    async def again(self, room: str) -> Due | None:
        """A room's log was lost: mark anew what was known of it, and say when it wanted to be woken."""
        self._written.pop(room, None)
        due = self._due.get(room)
        await settled([self._mark("written", room), *([] if due is None else [self._mark_due(room, *due)])])
        return None if due is None else Due(*due)

    # What is to be done

    async def news(
        self, since: int | None, heads_of: Callable[[Iterable[str]], Awaitable[Mapping[str, Position]]]
    ) -> News:
        """As the port says."""
        found = await self._marked("written", "after", "" if since is None else since)
        now = min(now for now, _ in found.values())
        rooms = {room for _, marks in found.values() for room in marks}
        self._looks += 1
        if since is not None and self._looks % WALK_EVERY == 0:
            rooms.update(await self._walk())
        return News(now - OVERLAP_MS, await heads_of(rooms))

    async def dues(self) -> Mapping[str, Due]:
        """As the port says. Marks that are wrong are set right."""
        found = await self._marked("dues", "soon", SOON_MS, MOST, PUT_OFF_MS)
        marks = {room: when for _, marks in found.values() for room, when in marks.items()}
        now = max(now for now, _ in found.values())
        dues: dict[str, Due] = {}
        wrong: list[asyncio.Future[Any]] = []
        for room, (due, at) in (await asked(self._ask_due, marks)).items():
            if not due:
                wrong.append(self._settle("dues", room, marks[room], None))
                continue
            when = int(due) - max(0, int(at) - now)
            if when > now + SOON_MS + PUT_OFF_MS:
                wrong.append(self._settle("dues", room, marks[room], when))
            else:
                dues[room] = Due(int(due), int(at))
        await settled(wrong)
        return dict(sorted(dues.items(), key=lambda item: item[1].at))

    async def keyed(self, before: int) -> Mapping[str, Sequence[int]]:
        """As the port says. Marks that are wrong are set right."""
        found = await self._marked("keyed", "upto", before, AT_ONCE)
        marks = {room: when for _, marks in found.values() for room, when in marks.items()}
        keyed: dict[str, Sequence[int]] = {}
        wrong: list[asyncio.Future[Any]] = []
        for room, keys in (await asked(self._ask_keyed, marks)).items():
            ages = {int(seq): int(at) for seq, at in keys.items()}
            if old := sorted(seq for seq, at in ages.items() if at < before):
                keyed[room] = old
            else:
                wrong.append(self._settle("keyed", room, marks[room], min(ages.values(), default=None)))
        await settled(wrong)
        return keyed

    async def erases(self, room: str, *, in_ms: int) -> None:
        """Something is about to be taken out of it, which is to go from the files then."""
        await self._mark("erased", room, in_ms)

    async def erased(self) -> Mapping[str, float]:
        """Rooms whose files are to be written anew now, and their marks."""
        since, _ = (await self._marked("erased", "after", ""))[_shelf(0, "erased")]
        found = await self._marked("erased", "upto", since, AT_ONCE)
        return {room: when for _, marks in found.values() for room, when in marks.items()}

    async def wiped(self, marks: Mapping[str, float]) -> None:
        """That is done; marks that were set since stay."""
        await settled([self._settle("erased", room, when, None) for room, when in marks.items()])

    async def _walk(self) -> Sequence[str]:
        """All rooms of the next shelf; what they want is marked, in case that it was not."""
        number, self._walked = self._walked, (self._walked + 1) % SHELVES
        rooms = await self._on(number)
        marks = [
            self._mark_due(room, int(due), int(at))
            for room, (due, at) in (await asked(self._ask_due, rooms)).items()
            if due
        ]
        holding = await asked(lambda room: self._lanes.call(keys_of(room).keyed, "EXISTS", keys_of(room).keyed), rooms)
        marks += [self._mark("keyed", room, 0) for room, holds in holding.items() if holds]
        await settled(marks)
        return rooms

    # The steps

    async def _on(self, number: int) -> list[str]:
        shelf = _shelf(number, "rooms")
        return [room.decode() for room in await self._lanes.call(shelf, "SMEMBERS", shelf)]

    async def _marked(self, what: str, *arguments: Any) -> dict[str, tuple[int, dict[str, float]]]:
        names = [_shelf(number, what) for number in range(SHELVES)]
        answers = await asked(lambda name: self._lanes.run(MARKED, [name], arguments), names)
        return {
            name: (
                int(answer[0]),
                {room.decode(): float(when) for room, when in zip(answer[1::2], answer[2::2], strict=True)},
            )
            for name, answer in answers.items()
        }

    def _mark(self, what: str, room: str, *arguments: Any) -> asyncio.Future[Any]:
        return self._lanes.run(MARK, [shelf_of(room, what)], (room, what, *arguments))

    def _mark_due(self, room: str, due: int, at: int) -> asyncio.Future[Any]:
        return self._lanes.run(MARK, [shelf_of(room, "dues")], (room, "due", due, at))

    def _settle(self, what: str, room: str, marked: float, right: int | None) -> asyncio.Future[Any]:
        arguments = ("settle", room, repr(marked), "" if right is None else right)
        return self._lanes.run(MARKED, [shelf_of(room, what)], arguments)

    def _ask_due(self, room: str) -> asyncio.Future[Any]:
        return self._lanes.call(keys_of(room).head, "HMGET", keys_of(room).head, "due", "at")

    def _ask_keyed(self, room: str) -> asyncio.Future[Any]:
        return self._lanes.call(keys_of(room).keyed, "HGETALL", keys_of(room).keyed)

    def _noted(self, room: str, mark: asyncio.Future[Any]) -> None:
        if mark.cancelled() or mark.exception() is not None:
            self._written.pop(room, None)  # the next append marks it


def _shelf(number: int, what: str) -> str:
    return f"sf:{what}:{number}"


def _heard(mark: asyncio.Future[Any]) -> None:
    if not mark.cancelled() and isinstance(error := mark.exception(), BrokerError):
        # The mark before the append stands; this one was for a rare race.
        log.debug("shelf_not_marked", error=str(error))
