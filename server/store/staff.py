"""Accounts of staff and shops in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.staff.accounts import LastOwner, LoginTaken, Member, Shop
from server.staff.roles import StaffRole, Standing
from server.store.database import Database
from server.store.tables import shops, staff, staff_sessions, staff_shops


class StoredAccounts:
    """An ``AccountTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, member: Member) -> None:
        """Store a new account. Raises LoginTaken."""
        async with self._database.writing(durable=True) as connection:
            await add_member(connection, member)

    async def get(self, member_id: str) -> Member | None:
        """The account, also a disabled one."""
        return await self._one(select(staff).where(staff.c.id == member_id))

    async def by_login(self, login: str) -> Member | None:
        """The account of this login, also a disabled one."""
        return await self._one(select(staff).where(staff.c.login == login))

    async def all(self) -> Sequence[Member]:
        """All accounts, in the order of their names."""
        used = select(staff_sessions.c.staff, func.max(staff_sessions.c.seen_at)).group_by(staff_sessions.c.staff)
        async with self._database.reading() as connection:
            places: dict[str, set[str]] = {}
            for member, shop in await connection.execute(select(staff_shops.c.staff, staff_shops.c.shop)):
                places.setdefault(member, set()).add(shop)
            seen: dict[str, int] = {row[0]: row[1] for row in await connection.execute(used)}
            rows = await connection.execute(select(staff).order_by(staff.c.name, staff.c.id))
            return [member_of(row, frozenset(places.get(row.id, ())), seen.get(row.id)) for row in rows]

    async def change(self, member: Member) -> None:
        """Store role, shops and whether disabled. Raises LastOwner if no owner could sign in afterwards."""
        values = {"role": str(member.role), "disabled_at": member.disabled_at}
        owners = select(staff.c.id).where(
            staff.c.role == str(StaffRole.OWNER), staff.c.disabled_at.is_(None), staff.c.id != member.id
        )
        async with self._database.writing(durable=True) as connection:
            # Locked, so that two owners who take each other away at once do not both succeed.
            others = (await connection.execute(owners.with_for_update())).all()
            if not others and (member.role is not StaffRole.OWNER or member.disabled_at is not None):
                row = (await connection.execute(select(staff).where(staff.c.id == member.id))).one()
                if row.role == StaffRole.OWNER and row.disabled_at is None:
                    raise LastOwner
            await connection.execute(update(staff).where(staff.c.id == member.id).values(values))
            await connection.execute(delete(staff_shops).where(staff_shops.c.staff == member.id))
            await _add_places(connection, member)

    async def set_password(self, member_id: str, password: str) -> None:
        """Store the hash of a new password."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(update(staff).where(staff.c.id == member_id).values(password=password))

    async def shops(self) -> Sequence[Shop]:
        """All shops, in the order of their names."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(shops).order_by(shops.c.name, shops.c.id))
            return [Shop(row.id, row.name, row.created_at) for row in rows]

    async def add_shop(self, shop: Shop) -> bool:
        """Store a new shop; False if there is one of this id."""
        values = {"id": shop.id, "name": shop.name, "created_at": shop.created_at}
        try:
            async with self._database.writing(durable=True) as connection:
                await connection.execute(insert(shops).values(values))
        except IntegrityError:
            return False
        return True

    async def rename_shop(self, shop_id: str, name: str) -> bool:
        """Give a shop another name; False if there is none."""
        async with self._database.writing(durable=True) as connection:
            changed = await connection.execute(update(shops).where(shops.c.id == shop_id).values(name=name))
        return changed.rowcount > 0

    async def _one(self, read: Select[Any]) -> Member | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(read)).one_or_none()
            return None if row is None else member_of(row, await places_of(connection, row.id))


async def add_member(connection: AsyncConnection, member: Member) -> None:
    """Store a new account within a transaction. Raises LoginTaken."""
    taken = await connection.execute(select(staff.c.id).where(staff.c.login == member.login))
    if taken.first() is not None:
        raise LoginTaken
    try:
        await connection.execute(
            insert(staff).values(
                id=member.id,
                login=member.login,
                name=member.name,
                role=str(member.role),
                password=member.password,
                created_at=member.created_at,
                disabled_at=member.disabled_at,
            )
        )
    except IntegrityError:
        # Another node was quicker.
        raise LoginTaken from None
    await _add_places(connection, member)


async def places_of(connection: AsyncConnection, member_id: str) -> frozenset[str]:
    """The shops of an account."""
    read = select(staff_shops.c.shop).where(staff_shops.c.staff == member_id)
    return frozenset((await connection.execute(read)).scalars())


def member_of(row: Any, places: frozenset[str], seen_at: int | None = None) -> Member:
    """A row of ``staff`` as an account."""
    standing = Standing(StaffRole(row.role), places)
    return Member(row.id, row.login, row.name, standing, row.created_at, row.password, row.disabled_at, seen_at)


async def _add_places(connection: AsyncConnection, member: Member) -> None:
    rows = [{"staff": member.id, "shop": shop} for shop in sorted(member.standing.shops)]
    if rows:
        await connection.execute(insert(staff_shops), rows)
