"""Invitations: a link that makes an account, once, within seven days; or gives an account a new way in.

The link holds a random value, kept as a digest. It stands in the fragment of an address, which browsers send to nobody.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from protocols.errors import Code, Refused
from server.staff.accounts import LoginTaken, Member, clean_login, new_member_id
from server.staff.passkeys import Passkey
from server.staff.roles import Standing

LIFE_MS: Final = 7 * 86_400_000
KEPT_MS: Final = 30 * 86_400_000  # after it has run out: who opens it late is told why
OPEN_LIMIT: Final = 200  # that can still be used
VALUE_LENGTH: Final = 64  # characters; ours have 32


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it is stored; instants in ms. ``staff`` is the account that gets a new way in."""

    id: str
    digest: bytes
    standing: Standing
    created_by: str
    created_at: int
    expires_at: int
    login: str | None = None
    name: str | None = None
    staff: str | None = None
    ended_at: int | None = None

    def open(self, now: int) -> bool:
        """Whether it can still be used."""
        return self.ended_at is None and now < self.expires_at


class InvitationTable(Protocol):
    """Where invitations are kept."""

    async def add(self, invitation: Invitation) -> None:
        """Store a new invitation."""

    async def by_digest(self, digest: bytes) -> Invitation | None:
        """The invitation of this digest, also one that has ended."""

    async def all(self) -> Sequence[Invitation]:
        """Those that have not ended, the newest first; some may have run out."""

    async def prune(self, before: int) -> None:
        """Remove those that ran out before this instant."""

    async def end(self, invitation_id: str, at: int) -> bool:
        """Mark as ended; False if it was already."""

    async def end_of(self, member_id: str, at: int) -> None:
        """Mark as ended what this member made, and what was made for them."""

    async def use(self, invitation: Invitation, member: Member, passkey: Passkey | None, at: int) -> bool:
        """In one step: end it, and store the account with its ways in, or replace those of one that is there.

        False if it has ended already. Raises LoginTaken; then it can still be used.
        """


class Invitations:
    """Makes, reads and uses invitations. ``clock`` gives Unix seconds."""

    def __init__(self, table: InvitationTable, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    async def create(
        self, by: str, standing: Standing, *, login: str | None = None, name: str | None = None
    ) -> tuple[str, Invitation]:
        """Invite somebody: the value, given out this once. Raises Refused: conflict (too many), invalid (login)."""
        return await self._create(by, standing, None if login is None else clean_login(login), name, None)

    async def for_member(self, by: str, member: Member) -> tuple[str, Invitation]:
        """Give an account a new way in; using it ends all earlier ones. Raises Refused: conflict (too many)."""
        return await self._create(by, member.standing, member.login, member.name, member.id)

    async def _create(
        self, by: str, standing: Standing, login: str | None, name: str | None, staff: str | None
    ) -> tuple[str, Invitation]:
        now = self._now()
        if len(await self.open()) >= OPEN_LIMIT:
            raise Refused(Code.CONFLICT, f"There are {OPEN_LIMIT} open invitations; withdraw some first.")
        await self._table.prune(now - KEPT_MS)
        value = secrets.token_urlsafe(24)
        made = Invitation(
            f"in_{secrets.token_hex(8)}", _digest(value), standing, by, now, now + LIFE_MS, login, name, staff
        )
        await self._table.add(made)
        return value, made

    async def open(self) -> Sequence[Invitation]:
        """Those that can still be used, the newest first."""
        now = self._now()
        return [each for each in await self._table.all() if each.open(now)]

    async def read(self, value: str) -> Invitation:
        """The invitation that somebody holds. Raises Refused: unauthorized, revoked (used, withdrawn), expired."""
        found = None
        if value and len(value) <= VALUE_LENGTH and value.isascii():
            found = await self._table.by_digest(_digest(value))
        if found is None:
            raise Refused(Code.UNAUTHORIZED, "There is no such invitation.")
        if found.ended_at is not None:
            raise Refused(Code.REVOKED, "The invitation was used or withdrawn.")
        if not found.open(self._now()):
            raise Refused(Code.EXPIRED, "The invitation has expired.")
        return found

    def account(self, invitation: Invitation, login: str, name: str, *, member_id: str | None = None) -> Member:
        """The account that this invitation makes. Raises Refused: invalid (login)."""
        wanted = clean_login(login)
        if invitation.login is not None and wanted != invitation.login:
            raise Refused(Code.INVALID, "login: the invitation is for another")
        made = invitation.staff or member_id or new_member_id()
        return Member(made, wanted, name, invitation.standing, self._now())

    async def use(self, invitation: Invitation, member: Member, passkey: Passkey | None = None) -> None:
        """Make the account. Raises Refused: revoked (somebody was quicker), conflict (the login is taken)."""
        try:
            used = await self._table.use(invitation, member, passkey, self._now())
        except LoginTaken:
            raise Refused(Code.CONFLICT, "login: is taken") from None
        if not used:
            raise Refused(Code.REVOKED, "The invitation was used or withdrawn.")

    async def end(self, invitation_id: str) -> None:
        """Withdraw an invitation. Raises Refused: not_found."""
        if not await self._table.end(invitation_id, self._now()):
            raise Refused(Code.NOT_FOUND)

    async def end_of(self, member_id: str) -> None:
        """Withdraw what a member made who may not any more, and what would let them in again."""
        await self._table.end_of(member_id, self._now())

    def _now(self) -> int:
        return int(self._clock() * 1000)


def invitation_url(origin: str, value: str) -> str:
    """The address that holds an invitation."""
    return f"{origin}/staff#invitation={value}"


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
