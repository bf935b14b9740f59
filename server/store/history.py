"""History: what happened in a room beyond what is kept in memory, without a gap to it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import func, select

from protocols.errors import Code, Refused
from protocols.limits import HISTORY_PAGE
from protocols.messages import Audience, Record
from server.broker.port import Broker, Unavailable
from server.catalogue import Catalogue
from server.erasing import erasures, stubbed
from server.hosting.replica import Replica
from server.store.database import Database, DatabaseErrors
from server.store.port import Page
from server.store.projection import READER
from server.store.rows import record_of
from server.store.tables import checkpoints, records

CHUNK = 1000


class History:
    """Reads the memory of a replica first, then the database, and between them the log."""

    def __init__(self, database: Database, broker: Broker, catalogue: Catalogue) -> None:
        self._database = database
        self._broker = broker
        self._catalogue = catalogue

    async def page(
        self, live: Replica, audience: Audience, before: int | None = None, limit: int = HISTORY_PAGE
    ) -> Page:
        """The last ``limit`` records told to this audience with ``seq < before``. Raises Refused: unavailable."""
        epoch, seq = live.epoch, live.room.seq
        found, floor = live.since_floor(before, audience)
        wanted = limit + 1  # one more tells whether there is more
        page = found[-wanted:]
        if len(page) < wanted:
            below = floor + 1 if before is None else min(floor + 1, before)
            page = [*await self._stored(live.room.id, audience, below, wanted - len(page)), *page]
            # What was erased while this was being read: its readers were told already.
            page = stubbed(page, erasures(live.since(seq, Audience.HOSTS)))
        # Of a rehearsal only places are left.
        page = [record for record in page if record.seq >= live.room.cleared_at]
        return Page(epoch, page[-limit:], more=len(page) > limit)

    async def export(self, room: str, after: int = 0) -> AsyncIterator[Sequence[Record]]:
        """All records after this one, also those for nobody, in order and in chunks. Raises Refused: unavailable."""
        try:
            projected = read = await self._projected(room)
            erased: dict[int, str | None] = {}
            while after < projected and (chunk := await self._chunk(room, after, projected)):
                # What the log says of it by now: the database follows in a moment, or when it can be written again.
                async for news in self._broker.read(room, read):
                    erased |= erasures(news)
                    read = news[-1].seq
                yield stubbed(chunk, erased)
                after = chunk[-1].seq
            async for rest in self._broker.read(room, max(after, projected)):
                yield rest
        except (*DatabaseErrors, Unavailable):
            raise Refused(Code.UNAVAILABLE) from None

    async def _stored(self, room: str, audience: Audience, before: int, wanted: int) -> list[Record]:
        """The last records below ``before``, from the log as far as the projector is behind."""
        try:
            projected = await self._projected(room)
            unprojected, erased = await self._from_log(room, audience, projected, before, wanted)
            missing = wanted - len(unprojected)
            stored: list[Record] = []
            if missing:
                stored = await self._from_database(room, audience, min(before, projected + 1), missing)
        except (*DatabaseErrors, Unavailable):
            raise Refused(Code.UNAVAILABLE) from None
        return [*stubbed(stored, erased), *unprojected]

    async def _from_log(
        self, room: str, audience: Audience, after: int, before: int, wanted: int
    ) -> tuple[list[Record], dict[int, str | None]]:
        """The last records below ``before`` that the database does not have yet, and what all of those erase in it."""
        latest: deque[Record] = deque(maxlen=wanted)
        erased: dict[int, str | None] = {}
        async for chunk in self._broker.read(room, after):
            latest.extend(record for record in chunk if record.seq < before and record.told_to(audience))
            erased |= erasures(chunk)
        return list(latest), erased

    async def _from_database(self, room: str, audience: Audience, before: int, wanted: int) -> list[Record]:
        told = [str(Audience.EVERYONE)]
        if audience is Audience.HOSTS:
            told.append(str(Audience.HOSTS))
        read = (
            select(records)
            .where(records.c.room == room, records.c.seq < before, records.c.audience.in_(told))
            .order_by(records.c.seq.desc())
            .limit(wanted)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(read)).all()
        return [record_of(row, self._catalogue) for row in reversed(rows)]

    async def _projected(self, room: str) -> int:
        read = select(func.max(checkpoints.c.seq)).where(checkpoints.c.room == room, checkpoints.c.reader == READER)
        async with self._database.reading() as connection:
            return (await connection.execute(read)).scalar_one() or 0

    async def _chunk(self, room: str, after: int, upto: int) -> list[Record]:
        read = (
            select(records)
            .where(records.c.room == room, records.c.seq > after, records.c.seq <= upto)
            .order_by(records.c.seq)
            .limit(CHUNK)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(read)).all()
        return [record_of(row, self._catalogue) for row in rows]
