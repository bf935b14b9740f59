"""The tables of staff in memory, as the database keeps them, and all parts of staff on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from argon2 import PasswordHasher

from server.counting import Counting
from server.staff.accounts import Accounts, LastOwner, LoginTaken, Member, Shop
from server.staff.audit import Entry, Reader
from server.staff.challenges import Challenges
from server.staff.desk import Staff
from server.staff.invitations import Invitation, Invitations
from server.staff.passkeys import Passkey, Passkeys
from server.staff.passwords import Passwords
from server.staff.roles import StaffRole, Standing
from server.staff.sessions import Session, Sessions, StaffSession
from server.staff.sign_in import SignIn


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

    async def prune(self, member_id: str, before: int) -> None:
        self.rows = {n: each for n, each in self.rows.items() if each.staff != member_id or each.created_at >= before}


class MemoryPasskeys:
    def __init__(self, accounts: MemoryAccounts) -> None:
        self.rows: dict[str, Passkey] = {}
        self.accounts = accounts

    async def add(self, passkey: Passkey) -> bool:
        if any(each.credential == passkey.credential for each in self.rows.values()):
            return False
        self.rows[passkey.id] = passkey
        return True

    async def of_member(self, member_id: str) -> Sequence[Passkey]:
        return [each for each in self.rows.values() if each.staff == member_id]

    async def by_credential(self, credential: bytes) -> Passkey | None:
        return next((each for each in self.rows.values() if each.credential == credential), None)

    async def used(self, passkey_id: str, sign_count: int, at: int) -> None:
        self.rows[passkey_id] = replace(self.rows[passkey_id], sign_count=sign_count, used_at=at)

    async def remove(self, member_id: str, passkey_id: str) -> bool | None:
        mine = [each.id for each in await self.of_member(member_id)]
        if passkey_id not in mine:
            return None
        if self.accounts.rows[member_id].password is None and len(mine) == 1:
            return False
        del self.rows[passkey_id]
        return True


class MemoryInvitations:
    def __init__(self, accounts: MemoryAccounts, passkeys: MemoryPasskeys) -> None:
        self.rows: dict[str, Invitation] = {}
        self.accounts = accounts
        self.passkeys = passkeys

    async def add(self, invitation: Invitation) -> None:
        self.rows[invitation.id] = invitation

    async def by_digest(self, digest: bytes) -> Invitation | None:
        return next((each for each in self.rows.values() if each.digest == digest), None)

    async def all(self) -> Sequence[Invitation]:
        return [each for each in reversed(self.rows.values()) if each.ended_at is None]

    async def prune(self, before: int) -> None:
        self.rows = {name: each for name, each in self.rows.items() if each.expires_at >= before}

    async def end(self, invitation_id: str, at: int) -> bool:
        found = self.rows.get(invitation_id)
        if found is None or found.ended_at is not None:
            return False
        self.rows[invitation_id] = replace(found, ended_at=at)
        return True

    async def end_of(self, member_id: str, at: int) -> None:
        for each in list(self.rows.values()):
            if member_id in {each.created_by, each.staff}:
                await self.end(each.id, at)

    async def use(self, invitation: Invitation, member: Member, passkey: Passkey | None, at: int) -> bool:
        if self.rows[invitation.id].ended_at is not None:
            return False
        if invitation.staff is None:
            await self.accounts.add(member)
        else:
            before = self.accounts.rows[invitation.staff]
            self.accounts.rows[before.id] = replace(before, password=member.password, name=member.name)
            self.passkeys.rows = {key: each for key, each in self.passkeys.rows.items() if each.staff != before.id}
        if passkey is not None:
            await self.passkeys.add(passkey)
        return await self.end(invitation.id, at)


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

    async def of(self, who: str, action: str, limit: int) -> Sequence[Entry]:
        return [each for each in reversed(self.rows) if (each.who, each.action) == (who, action)][:limit]

    async def prune(self, before: int) -> None:
        self.rows = [each for each in self.rows if each.at >= before]


class MemoryStaff:
    """All tables of one house."""

    def __init__(self) -> None:
        self.accounts = MemoryAccounts()
        self.sessions = MemorySessions(self.accounts)
        self.passkeys = MemoryPasskeys(self.accounts)
        self.invitations = MemoryInvitations(self.accounts, self.passkeys)
        self.audit = MemoryAudit()

    def member(self, member_id: str, role: StaffRole, *shops: str, login: str = "") -> Member:
        """An account that is there; its shops too."""
        for shop in shops:
            self.accounts.places.setdefault(shop, Shop(shop, f"Shop {shop}", 1))
        standing = Standing(role, frozenset(shops))
        made = Member(member_id, login or member_id.removeprefix("st_"), member_id.title(), standing, 1)
        self.accounts.rows[made.id] = made
        return made


# A password is checked in a moment, not in the time that makes guessing dear.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def staff_on(
    tables: MemoryStaff,
    *,
    secret: str,
    clock: Callable[[], float] = time.time,
    counting: Counting | None = None,
) -> Staff:
    """All parts of staff on these tables."""
    accounts = Accounts(tables.accounts, clock=clock)
    passwords = Passwords(QUICK)
    passkeys = Passkeys(tables.passkeys, Challenges(secret, counting, clock=clock), clock=clock)
    return Staff(
        accounts=accounts,
        invitations=Invitations(tables.invitations, clock=clock),
        passkeys=passkeys,
        passwords=passwords,
        sessions=Sessions(tables.sessions, clock=clock),
        sign_in=SignIn(accounts, passwords, passkeys, counting),
    )
