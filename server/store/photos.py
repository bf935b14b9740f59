"""What the records of rooms say of photos: which stand there, and where something was erased since."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, func, select

from rooms.activities.photos import CONTENTS, PhotoDeleted
from rooms.activities.room import PersonErased, RoomCleared, RoomRetired
from server.broker.port import Broker
from server.photos.files import Cause, Erased
from server.store.checkpoints import checkpoints_of
from server.store.database import Database
from server.store.tables import checkpoints, records, rooms

READER = "photos"
AT_ONCE = 200  # rooms


class StoredPhotos:
    """A ``PhotoRecords`` of the database."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self._database = database
        self._broker = broker

    async def kept(self, room: str) -> Collection[str] | None:
        """The photos that stand in the room's records; None where the database does not have all of them."""
        head = (await self._broker.heads_of([room])).get(room)
        done = (await checkpoints_of(self._database, [room])).get(room)
        if head is None or done is None or done.seq < head.seq:
            return None
        photo = records.c.data["photo"].as_string()
        read = select(photo).where(records.c.room == room, records.c.type.in_(CONTENTS), records.c.data.is_not(None))
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(read)).scalars())

    async def erased(self) -> Sequence[Erased]:
        """Rooms with erasures that were not looked at yet."""
        ours = and_(checkpoints.c.reader == READER, checkpoints.c.room == rooms.c.id)
        read = select(rooms.c.id, rooms.c.erased_seq).join_from(rooms, checkpoints, ours, isouter=True)
        read = read.where(rooms.c.erased_seq > func.coalesce(checkpoints.c.seq, 0)).limit(AT_ONCE)
        async with self._database.reading() as connection:
            return [Erased(row.id, row.erased_seq) for row in await connection.execute(read)]

    async def cause(self, erased: Erased) -> Cause:
        """Why photos may have gone with these erasures: what is retired, or was rehearsed, goes with the record that
        says so."""
        reached = select(func.coalesce(func.max(checkpoints.c.seq), 0))
        reached = reached.where(checkpoints.c.reader == READER, checkpoints.c.room == erased.room)
        causes = {
            PersonErased.type: Cause.PERSON,
            RoomCleared.type: Cause.PERSON,
            RoomRetired.type: Cause.PHOTO,
            PhotoDeleted.type: Cause.PHOTO,
        }
        read = (
            select(records.c.type)
            .distinct()
            .where(
                records.c.room == erased.room,
                records.c.seq > reached.scalar_subquery(),
                records.c.seq <= erased.seq,
                records.c.type.in_(causes),
            )
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(read)).scalars().all()
        return max((causes[each] for each in found), default=Cause.OTHER)

    async def done(self, erased: Sequence[Erased]) -> None:
        """They were looked at."""
        rows = [{"reader": READER, "room": each.room, "epoch": "", "seq": each.seq} for each in erased]
        if rows:
            async with self._database.writing() as connection:
                await self._database.upsert(connection, checkpoints, rows, newer="seq")
