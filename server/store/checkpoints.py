"""How far the database is, where others bring it there: a gateway whose workers run apart reads their checkpoints."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import structlog
from sqlalchemy import select

from protocols.messages import Position
from server.store.database import Database, DatabaseErrors
from server.store.lag import Lag
from server.store.projection import READER, ROWS
from server.store.tables import checkpoints

EVERY_S = 1.0
FAILING_S = 0.5  # of errors, before the server says that something is wrong
STUCK_S = 10.0  # without a record stored while there are some to store: longer than others need to take over
KNOWN_MOST = 50_000  # rooms whose checkpoint is remembered; then it is asked for again

log = structlog.get_logger(__name__)


async def checkpoints_of(database: Database, rooms: Sequence[str]) -> dict[str, Position]:
    """How far these rooms are in the database; those it has never heard of are left out. Raises its errors."""
    found: dict[str, Position] = {}
    for start in range(0, len(rooms), ROWS):
        some = rooms[start : start + ROWS]
        read = select(checkpoints).where(checkpoints.c.reader == READER, checkpoints.c.room.in_(some))
        async with database.reading() as connection:
            found |= {row.room: Position(row.epoch, row.seq) for row in await connection.execute(read)}
    return found


async def known_rooms(database: Database) -> AsyncIterator[Sequence[str]]:
    """All rooms that the database has heard of, in chunks. Raises its errors."""
    after = ""
    while True:
        read = select(checkpoints.c.room).where(checkpoints.c.reader == READER, checkpoints.c.room > after)
        async with database.reading() as connection:
            rooms = list((await connection.execute(read.order_by(checkpoints.c.room).limit(ROWS))).scalars())
        if not rooms:
            return
        yield rooms
        after = rooms[-1]


class Checkpoints:
    """To hosts it looks like a ``Projector``: they tell it where logs end and ask how far the database is.

    It asks for rooms of which somebody here wants to know, so that it costs what is at work here and no more.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: dict[str, Position] = {}
        self._lag = Lag(self._known)
        self._wanted: set[str] = set()
        self._failures = 0
        self._failing_since: float | None = None

    def projected(self, room: str) -> int:
        """Up to which seq the database has the room's records, as far as is known here; who asks is told soon."""
        if room not in self._done:
            self._wanted.add(room)
        return self._known(room)

    def note(self, room: str, head: Position) -> None:
        """The room's log ends there now."""
        self._lag.note(room, head)

    async def look(self) -> None:
        """Read how far the rooms are that are behind, or were asked for. Raises the database's errors."""
        names = sorted({*self._lag.rooms, *self._wanted})
        found = await checkpoints_of(self._database, names)
        if len(self._done) > KNOWN_MOST:
            self._done.clear()
        for room in names:
            # A database that was restored may hold less than it did: what it says holds.
            position = found.get(room, Position("", 0))
            if room in self._lag:
                if position.seq > self._known(room):
                    self._lag.progressed = time.monotonic()
                self._lag.moved(room, position.seq)
            self._done[room] = position
        self._wanted.clear()

    async def run(self) -> None:
        """Look every second, until cancelled; while the database is away try again and again."""
        while True:
            try:
                await self.look()
            except DatabaseErrors as error:
                self._failures += 1
                if self._failing_since is None:
                    self._failing_since = time.monotonic()
                    log.error("checkpoints_not_read", error=type(error).__name__)
            except Exception:
                # Never without, whatever it met.
                log.exception("checkpoints_failed")
            else:
                self._failing_since = None
            await asyncio.sleep(EVERY_S)

    def trouble(self) -> str | None:
        """Why the database does not follow the logs of the rooms here, as a short phrase; None if it does."""
        if self._failing_since is not None and time.monotonic() - self._failing_since > FAILING_S:
            return "the database cannot be read"
        return "no worker stores what is said" if self._lag.waited() > STUCK_S else None

    def statistics(self) -> Mapping[str, float]:
        """How far the rooms of this node are behind, and for how long the database has not answered."""
        failing = self._failing_since
        return {
            **self._lag.statistics(),
            "failures_total": self._failures,
            "failing_s": 0.0 if failing is None else time.monotonic() - failing,
        }

    def _known(self, room: str) -> int:
        done = self._done.get(room)
        return 0 if done is None else done.seq
