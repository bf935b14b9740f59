"""Who was erased from a room, known by a keyed digest alone.

Neither log nor state may name whom they forgot, so they cannot tell an erased person from one who never came. Asking
again to erase somebody must be safe, and asking to erase a slip of the pen must not look done: hence this.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Final, Protocol

from protocols.limits import DAY_MS
from server.identity import derived_key

KEPT_MS: Final = 30 * DAY_MS


class ForgottenTable(Protocol):
    """Where the digests are kept, for ``KEPT_MS``."""

    async def add(self, room: str, digest: bytes, at: int) -> None:
        """Note it; again changes nothing but the time."""

    async def holds(self, room: str, digest: bytes) -> bool:
        """Whether it was noted."""


class Forgotten:
    """Notes who was erased. ``clock`` gives Unix seconds."""

    def __init__(self, table: ForgottenTable, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._key = derived_key(secret, "forgotten")
        self._clock = clock

    async def note(self, room: str, user: str) -> None:
        """This person was known in this room, and is about to be erased."""
        await self._table.add(room, self._digest(room, user), int(self._clock() * 1000))

    async def knows(self, room: str, user: str) -> bool:
        """Whether this person was erased from this room within the last month."""
        return await self._table.holds(room, self._digest(room, user))

    def _digest(self, room: str, user: str) -> bytes:
        return hmac.new(self._key, f"{room}\n{user}".encode(), hashlib.sha256).digest()
