"""Sessions of staff in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from server.staff.sessions import Session, StaffSession
from server.store.database import Database
from server.store.staff import member_of, places_of
from server.store.tables import staff, staff_sessions


class StoredSessions:
    """A ``SessionTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: Session) -> None:
        """Store a new session."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                insert(staff_sessions).values(
                    id=session.id,
                    digest=session.digest,
                    staff=session.staff,
                    agent=session.agent,
                    created_at=session.created_at,
                    seen_at=session.seen_at,
                    ended_at=session.ended_at,
                )
            )

    async def by_digest(self, digest: bytes) -> StaffSession | None:
        """The session of this digest and its account, also when ended or disabled."""
        async with self._database.reading() as connection:
            read = select(staff_sessions).where(staff_sessions.c.digest == digest)
            row = (await connection.execute(read)).one_or_none()
            if row is None:
                return None
            own = (await connection.execute(select(staff).where(staff.c.id == row.staff))).one()
            return StaffSession(_session(row), member_of(own, await places_of(connection, own.id)))

    async def of_member(self, member_id: str) -> Sequence[Session]:
        """The sessions of an account that were not ended, the one used last first."""
        read = (
            select(staff_sessions)
            .where(staff_sessions.c.staff == member_id, staff_sessions.c.ended_at.is_(None))
            .order_by(staff_sessions.c.seen_at.desc(), staff_sessions.c.id)
        )
        async with self._database.reading() as connection:
            return [_session(row) for row in await connection.execute(read)]

    async def seen(self, session_id: str, at: int) -> None:
        """Note that it was used."""
        async with self._database.writing() as connection:
            await connection.execute(update(staff_sessions).where(staff_sessions.c.id == session_id).values(seen_at=at))

    async def end(self, session_ids: Sequence[str], at: int) -> None:
        """Mark as ended; the first time stands."""
        live = staff_sessions.c.id.in_(session_ids) & staff_sessions.c.ended_at.is_(None)
        async with self._database.writing(durable=True) as connection:
            await connection.execute(update(staff_sessions).where(live).values(ended_at=at))

    async def ended_since(self, at: int) -> Sequence[str]:
        """The ids of sessions ended at or after ``at``."""
        async with self._database.reading() as connection:
            read = select(staff_sessions.c.id).where(staff_sessions.c.ended_at >= at)
            return list((await connection.execute(read)).scalars())


def _session(row: Any) -> Session:
    return Session(row.id, row.digest, row.staff, row.agent, row.created_at, row.seen_at, row.ended_at)
