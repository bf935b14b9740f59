"""Retention: records older than their room's ``retention_days`` go, from the room, the database and the log.

First the room forgets them, in an event of its own, and is stored without them; only then is nothing lost with the
records. The database tells which rooms have any: the others are left alone.

What says nothing personal and makes the room what it is (its title, its polls) stays in the database without
its author, so that a room can still be made again when its snapshot cannot be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import structlog
from sqlalchemy import BigInteger, ColumnElement, cast, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.errors import Refused
from protocols.limits import DAY_MS, DEDUPE_WINDOW_MS
from protocols.messages import Lasting
from rooms.poll_events import PollClosed
from server.broker.port import Broker, Unavailable
from server.catalogue import Catalogue
from server.store.database import Database, DatabaseErrors
from server.store.projection import READER, ROWS, reached
from server.store.seats import forget_expired
from server.store.tables import ballots, checkpoints, records, rooms, snapshots

KEYS_EVERY_S = 60.0
LOOKS = 60  # looks after keys for one after old records: every hour
AUTHOR = ("user", "name", "role", "guest", "via", "shop", "command")

log = structlog.get_logger(__name__)


class Retention:
    """Deletes what has been kept long enough. ``sweep`` is one look, ``run`` looks every hour.

    ``forget_keys`` takes from erased records what they were still kept for: that sending again stays safe.

    ``retire(room, before, upto)`` lets a room forget what is older than ``before``: its records up to ``upto``.
    ``mine(room)`` says whether the room is left to this process; where two think so, the second finds it done.
    """

    def __init__(
        self,
        database: Database,
        broker: Broker,
        catalogue: Catalogue,
        *,
        retire: Callable[[str, int, int], Awaitable[None]],
        mine: Callable[[str], bool] = lambda _room: True,
    ) -> None:
        self._database = database
        self._broker = broker
        self._retire = retire
        self._mine = mine
        lasting = [kind for kind, event in catalogue.items() if issubclass(event, Lasting) and not event.own]
        self._lasting = records.c.type.in_(lasting)

    async def sweep(self, now: int) -> int:
        """Delete what is too old at ``now``; how many records went. Raises Unavailable and the database's errors."""
        # PostgreSQL takes a number for a small one if it is not told.
        oldest = literal(now, BigInteger) - cast(rooms.c.retention_days, BigInteger) * literal(DAY_MS, BigInteger)
        # Asked in one go: of very many rooms most are quiet, and have nothing of the kind.
        old = select(records.c.seq).where(records.c.room == rooms.c.id, records.c.at < oldest, self._going())
        read = select(rooms.c.id, rooms.c.retention_days).where(rooms.c.retention_days > 0, old.exists())
        async with self._database.reading() as connection:
            kept = [row for row in await connection.execute(read) if self._mine(row.id)]
        gone = 0
        for room, days in kept:
            try:
                gone += await self._room(room, now - days * DAY_MS)
            except Refused as refused:
                # Its settings may just have changed, or the server may be about to stop. The others need not wait.
                log.warning("room_not_retired", room=room, code=refused.code)
            except (*DatabaseErrors, Unavailable):
                raise
            except Exception:
                # Nor need they wait for one that meets a fault.
                log.exception("room_not_retired", room=room)
        async with self._database.writing() as connection:
            await forget_expired(self._database, connection, now)
        if self._database.uncut:
            await self._database.overwrite_erased()
        return gone

    async def _room(self, room: str, oldest: int) -> int:
        old = (records.c.room == room) & (records.c.at < oldest)
        async with self._database.reading() as connection:
            if not await self._last(connection, old & self._going()):
                return 0
            upto = await self._last(connection, old)
        await self._retire(room, oldest, upto)
        async with self._database.writing() as connection:
            await reached(self._database, connection, [room])
            await self._database.erased(connection, [room], soon=False)
            # Without a snapshot after them the log needs these records to make the room again.
            needed = select(
                select(func.coalesce(func.max(snapshots.c.seq), 0)).where(snapshots.c.room == room).scalar_subquery(),
                select(func.coalesce(func.max(checkpoints.c.seq), 0))
                .where(checkpoints.c.room == room, checkpoints.c.reader == READER)
                .scalar_subquery(),
            )
            old &= records.c.seq <= min((await connection.execute(needed)).one())
            last = await self._last(connection, old)
            gone = (await connection.execute(delete(records).where(old, ~self._lasting))).rowcount
            authored = update(records).where(old, records.c.user.is_not(None))
            gone += (await connection.execute(authored.values(dict.fromkeys(AUTHOR)))).rowcount
            # An open poll still needs them, so that nobody votes twice.
            closed = select(records.c.data["poll"].as_string()).where(old, records.c.type == PollClosed.type)
            await connection.execute(delete(ballots).where(ballots.c.room == room, ballots.c.poll.in_(closed)))
        if not gone:
            return 0
        await self._broker.trim(room, last)
        log.info("records_retired", room=room, records=gone, upto=last)
        return gone

    def _going(self) -> ColumnElement[bool]:
        return ~self._lasting | records.c.user.is_not(None)

    async def _last(self, connection: AsyncConnection, which: ColumnElement[bool]) -> int:
        last: int | None = (await connection.execute(select(func.max(records.c.seq)).where(which))).scalar_one()
        return last or 0

    async def forget_keys(self, now: int) -> None:
        """Take the keys of commands from erased records that are older than the dedupe window. Raises as ``sweep``."""
        found = await self._broker.keyed(now - DEDUPE_WINDOW_MS)
        keyed = {room: seqs for room, seqs in found.items() if self._mine(room)}
        if not keyed:
            return
        # The log last: it is what tells which.
        async with self._database.writing() as connection:
            await reached(self._database, connection, keyed)
            await self._database.erased(connection, keyed)
            for room, seqs in keyed.items():
                for start in range(0, len(seqs), ROWS):
                    which = (records.c.room == room) & records.c.seq.in_(seqs[start : start + ROWS])
                    await connection.execute(update(records).where(which).values(command=None))
        await self._broker.forget(keyed)
        await self._database.overwrite_erased()

    async def run(self, now: Callable[[], int]) -> None:
        """Look now and every hour, and after keys every minute, until cancelled."""
        for look in count():
            try:
                await self.forget_keys(now())
                if look % LOOKS == 0:
                    await self.sweep(now())
            except (*DatabaseErrors, Unavailable) as error:
                log.warning("retention_failed", error=type(error).__name__)
            except Exception:
                # Never without retention, whatever it met.
                log.exception("retention_failed")
            await asyncio.sleep(KEYS_EVERY_S)
