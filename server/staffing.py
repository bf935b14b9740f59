"""Staff on the database: for the server, and for the command line, also while a server is at work on it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic_core import PydanticCustomError

from protocols.errors import Code, Refused
from protocols.messages import By, Role
from protocols.text import clean_line, clean_name
from server.address_file import origin_of
from server.config import Settings
from server.counting import Counting
from server.database import bring_up_to_date, database_of
from server.staff.accounts import Accounts, Member, Shop
from server.staff.audit import Audit
from server.staff.challenges import Challenges
from server.staff.desk import Staff
from server.staff.invitations import Invitation, Invitations, invitation_url
from server.staff.passkeys import Passkeys
from server.staff.passwords import Passwords
from server.staff.roles import StaffRole, standing
from server.staff.sessions import Sessions
from server.staff.sign_in import SignIn
from server.store.audit import StoredAudit
from server.store.database import Database
from server.store.staff import StoredAccounts
from server.store.staff_access import StoredInvitations, StoredPasskeys, StoredSessions

CLI = "cli"


def staff_of(
    database: Database,
    settings: Settings,
    clock: Callable[[], float] = time.time,
    counting: Counting | None = None,
) -> Staff:
    """All that concerns staff, on this database. ``clock`` gives Unix seconds."""
    accounts = Accounts(StoredAccounts(database), clock=clock)
    passwords = Passwords()
    challenges = Challenges(settings.secret.get_secret_value(), counting, clock=clock)
    passkeys = Passkeys(StoredPasskeys(database), challenges, clock=clock)
    return Staff(
        accounts=accounts,
        invitations=Invitations(StoredInvitations(database), clock=clock),
        passkeys=passkeys,
        passwords=passwords,
        sessions=Sessions(StoredSessions(database), token_ttl_s=settings.token_ttl_s, clock=clock),
        sign_in=SignIn(accounts, passwords, passkeys, counting),
    )


class CommandLine:
    """What ``python -m server staff`` does; each act is in the audit."""

    by = By(CLI, "command line", Role.HOST)

    def __init__(self, staff: Staff, audit: Audit, origin: str) -> None:
        self._staff = staff
        self._audit = audit
        self._origin = origin

    async def add(self, role: str, *, shop: str | None, login: str | None, name: str | None) -> str:
        """Invite somebody, into a shop that is made if it is new; the link. Raises Refused: invalid, conflict."""
        given = None if name is None else _cleaned(clean_name, name, "name")
        if login is not None and await self._staff.accounts.by_login(login) is not None:
            raise Refused(Code.CONFLICT, "There is an account of this login; let it in again by staff reset.")
        # Before a shop is made for nothing.
        standing(StaffRole(role), [] if shop is None else [shop])
        shops = [] if shop is None else [(await self._shop(shop)).id]
        wanted = standing(StaffRole(role), shops)
        value, invitation = await self._staff.invitations.create(CLI, wanted, login=login, name=given)
        await self._audit.note(
            self, "staff.invited", invitation.id, shop=shops[0] if shops else None, details={"role": role}
        )
        return invitation_url(self._origin, value)

    async def members(self) -> list[tuple[Member, list[str]]]:
        """All accounts, each with the names of its shops."""
        names = {shop.id: shop.name for shop in await self._staff.accounts.shops(standing(StaffRole.OWNER, ()))}
        everybody = await self._staff.accounts.seen_by(standing(StaffRole.OWNER, ()))
        return [(each, sorted(names.get(shop, shop) for shop in each.standing.shops)) for each in everybody]

    async def open_invitations(self) -> list[Invitation]:
        """Those that can still be used."""
        return list(await self._staff.invitations.open())

    async def reset(self, login: str) -> str:
        """A new way into an account; the link. Raises Refused: not_found, conflict (it is disabled)."""
        member = await self._staff.accounts.by_login(login)
        if member is None:
            raise Refused(Code.NOT_FOUND, "There is no account of this login.")
        if member.disabled_at is not None:
            raise Refused(Code.CONFLICT, "This account is disabled; an owner enables it on the page of staff.")
        value, _ = await self._staff.invitations.for_member(CLI, member)
        await self._audit.note(self, "staff.reset", member.id)
        return invitation_url(self._origin, value)

    async def _shop(self, wanted: str) -> Shop:
        """The shop of this id or name; a new one of this name if there is none."""
        for shop in await self._staff.accounts.shops(standing(StaffRole.OWNER, ())):
            if wanted in {shop.id, shop.name}:
                return shop
        made = await self._staff.accounts.add_shop(_cleaned(clean_line, wanted, "shop"))
        await self._audit.note(self, "shop.created", made.id, shop=made.id)
        return made


def _cleaned(clean: Callable[[str], str], text: str, field: str) -> str:
    try:
        return clean(text)
    except PydanticCustomError as error:
        # These messages are sentences of our own, without what was typed.
        raise Refused(Code.INVALID, f"{field}: {error.message()}") from None


@asynccontextmanager
async def command_line(settings: Settings) -> AsyncIterator[CommandLine]:
    """The command line at work on the database. Raises SettingsError."""
    database = database_of(settings)
    try:
        await bring_up_to_date(settings, database)
        yield CommandLine(staff_of(database, settings), Audit(StoredAudit(database)), origin_of(settings))
    finally:
        await database.close()
