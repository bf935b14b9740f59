"""DatabaseArchive: what hosts keep outside the log, in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import func, literal_column, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.messages import Record
from server.broker.port import Answered, Unavailable
from server.catalogue import Catalogue
from server.hosting.archive import Kept, Snapshot
from server.store.database import Database, DatabaseErrors
from server.store.projection import Projection
from server.store.rows import record_of
from server.store.snapshots import packed, unpacked
from server.store.tables import checkpoints, records, rooms, snapshots

CHUNK = 1000

log = structlog.get_logger(__name__)


class DatabaseArchive:
    """An ``Archive``. ``projected`` tells up to where the projector has come."""

    def __init__(self, database: Database, catalogue: Catalogue, projected: Callable[[str], int]) -> None:
        self._database = database
        self._catalogue = catalogue
        self._projection = Projection(database, catalogue)
        self.projected = projected

    async def kept(self, room: str) -> Kept | None:
        async with self._reading() as connection:
            read = select(func.max(checkpoints.c.seq)).where(checkpoints.c.room == room)
            checkpoint = (await connection.execute(read)).scalar_one()
            row = (await connection.execute(select(snapshots).where(snapshots.c.room == room))).one_or_none()
        if row is None:
            return None if checkpoint is None else Kept(checkpoint, None)
        snapshot = unpacked(row)
        if snapshot is None:
            log.warning("snapshot_dropped", room=room, seq=row.seq, version=row.version)
        return Kept(max(checkpoint or 0, row.seq), snapshot)

    async def records(self, room: str, after: int, upto: int) -> AsyncIterator[Sequence[Record]]:
        while after < upto:
            async with self._reading() as connection:
                rows = await connection.execute(
                    select(records)
                    .where(records.c.room == room, records.c.seq > after, records.c.seq <= upto)
                    .order_by(records.c.seq)
                    .limit(CHUNK)
                )
                found = [record_of(row, self._catalogue) for row in rows]
            if not found:
                return
            yield found
            after = found[-1].seq

    async def answered(self, room: str, since: int) -> Sequence[Answered]:
        async with self._reading() as connection:
            rows = await connection.execute(
                select(records.c.command, records.c.seq, records.c.at)
                .where(records.c.room == room, records.c.at >= since, records.c.command.is_not(None))
                .order_by(records.c.seq)
            )
            return [Answered(row.command, row.seq, row.at) for row in rows]

    async def keep(self, room: str, epoch: str, records_: Sequence[Record]) -> None:
        if not records_:
            return
        async with self._writing(durable=True) as connection:
            # With all that follows from them: the projector will not meet them, nor what they erase.
            await self._projection.write(connection, {room: (epoch, records_)})

    async def save(self, snapshot: Snapshot) -> None:
        async with self._writing() as connection:
            # The one before may hold what is erased by now. What is erased after it is marked by the projection.
            before = select(snapshots.c.seq, snapshots.c.forget_at, rooms.c.erased_seq)
            before = before.outerjoin(rooms, rooms.c.id == snapshots.c.room).where(snapshots.c.room == snapshot.room)
            row = (await connection.execute(before)).one_or_none()
            await self._database.upsert(connection, snapshots, [packed(snapshot)], newer="seq")
            outdated = row is not None and (row.forget_at is not None or (row.erased_seq or 0) > row.seq)
            if outdated or self._database.embedded:
                await self._database.erased(connection, [snapshot.room])
        if not self._database.uncut:
            return
        try:
            # If a reader is in the way, the projector tries again.
            await self._database.overwrite_erased()
        except DatabaseErrors as error:
            log.warning("not_overwritten", error=type(error).__name__)

    async def outdated(self, now: int) -> Sequence[str]:
        both = select(rooms.c.id).join(snapshots, snapshots.c.room == rooms.c.id)
        # One for each index: of very many rooms few have anything erased. The zero is in the text, as in the index.
        erased = both.where(rooms.c.erased_seq > literal_column("0"), snapshots.c.seq < rooms.c.erased_seq)
        async with self._reading() as connection:
            return list((await connection.execute(union(erased, both.where(snapshots.c.forget_at < now)))).scalars())

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.reading(why="rooms") as connection:
                yield connection
        except DatabaseErrors as error:
            raise Unavailable("the database cannot be read") from error

    @asynccontextmanager
    async def _writing(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.writing(durable=durable) as connection:
                yield connection
        except DatabaseErrors as error:
            raise Unavailable("the database cannot be written") from error
