"""The projector follows the logs behind a checkpoint and writes them to the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

import structlog
from sqlalchemy import select

from protocols.messages import Position, Record
from server.broker.port import Broker, Unavailable
from server.catalogue import Catalogue, Unreadable
from server.store.database import Database, DatabaseErrors
from server.store.lag import Lag
from server.store.postgres import at_fault
from server.store.projection import READER, Batches, Projection, WentBack
from server.store.tables import checkpoints

PAUSE_S = 0.25  # between rounds, so that a round has something to carry
BACKOFF_S = 0.2
BACKOFF_MOST_S = 5.0
LOOK_S = 2.0  # how often all heads are read: another process may have made a room
ROUND = 500  # records in one transaction, about
FAILING_S = 0.5  # of errors, before the server says that it is not ready
STUCK_S = 2.0  # without a record stored while there are some to store

log = structlog.get_logger(__name__)


class Projector:
    """Reads what is committed, stores it, moves its checkpoint: all in one transaction a round.

    ``mine(room)`` says whether the room is left to this projector. Where two think so, the second finds it done.
    """

    def __init__(
        self,
        broker: Broker,
        database: Database,
        catalogue: Catalogue,
        *,
        mine: Callable[[str], bool] = lambda _room: True,
        look_s: float = LOOK_S,
    ) -> None:
        self._broker = broker
        self._database = database
        self._projection = Projection(database, catalogue)
        self._done: dict[str, Position] = {}
        self._mine = mine
        self._look_s = look_s
        self._lag = Lag(self.projected)
        self._unreadable: set[str] = set()
        self._loaded = False
        self._looked = 0.0
        self._news = asyncio.Event()
        self._records = self._failures = 0
        self._failing_since: float | None = None

    def projected(self, room: str) -> int:
        """Up to which seq the database has the room's records, as far as is known here."""
        done = self._done.get(room)
        return 0 if done is None else done.seq

    async def done(self) -> Mapping[str, Position]:
        """How far the database is, by room; none if it is new. Raises the database's errors."""
        if not self._loaded:
            async with self._database.reading() as connection:
                rows = await connection.execute(select(checkpoints).where(checkpoints.c.reader == READER))
                self._done = {row.room: Position(row.epoch, row.seq) for row in rows}
            self._loaded = True
        return self._done

    def note(self, room: str, head: Position) -> None:
        """The room's log ends there now."""
        if room not in self._unreadable and self._mine(room):
            self._lag.note(room, head)
            self._news.set()

    async def project(self) -> None:
        """Bring all rooms up to date. Raises the broker's and the database's errors; what is done stays done."""
        await self._look()
        while self._lag:
            await self._round()
        await self._overwrite()

    async def run(self) -> None:
        """Project whatever comes, until cancelled; while the database is away try again and again."""
        backoff = BACKOFF_S
        while True:
            try:
                await self._look()
                # Not until nothing is behind: in a busy room something always is, and small rounds cost most.
                while await self._round() >= ROUND:
                    pass
                await self._overwrite()
            except (*DatabaseErrors, Unavailable) as error:
                self._failed(error)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, BACKOFF_MOST_S)
                continue
            except Exception:
                # Never without a projector, whatever it met.
                log.exception("projector_failed")
                await asyncio.sleep(BACKOFF_MOST_S)
                continue
            self._recovered()
            backoff = BACKOFF_S
            await asyncio.sleep(PAUSE_S)
            await self._wait()

    def trouble(self) -> str | None:
        """Why the database does not follow the logs, as a short phrase; None if it does."""
        if self._failing_since is not None and time.monotonic() - self._failing_since > FAILING_S:
            return "the database cannot be written"
        return "the projector is stuck" if self._lag.waited() > STUCK_S else None

    def statistics(self) -> Mapping[str, float]:
        """How far behind it is, and for how long it has been failing."""
        failing = self._failing_since
        return {
            **self._lag.statistics(),
            "rooms_unreadable": len(self._unreadable),
            "records_total": self._records,
            "failures_total": self._failures,
            "failing_s": 0.0 if failing is None else time.monotonic() - failing,
        }

    async def _look(self) -> None:
        """Where all logs end: at the start, and now and then for those nobody told of."""
        if self._loaded and time.monotonic() - self._looked < self._look_s:
            return
        await self.done()
        for room, head in (await self._broker.heads()).items():
            if head.seq > self.projected(room):
                self.note(room, head)
        for room in self._lag.rooms:
            if not self._mine(room):
                self._lag.drop(room)  # somebody else's by now
        self._looked = time.monotonic()

    async def _round(self) -> int:
        """Read some rooms' next records, write them in one transaction; how many they were."""
        gathered: dict[str, tuple[str, Sequence[Record]]] = {}
        count = 0
        for room in self._lag.rooms:
            records = await self._next(room)
            if not records:
                self._lag.drop(room)
                continue
            gathered[room] = (self._lag.heads[room].epoch, records)
            count += len(records)
            if count >= ROUND:
                break
        if not gathered:
            return 0
        try:
            stored = await self._store(gathered)
        except WentBack:
            log.error("database_went_back")
            self._loaded = False
            await self._look()
            return 0
        for room, done in stored.items():
            self._done[room] = done
            self._lag.moved(room, done.seq)
        self._records += sum(len(gathered[room][1]) for room in stored)
        self._lag.progressed = time.monotonic()
        return count

    async def _store(self, gathered: Batches) -> Mapping[str, Position]:
        """Write these in one transaction; how far those of them are that could be written."""
        try:
            async with self._database.writing() as connection:
                return await self._projection.write(connection, gathered, after=self._done)
        except WentBack:
            raise
        except Exception as error:
            if isinstance(error, DatabaseErrors) and not at_fault(error):
                raise
            if len(gathered) == 1:
                (room,) = gathered
                self._set_aside(room)
                return {}
            # It is the fault of one of them, for which the others must not wait.
            stored: dict[str, Position] = {}
            for room, next_ in gathered.items():
                stored |= await self._store({room: next_})
            return stored

    def _set_aside(self, room: str) -> None:
        """Written by a newer program, which will project it, or met by a fault of this one."""
        log.exception("not_projected", room=room)
        self._unreadable.add(room)
        self._lag.drop(room)

    async def _overwrite(self) -> None:
        if self._database.uncut:
            await self._database.overwrite_erased()

    async def _next(self, room: str) -> list[Record]:
        try:
            async for chunk in self._broker.read(room, self.projected(room)):
                return list(chunk)
        except Unreadable:
            self._set_aside(room)
        return []

    async def _wait(self) -> None:
        if self._lag:
            return
        self._news.clear()
        try:
            async with asyncio.timeout(self._look_s):
                await self._news.wait()
        except TimeoutError:
            return

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = time.monotonic()
            log.error("database_away", error=type(error).__name__)

    def _recovered(self) -> None:
        if self._failing_since is not None:
            log.info("database_back", away_s=round(time.monotonic() - self._failing_since, 1))
            self._failing_since = None
