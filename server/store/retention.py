"""Retention: records older than their room's ``retention_days`` go, from the database and from the log.

What says nothing personal and makes the room what it is (its title, its polls) stays in the database without
its author, so that a room can still be made again when its snapshot cannot be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from sqlalchemy import delete, func, select, update

from protocols.messages import Lasting
from server.broker.port import Broker, Unavailable
from server.catalogue import Catalogue
from server.store.database import Database, DatabaseErrors
from server.store.projection import READER
from server.store.tables import checkpoints, records, rooms, snapshots

DAY_MS = 24 * 3_600_000
EVERY_S = 3_600.0
AUTHOR = ("user", "name", "role", "guest", "via", "command")

log = structlog.get_logger(__name__)


class Retention:
    """Deletes what has been kept long enough. ``sweep`` is one look, ``run`` looks every hour."""

    def __init__(self, database: Database, broker: Broker, catalogue: Catalogue) -> None:
        self._database = database
        self._broker = broker
        self._lasting = [kind for kind, event in catalogue.items() if issubclass(event, Lasting) and not event.own]

    async def sweep(self, now: int) -> int:
        """Delete what is too old at ``now``; how many records went. Raises Unavailable and the database's errors."""
        read = select(rooms.c.id, rooms.c.retention_days).where(rooms.c.retention_days > 0)
        async with self._database.reading() as connection:
            kept = (await connection.execute(read)).all()
        gone = 0
        for room, days in kept:
            gone += await self._room(room, now - days * DAY_MS)
        if gone:
            await self._database.overwrite_erased()
        return gone

    async def _room(self, room: str, oldest: int) -> int:
        async with self._database.writing() as connection:
            # Without a snapshot after them the log needs these records to make the room again.
            needed = select(
                select(func.coalesce(func.max(snapshots.c.seq), 0)).where(snapshots.c.room == room).scalar_subquery(),
                select(func.coalesce(func.max(checkpoints.c.seq), 0))
                .where(checkpoints.c.room == room, checkpoints.c.reader == READER)
                .scalar_subquery(),
            )
            upto = min((await connection.execute(needed)).one())
            old = (records.c.room == room) & (records.c.at < oldest) & (records.c.seq <= upto)
            last = (await connection.execute(select(func.max(records.c.seq)).where(old))).scalar_one()
            if last is None:
                return 0
            lasting = records.c.type.in_(self._lasting)
            gone = (await connection.execute(delete(records).where(old, ~lasting))).rowcount
            authored = update(records).where(old, records.c.user.is_not(None))
            gone += (await connection.execute(authored.values(dict.fromkeys(AUTHOR)))).rowcount
        if not gone:
            return 0
        await self._broker.trim(room, last)
        log.info("records_retired", room=room, records=gone, upto=last)
        return gone

    async def run(self, now: Callable[[], int]) -> None:
        """Look now and every hour, until cancelled."""
        while True:
            try:
                await self.sweep(now())
            except (*DatabaseErrors, Unavailable) as error:
                log.warning("retention_failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)
