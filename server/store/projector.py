"""The projector follows the logs behind a checkpoint and writes them to the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from protocols.messages import Position, Record
from server.broker.port import Broker, Unavailable
from server.catalogue import Catalogue, Unreadable
from server.store.checkpoints import KNOWN_MOST, checkpoints_of
from server.store.database import Database, DatabaseErrors
from server.store.lag import Lag
from server.store.postgres import at_fault
from server.store.projection import Batches, Projection, WentBack

PAUSE_S = 0.25  # between rounds, so that a round has something to carry
BACKOFF_S = 0.2
BACKOFF_MOST_S = 5.0
LOOK_S = 2.0  # how often it is looked what is new: another process may have made a room
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
        self._wanted: set[str] = set()  # rooms of which it was asked, and not known, how far they are
        self._since: int | None = None  # what is new is looked for from there; None before all rooms were looked at
        self._all = False
        self._looked = 0.0
        self._news = asyncio.Event()
        self._records = self._failures = 0
        self._failing_since: float | None = None
        self._failing = ""

    def projected(self, room: str) -> int:
        """Up to which seq the database has the room's records, as far as is known here; who asks is told soon."""
        done = self._done.get(room)
        if done is None:
            self._wanted.add(room)
            return 0
        return done.seq

    def note(self, room: str, head: Position) -> None:
        """The room's log ends there now."""
        if room not in self._unreadable and self._mine(room):
            self._lag.note(room, head)
            self._news.set()

    def look_at_all(self) -> None:
        """Rooms may be left to this projector that were not before."""
        # Not the instant itself: a look that is under way began with other rooms.
        self._all = True

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
                while await self._round():
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
            return self._failing
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
        if self._all:
            self._all, self._since = False, None
        if self._since is not None and time.monotonic() - self._looked < self._look_s:
            return
        news = await self._broker.news(self._since)
        if self._since is None:
            # Before the rooms are gone through, or what is said meanwhile would be left out.
            async for heads in self._broker.heads():
                await self._compare(heads)
        else:
            await self._compare(news.heads)
        self._since = news.since
        self._forget()
        wanted, self._wanted = self._wanted, set()
        await self._learn(wanted)
        for room in self._lag.rooms:
            if not self._mine(room):
                self._lag.drop(room)  # somebody else's by now
        self._looked = time.monotonic()

    async def _compare(self, heads: Mapping[str, Position]) -> None:
        """Which of these are behind. Of those that are not, nothing is kept: most rooms are quiet."""
        asked = [room for room in heads if self._mine(room) and room not in self._done]
        reached = await checkpoints_of(self._database, asked)
        for room, head in heads.items():
            done = self._done.get(room) or reached.get(room)
            if head.seq > (0 if done is None else done.seq):
                self._done.setdefault(room, done or Position("", 0))
                self.note(room, head)

    async def _learn(self, rooms: Iterable[str]) -> None:
        """How far these rooms are."""
        unknown = [room for room in rooms if room not in self._done]
        reached = await checkpoints_of(self._database, unknown)
        for room in unknown:
            self._done.setdefault(room, reached.get(room, Position("", 0)))

    def _forget(self) -> None:
        if len(self._done) > KNOWN_MOST:
            self._done = {room: done for room, done in self._done.items() if room in self._lag}

    async def _round(self) -> bool:
        """Read some rooms' next records, write them in one transaction; whether it was as much as goes into one."""
        await self._learn(self._lag.rooms)
        gathered: dict[str, tuple[str, Sequence[Record]]] = {}
        count, cut = 0, False
        for room in self._lag.rooms:
            head = self._lag.heads[room]
            records = await self._next(room)
            if not records:
                self._lag.drop(room)
                continue
            gathered[room] = (self._lag.heads[room].epoch, records)
            count += len(records)
            # Of long messages few are read at once; a pause behind each time, and the room would never be caught up.
            cut = cut or records[-1].seq < head.seq
            if count >= ROUND:
                break
        if not gathered:
            return False
        try:
            stored = await self._store(gathered)
        except WentBack:
            log.error("database_went_back")
            self._done.clear()
            self._since = None
            await self._look()
            return False
        for room, done in stored.items():
            self._done[room] = done
            self._lag.moved(room, done.seq)
        self._records += sum(len(gathered[room][1]) for room in stored)
        self._lag.progressed = time.monotonic()
        return cut or count >= ROUND

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
            projected = self.projected(room)
            async for chunk in self._broker.read(room, projected):
                if chunk[0].seq > projected + 1:
                    # The database is an older one, or new, and the log does not reach back so far.
                    log.error("records_missing", room=room, after=projected, upto=chunk[0].seq - 1)
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
        of_log = isinstance(error, Unavailable)
        self._failing = "the log cannot be read" if of_log else "the database cannot be written"
        if self._failing_since is None:
            self._failing_since = time.monotonic()
            log.error("log_away" if of_log else "database_away", error=type(error).__name__)

    def _recovered(self) -> None:
        if self._failing_since is not None:
            log.info("projecting_again", away_s=round(time.monotonic() - self._failing_since, 1))
            self._failing_since = None
