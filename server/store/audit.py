"""The audit in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select

from server.staff.audit import Entry, Reader
from server.store.database import Database
from server.store.tables import audit


class StoredAudit:
    """An ``AuditTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: Entry) -> None:
        """Store an entry; its id is given to it here."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                insert(audit).values(
                    at=entry.at,
                    who=entry.who,
                    name=entry.name,
                    shop=entry.shop,
                    action=entry.action,
                    target=entry.target,
                    details=dict(entry.details),
                )
            )

    async def page(self, reader: Reader | None, before: int | None, limit: int) -> Sequence[Entry]:
        """The last entries with ``id < before``, the newest first; all of them without a reader."""
        read = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            read = read.where(audit.c.id < before)
        if reader is not None and not reader.standing.everywhere:
            read = read.where(or_(audit.c.shop.in_(sorted(reader.standing.shops)), audit.c.who == reader.member))
        return await self._read(read)

    async def of(self, who: str, action: str, limit: int) -> Sequence[Entry]:
        """The last such acts of one, the newest first."""
        theirs = select(audit).where(audit.c.who == who, audit.c.action == action)
        return await self._read(theirs.order_by(audit.c.id.desc()).limit(limit))

    async def prune(self, before: int) -> None:
        """Remove entries made before this instant."""
        async with self._database.writing() as connection:
            await connection.execute(delete(audit).where(audit.c.at < before))

    async def _read(self, read: Select[Any]) -> Sequence[Entry]:
        async with self._database.reading() as connection:
            rows = await connection.execute(read)
            return [
                Entry(row.id, row.at, row.who, row.name, row.shop, row.action, row.target, row.details) for row in rows
            ]
