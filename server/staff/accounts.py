"""Accounts and shops: who there is, and changes to them.

Accounts are never removed, so that the audit and the rooms keep who did what: they are disabled, which ends their
sessions, and with them every token that names one.
"""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from protocols.errors import Code, Refused
from server.staff.roles import StaffRole, Standing, managing, standing

LOGIN_LENGTH: Final = 64
SHOPS_LIMIT: Final = 1_000
SHOPS_EACH: Final = 200  # of one account; so many ids still fit into one request. Who runs more is an owner
_LOGIN: Final = re.compile(r"[\w.@+-]{2,64}")


class LoginTaken(Exception):
    """There is an account of this login."""


class LastOwner(Exception):
    """Nobody could run the house afterwards."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A place where events are held; ``created_at`` in ms."""

    id: str
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Member:
    """An account of staff; instants in ms. ``seen_at`` is when one of their sessions was used last."""

    id: str
    login: str
    name: str
    standing: Standing
    created_at: int
    password: str | None = field(default=None, repr=False)
    disabled_at: int | None = None
    seen_at: int | None = None

    @property
    def role(self) -> StaffRole:
        """What they are."""
        return self.standing.role

    def with_password(self, hashed: str) -> Member:
        """The same, with another password."""
        return replace(self, password=hashed)


class AccountTable(Protocol):
    """Where accounts and shops are kept."""

    async def add(self, member: Member) -> None:
        """Store a new account. Raises LoginTaken."""

    async def get(self, member_id: str) -> Member | None:
        """The account, also a disabled one."""

    async def by_login(self, login: str) -> Member | None:
        """The account of this login, also a disabled one."""

    async def all(self) -> Sequence[Member]:
        """All accounts, in the order of their names."""

    async def change(self, member: Member) -> None:
        """Store role, shops and whether disabled. Raises LastOwner if no owner could sign in afterwards."""

    async def set_password(self, member_id: str, password: str) -> None:
        """Store the hash of a new password."""

    async def shops(self) -> Sequence[Shop]:
        """All shops, in the order of their names."""

    async def add_shop(self, shop: Shop) -> bool:
        """Store a new shop; False if there is one of this id."""

    async def rename_shop(self, shop_id: str, name: str) -> bool:
        """Give a shop another name; False if there is none."""


def clean_login(login: str) -> str:
    """A login as it is compared: case does not count. Raises Refused: invalid."""
    folded = unicodedata.normalize("NFKC", login).strip().casefold()
    if not _LOGIN.fullmatch(folded):
        raise Refused(Code.INVALID, "login: needs 2 to 64 letters, digits or any of . @ + - _")
    return folded


def new_member_id() -> str:
    """An id that also stands in rooms, as who said something."""
    return f"st_{secrets.token_hex(8)}"


class Accounts:
    """Changes accounts and shops within what a member may. ``clock`` gives Unix seconds."""

    def __init__(self, table: AccountTable, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    async def get(self, member_id: str) -> Member | None:
        """The account of this id."""
        return await self._table.get(member_id)

    async def by_login(self, login: str) -> Member | None:
        """The account of this login; None also for what no login can be."""
        try:
            return await self._table.by_login(clean_login(login))
        except Refused:
            return None

    async def seen_by(self, own: Standing) -> Sequence[Member]:
        """The accounts that belong to a shop of theirs; owners see all."""
        return [each for each in await self._table.all() if own.everywhere or each.standing.shops & own.shops]

    async def change(
        self,
        by: Member,
        member_id: str,
        *,
        role: StaffRole | None = None,
        shops: Collection[str] | None = None,
        disabled: bool | None = None,
    ) -> tuple[Member, Member]:
        """Change an account; what it was, and what it is.

        Raises Refused: not_found, forbidden (above the changer, or of another shop; oneself but for an owner),
        conflict (the last owner), invalid (no shop, or one that is not there).
        """
        before = await self._table.get(member_id)
        if before is None or not (by.standing.everywhere or before.standing.shops & by.standing.shops):
            raise Refused(Code.NOT_FOUND)
        if before.id == by.id and by.role is not StaffRole.OWNER:
            raise Refused(Code.FORBIDDEN, "Nobody changes their own account but an owner.")
        # Both what it was and what it becomes: nobody takes away what they could not give.
        managing(by.standing, before.standing)
        after = before
        if role is not None or shops is not None:
            wanted = before.standing.shops if shops is None else shops
            after = replace(before, standing=standing(role or before.role, wanted))
            managing(by.standing, after.standing)
            await self.known_shops(after.standing.shops)
        if disabled is not None:
            at = before.disabled_at or int(self._clock() * 1000)
            after = replace(after, disabled_at=at if disabled else None)
        try:
            await self._table.change(after)
        except LastOwner:
            raise Refused(Code.CONFLICT, "At least one owner must be able to sign in.") from None
        return before, after

    async def set_password(self, member_id: str, hashed: str) -> None:
        """Store the hash of a new password."""
        await self._table.set_password(member_id, hashed)

    async def shops(self, own: Standing) -> Sequence[Shop]:
        """The shops that are theirs."""
        return [shop for shop in await self._table.shops() if own.sees(shop.id)]

    async def known_shops(self, shops: Collection[str]) -> None:
        """Raises Refused: invalid, if one of these shops is not there."""
        if not set(shops) <= {shop.id for shop in await self._table.shops()}:
            raise Refused(Code.INVALID, "shops: there is no such shop")

    async def add_shop(self, name: str, shop_id: str | None = None) -> Shop:
        """Make a shop. Raises Refused: conflict (the id is taken, or too many)."""
        if len(await self._table.shops()) >= SHOPS_LIMIT:
            raise Refused(Code.CONFLICT, f"There are {SHOPS_LIMIT} shops already.")
        shop = Shop(shop_id or f"sh_{secrets.token_hex(6)}", name, int(self._clock() * 1000))
        if not await self._table.add_shop(shop):
            raise Refused(Code.CONFLICT, "There is a shop of this id.")
        return shop

    async def rename_shop(self, shop_id: str, name: str) -> None:
        """Give a shop another name. Raises Refused: not_found."""
        if not await self._table.rename_shop(shop_id, name):
            raise Refused(Code.NOT_FOUND)
