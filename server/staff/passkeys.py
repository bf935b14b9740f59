"""Passkeys: making one, and signing in by one. The library checks what the authenticator signed.

Our authenticators must hold the key themselves and ask for a finger, a face or a PIN: the passkey is all that is asked.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Final, Protocol

import structlog

from protocols.errors import Code, Refused
from server.staff.challenges import Challenges

PASSKEYS_EACH: Final = 20
HOUSE: Final = "Showfloor"

log = structlog.get_logger(__name__)

Credential = Mapping[str, Any]
Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: ``id`` a host's name, ``origin`` that of our pages there."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as it is stored; instants in ms. ``sign_count`` only grows, unless somebody copied the key."""

    id: str
    staff: str
    credential: bytes
    public_key: bytes
    sign_count: int
    label: str
    created_at: int
    used_at: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a new passkey is for, as the authenticator shows them."""

    id: str
    login: str
    name: str


class PasskeyTable(Protocol):
    """Where passkeys are kept."""

    async def add(self, passkey: Passkey) -> bool:
        """Store a new passkey; False if there is one of this credential."""

    async def of_member(self, member_id: str) -> Sequence[Passkey]:
        """The passkeys of an account, the oldest first."""

    async def by_credential(self, credential: bytes) -> Passkey | None:
        """The passkey of this credential."""

    async def used(self, passkey_id: str, sign_count: int, at: int) -> None:
        """Note that somebody signed in by it."""

    async def remove(self, member_id: str, passkey_id: str) -> bool | None:
        """Remove it; None if there is none, False if it is the only way into this account."""


class Passkeys:
    """Makes, checks and removes passkeys. ``clock`` gives Unix seconds."""

    def __init__(self, table: PasskeyTable, challenges: Challenges, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._challenges = challenges
        self._clock = clock

    async def offer(self, site: Site, person: Person, *, purpose: str, subject: str) -> tuple[str, Options]:
        """What a browser needs to make a passkey: the challenge's handle, and the options."""
        handle, challenge = self._challenges.make(purpose, subject)
        have = await self._table.of_member(person.id)
        authenticators = await _authenticators()
        who, credentials = (person.id, person.login, person.name), [each.credential for each in have]
        return handle, authenticators.to_make(site.id, HOUSE, who, challenge.value, credentials)

    async def subject(self, handle: str, purpose: str) -> tuple[bytes, str]:
        """The challenge and its subject, which may be had once. Raises Refused: invalid, expired."""
        challenge = await self._challenges.take(handle, purpose)
        return challenge.value, challenge.subject

    async def made(
        self, site: Site, challenge: bytes, credential: Credential, *, member_id: str, label: str
    ) -> Passkey:
        """The passkey that an authenticator made, not stored yet. Raises Refused: invalid."""
        authenticators = await _authenticators()
        try:
            new = authenticators.made(site.id, site.origin, challenge, credential)
        except Exception as error:
            raise _not_good(error, Code.INVALID) from None
        passkey_id = f"pk_{secrets.token_hex(8)}"
        return Passkey(passkey_id, member_id, new.credential, new.public_key, new.sign_count, label, self._now())

    async def add(self, passkey: Passkey) -> None:
        """Store a passkey of an account. Raises Refused: conflict (there already, or too many)."""
        if len(await self._table.of_member(passkey.staff)) >= PASSKEYS_EACH:
            raise Refused(Code.CONFLICT, f"An account has at most {PASSKEYS_EACH} passkeys; remove one first.")
        if not await self._table.add(passkey):
            raise Refused(Code.CONFLICT, "This passkey is there already.")

    async def ask(self, site: Site) -> tuple[str, Options]:
        """What a browser needs to sign in with any passkey that it has for us."""
        authenticators = await _authenticators()
        handle, challenge = self._challenges.make("sign-in")
        return handle, authenticators.to_sign_in(site.id, challenge.value)

    async def shown(self, site: Site, handle: str, credential: Credential) -> str:
        """The id of the account whose passkey this is. Raises Refused: unauthorized, invalid, expired."""
        challenge = await self._challenges.take(handle, "sign-in")
        authenticators = await _authenticators()
        try:
            parsed = authenticators.shown(credential)
        except Exception as error:
            raise _not_good(error, Code.UNAUTHORIZED) from None
        passkey = await self._table.by_credential(parsed.raw_id)
        if passkey is None or parsed.response.user_handle not in {None, passkey.staff.encode()}:
            raise Refused(Code.UNAUTHORIZED, "This passkey is not known here.")
        try:
            stored = passkey.public_key, passkey.sign_count
            count = authenticators.checked(site.id, site.origin, challenge.value, parsed, stored)
        except Exception as error:
            raise _not_good(error, Code.UNAUTHORIZED) from None
        await self._table.used(passkey.id, count, self._now())
        return passkey.staff

    async def of_member(self, member_id: str) -> Sequence[Passkey]:
        """The passkeys of an account, the oldest first."""
        return await self._table.of_member(member_id)

    async def remove(self, member_id: str, passkey_id: str) -> None:
        """Remove a passkey. Raises Refused: not_found, conflict (it is the only way in)."""
        removed = await self._table.remove(member_id, passkey_id)
        if removed is None:
            raise Refused(Code.NOT_FOUND)
        if not removed:
            raise Refused(Code.CONFLICT, "It is the only way into this account; set a password first.")

    def _now(self) -> int:
        return int(self._clock() * 1000)


async def _authenticators() -> ModuleType:
    # Loaded once in a process, and not in the loop, where all rooms would wait for it.
    return await asyncio.to_thread(import_module, "server.staff.authenticators")


def _not_good(error: Exception, code: Code) -> Refused:
    # Whatever the library trips over in what a stranger sent, it is what they sent that is not good.
    log.info("passkey_refused", error=type(error).__name__)
    return Refused(code, "The passkey could not be checked.")
