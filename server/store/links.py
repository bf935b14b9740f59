"""Links and API keys in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from protocols.messages import STAFF, Role
from server.keys import ApiKey
from server.links import Link
from server.store.database import Database
from server.store.tables import api_keys, links, records


class StoredLinks:
    """A ``LinkTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: Link) -> None:
        """Store a new link."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                insert(links).values(
                    id=link.id,
                    room=link.room,
                    role=str(link.role),
                    label=link.label,
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                    revoked_at=link.revoked_at,
                )
            )

    async def get(self, link_id: str) -> Link | None:
        """The link, also one that was withdrawn; None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(links).where(links.c.id == link_id))).one_or_none()
        return None if row is None else _link(row)

    async def of_room(self, room: str) -> Sequence[Link]:
        """All links of a room, the newest first."""
        read = select(links).where(links.c.room == room).order_by(links.c.created_at.desc(), links.c.id)
        async with self._database.reading() as connection:
            return [_link(row) for row in await connection.execute(read)]

    async def revoke(self, link_id: str, at: int) -> None:
        """Mark as withdrawn; the first time stands."""
        change = update(links).where(links.c.id == link_id, links.c.revoked_at.is_(None)).values(revoked_at=at)
        async with self._database.writing(durable=True) as connection:
            await connection.execute(change)

    async def revoked_since(self, at: int) -> Sequence[str]:
        """The ids of links withdrawn at or after ``at``."""
        async with self._database.reading() as connection:
            return list((await connection.execute(select(links.c.id).where(links.c.revoked_at >= at))).scalars())

    async def staff_seen(self, room: str, most: int) -> Sequence[str]:
        """Names under which staff did something in a room; at most so many. Guests with another role are none."""
        acted = (records.c.room == room) & records.c.role.in_([str(role) for role in STAFF])
        # Who was erased has no name; a guest who became a moderator is still let in under theirs.
        named = records.c.name.is_not(None) & (records.c.name != "") & records.c.guest.is_not(True)
        read = select(records.c.name).where(acted, named).distinct().limit(most)
        async with self._database.reading() as connection:
            return list((await connection.execute(read)).scalars())


class StoredKeys:
    """A ``KeyTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey) -> None:
        """Store a new key."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                insert(api_keys).values(
                    id=key.id,
                    label=key.label,
                    digest=key.digest,
                    created_at=key.created_at,
                    revoked_at=key.revoked_at,
                )
            )

    async def get(self, key_id: str) -> ApiKey | None:
        """The key, also one that was withdrawn; None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(api_keys).where(api_keys.c.id == key_id))).one_or_none()
        return None if row is None else _key(row)

    async def all(self) -> Sequence[ApiKey]:
        """All keys, the newest first."""
        read = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
        async with self._database.reading() as connection:
            return [_key(row) for row in await connection.execute(read)]

    async def revoke(self, key_id: str, at: int) -> None:
        """Mark as withdrawn; the first time stands."""
        change = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        async with self._database.writing(durable=True) as connection:
            await connection.execute(change.values(revoked_at=at))


def _link(row: Any) -> Link:
    return Link(row.id, row.room, Role(row.role), row.label, row.created_at, row.expires_at, row.revoked_at)


def _key(row: Any) -> ApiKey:
    return ApiKey(row.id, row.label or "", row.digest, row.created_at, row.revoked_at)
