"""API keys: for other programs of the house. Shown once, kept as a digest.

A key is ``sfk_<id>_<secret>``; the id finds the row, the secret is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from protocols.errors import Code, Refused

PREFIX = "sfk_"
KEY_LENGTH = 128  # characters; ours have 60


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored; instants in ms. ``digest`` is SHA-256 of the whole key."""

    id: str
    label: str
    digest: bytes
    created_at: int
    revoked_at: int | None = None


class KeyTable(Protocol):
    """Where keys are kept."""

    async def add(self, key: ApiKey) -> None:
        """Store a new key."""

    async def get(self, key_id: str) -> ApiKey | None:
        """The key, also one that was withdrawn; None if there is none."""

    async def all(self) -> Sequence[ApiKey]:
        """All keys, the newest first."""

    async def revoke(self, key_id: str, at: int) -> None:
        """Mark as withdrawn; the first time stands."""


def is_key(credentials: str) -> bool:
    """Whether this looks like an API key, and not like a token."""
    return credentials.startswith(PREFIX)


class ApiKeys:
    """Makes, checks and withdraws API keys. ``clock`` gives Unix seconds."""

    def __init__(self, table: KeyTable, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    async def create(self, label: str) -> str:
        """Make a key and give it out: the only time that it is seen whole."""
        # Hexadecimal, so that "_" only stands between the parts.
        key_id = secrets.token_hex(6)
        key = f"{PREFIX}{key_id}_{secrets.token_hex(20)}"
        await self._table.add(ApiKey(key_id, label, _digest(key), int(self._clock() * 1000)))
        return key

    async def verify(self, key: str) -> ApiKey:
        """The stored key. Raises Refused: unauthorized, revoked."""
        parts = key.split("_")
        if len(key) > KEY_LENGTH or not key.isascii() or len(parts) != 3 or not is_key(key):
            raise Refused(Code.UNAUTHORIZED)
        stored = await self._table.get(parts[1])
        if stored is None or not hmac.compare_digest(stored.digest, _digest(key)):
            raise Refused(Code.UNAUTHORIZED)
        if stored.revoked_at is not None:
            raise Refused(Code.REVOKED, "The API key was withdrawn.")
        return stored

    async def revoke(self, key_id: str) -> None:
        """Withdraw a key; again changes nothing. Raises Refused: not_found."""
        if await self._table.get(key_id) is None:
            raise Refused(Code.NOT_FOUND)
        await self._table.revoke(key_id, int(self._clock() * 1000))


def _digest(key: str) -> bytes:
    # The secret has 160 random bits: a slow hash would only help those who wish to keep us busy.
    return hashlib.sha256(key.encode()).digest()
