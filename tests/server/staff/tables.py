"""The tables of staff in memory, as the database keeps them, and all parts of staff on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from server.staff.accounts import Accounts, LastOwner, LoginTaken, Member, Shop
from server.staff.audit import Entry, Reader
from server.staff.desk import Staff
from server.staff.roles import StaffRole, Standing
from server.staff.sessions import Session, Sessions, StaffSession


class MemoryAccounts:
    def __init__(self) -> None:
        self.rows: dict[str, Member] = {}
        self.places: dict[str, Shop] = {}

    async def add(self, member: Member) -> None:
        if any(each.login == member.login for each in self.rows.values()):
            raise LoginTaken
        self.rows[member.id] = member

    async def get(self, member_id: str) -> Member | None:
        return self.rows.get(member_id)

    async def by_login(self, login: str) -> Member | None:
        return next((each for each in self.rows.values() if each.login == login), None)

    async def all(self) -> Sequence[Member]:
        return sorted(self.rows.values(), key=lambda each: (each.name, each.id))

    async def change(self, member: Member) -> None:
        after = {**self.rows, member.id: member}

        def owners(rows: dict[str, Member]) -> int:
            return sum(each.role is StaffRole.OWNER and each.disabled_at is None for each in rows.values())

        if owners(self.rows) and not owners(after):
            raise LastOwner
        self.rows = after

    async def set_password(self, member_id: str, password: str) -> None:
        self.rows[member_id] = replace(self.rows[member_id], password=password)

    async def shops(self) -> Sequence[Shop]:
        return sorted(self.places.values(), key=lambda shop: (shop.name, shop.id))

    async def add_shop(self, shop: Shop) -> bool:
        return self.places.setdefault(shop.id, shop) is shop

    async def rename_shop(self, shop_id: str, name: str) -> bool:
        if shop_id not in self.places:
            return False
        self.places[shop_id] = replace(self.places[shop_id], name=name)
        return True


class MemorySessions:
    def __init__(self, accounts: MemoryAccounts) -> None:
        self.rows: dict[str, Session] = {}
        self.accounts = accounts

    async def add(self, session: Session) -> None:
        self.rows[session.id] = session

    async def by_digest(self, digest: bytes) -> StaffSession | None:
        session = next((each for each in self.rows.values() if each.digest == digest), None)
        return None if session is None else StaffSession(session, self.accounts.rows[session.staff])

    async def of_member(self, member_id: str) -> Sequence[Session]:
        mine = [each for each in self.rows.values() if each.staff == member_id and each.ended_at is None]
        return sorted(mine, key=lambda each: (-each.seen_at, each.id))

    async def seen(self, session_id: str, at: int) -> None:
        self.rows[session_id] = replace(self.rows[session_id], seen_at=at)

    async def end(self, session_ids: Sequence[str], at: int) -> None:
        for each in session_ids:
            if self.rows[each].ended_at is None:
                self.rows[each] = replace(self.rows[each], ended_at=at)

    async def ended_since(self, at: int) -> Sequence[str]:
        return [each.id for each in self.rows.values() if each.ended_at is not None and each.ended_at >= at]


class MemoryAudit:
    def __init__(self) -> None:
        self.rows: list[Entry] = []

    async def add(self, entry: Entry) -> None:
        self.rows.append(replace(entry, id=len(self.rows) + 1))

    async def page(self, reader: Reader | None, before: int | None, limit: int) -> Sequence[Entry]:
        told = [
            each
            for each in reversed(self.rows)
            if (before is None or each.id < before)
            and (reader is None or reader.standing.sees(each.shop) or each.who == reader.member)
        ]
        return told[:limit]

    async def prune(self, before: int) -> None:
        self.rows = [each for each in self.rows if each.at >= before]


class MemoryStaff:
    """All tables of one house."""

    def __init__(self) -> None:
        self.accounts = MemoryAccounts()
        self.sessions = MemorySessions(self.accounts)
        self.audit = MemoryAudit()

    def member(self, member_id: str, role: StaffRole, *shops: str, login: str = "") -> Member:
        """An account that is there; its shops too."""
        for shop in shops:
            self.accounts.places.setdefault(shop, Shop(shop, f"Shop {shop}", 1))
        standing = Standing(role, frozenset(shops))
        made = Member(member_id, login or member_id.removeprefix("st_"), member_id.title(), standing, 1)
        self.accounts.rows[made.id] = made
        return made


def staff_on(tables: MemoryStaff, *, clock: Callable[[], float] = time.time) -> Staff:
    """All parts of staff on these tables."""
    return Staff(
        accounts=Accounts(tables.accounts, clock=clock),
        sessions=Sessions(tables.sessions, clock=clock),
    )
