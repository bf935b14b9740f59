"""Seat codes, and who was erased, in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.messages import ACCOUNT
from server.forgotten import KEPT_MS
from server.seats import Seat
from server.store import postgres
from server.store.database import Database, DatabaseErrors
from server.store.tables import audit, forgotten, seat_codes

WAITING_MOST: Final = 1_000
AGAIN_S: Final = 1.0
KEY: Final = "api-"  # how what is done by an API key is signed
ERASED: Final = "erased"  # who did what somebody did who was erased

log = structlog.get_logger(__name__)


class StoredSeats:
    """A ``SeatTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, seat: Seat, now: int, most: int) -> Seat:
        """Store it, unless this person has one in this room that is still good: then that one, with the new name."""
        theirs = (seat_codes.c.room == seat.room) & (seat_codes.c.user == seat.user)
        async with self._database.writing(durable=True) as connection:
            row = (await connection.execute(select(seat_codes).where(theirs))).one_or_none()
            if row is not None and row.expires_at > now:
                known = replace(_seat(row), name=seat.name, number=seat.number, link=seat.link)
                change = {"name": seat.name, "number": seat.number, "link": seat.link}
                await connection.execute(update(seat_codes).where(theirs).values(change))
                return known
            if row is not None:
                await connection.execute(delete(seat_codes).where(theirs))
            await connection.execute(insert(seat_codes).values(asdict(seat)))
            await self._trim(connection, seat.room, most)
        return seat

    async def find(self, digest: bytes, now: int) -> Seat | None:
        """The seat of this digest, unless it has run out."""
        read = select(seat_codes).where(seat_codes.c.digest == digest, seat_codes.c.expires_at > now)
        async with self._database.reading() as connection:
            row = (await connection.execute(read)).one_or_none()
        return None if row is None else _seat(row)

    async def forget(self, room: str, user: str) -> bool:
        """Remove it; whether there was one."""
        async with self._database.writing(durable=True) as connection:
            return await forget_people(self._database, connection, room, [user]) > 0

    async def _trim(self, connection: AsyncConnection, room: str, most: int) -> None:
        count = select(func.count()).select_from(seat_codes).where(seat_codes.c.room == room)
        over = (await connection.execute(count)).scalar_one() - most
        if over <= 0:
            return
        first = select(seat_codes.c.user).where(seat_codes.c.room == room)
        users = first.order_by(seat_codes.c.expires_at, seat_codes.c.created_at, seat_codes.c.user).limit(over)
        gone = (await connection.execute(users)).scalars().all()
        await forget_seats(self._database, connection, room, gone)


class StoredForgotten:
    """A ``ForgottenTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, room: str, digest: bytes, at: int) -> None:
        """Note it; again changes nothing but the time."""
        async with self._database.writing(durable=True) as connection:
            await self._database.upsert(connection, forgotten, [{"room": room, "digest": digest, "at": at}])

    async def holds(self, room: str, digest: bytes) -> bool:
        """Whether it was noted."""
        read = select(forgotten.c.at).where(forgotten.c.room == room, forgotten.c.digest == digest)
        async with self._database.reading() as connection:
            return (await connection.execute(read)).first() is not None


class SeatsToForget:
    """Those whose seats go because they were erased, whoever asked for it; the host of a room cannot wait for that.

    At most ``most`` wait while the database is away; beyond, the oldest stays until its code has run out.
    """

    def __init__(self, seats: StoredSeats, *, most: int = WAITING_MOST) -> None:
        self._seats = seats
        self._most = most
        self._waiting: dict[tuple[str, str], None] = {}
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def note(self, room: str, user: str) -> None:
        """This person was erased."""
        self._waiting[room, user] = None
        while len(self._waiting) > self._most:
            del self._waiting[next(iter(self._waiting))]
            log.warning("seat_not_forgotten")
        self._news.set()

    async def forget(self) -> None:
        """Remove their seats. Raises the database's errors; what is done stays done."""
        while self._waiting:
            room, user = next(iter(self._waiting))
            await self._seats.forget(room, user)
            self._waiting.pop((room, user), None)

    async def run(self) -> None:
        """Remove them as they come, until cancelled; while the database is away try again and again."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.forget()
            except DatabaseErrors as error:
                log.warning("seats_not_forgotten", waiting=len(self), error=type(error).__name__)
                await asyncio.sleep(AGAIN_S)
                self._news.set()


async def forget_people(database: Database, connection: AsyncConnection, room: str, users: Sequence[str]) -> int:
    """Remove the seats of those who were erased, and their names from the audit; how many seats there were.

    A guest who was made a host, or who came by a host's link, is in the audit by what they did over HTTP. What
    accounts of staff and API keys did stays theirs.
    """
    persons = [user for user in users if not user.startswith((ACCOUNT, KEY))]
    if persons:
        theirs = (audit.c.target == room) & audit.c.who.in_(persons)
        renamed = await connection.execute(update(audit).where(theirs).values(who=ERASED, name=""))
        if renamed.rowcount:
            await database.erased(connection, [room])
    return await forget_seats(database, connection, room, users)


async def forget_seats(database: Database, connection: AsyncConnection, room: str, users: Sequence[str]) -> int:
    """Remove these people's seats inside somebody's transaction; how many there were."""
    if not users:
        return 0
    where = (seat_codes.c.room == room) & seat_codes.c.user.in_(users)
    gone = (await connection.execute(delete(seat_codes).where(where))).rowcount
    if gone:
        # Their names must not stay in the files either.
        await database.erased(connection, [room])
    return gone


async def forget_expired(database: Database, connection: AsyncConnection, now: int) -> None:
    """Remove seats that have run out, and old notes of who was erased."""
    gone = (await connection.execute(delete(seat_codes).where(seat_codes.c.expires_at <= now))).rowcount
    gone += (await connection.execute(delete(forgotten).where(forgotten.c.at <= now - KEPT_MS))).rowcount
    if gone:
        await database.erased(connection, [postgres.NO_ROOM], soon=False)


def _seat(row: Any) -> Seat:
    return Seat(**row._mapping)
