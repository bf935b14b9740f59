"""Challenges of passkeys: good once, for five minutes; handed out signed, so that nothing is kept until they return.

Whichever node they return to knows them by the signature, and by the counts of all nodes whether they were used."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from protocols.errors import Code, Refused
from server.counting import Counting, CountingHere
from server.identity import derived_key

LIFE_S: Final = 300
HANDLE_LENGTH: Final = 1024  # characters; ours have under 300
USED: Final = "passkeys"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What an authenticator has to sign, and what for: ``subject`` says who or which invitation."""

    value: bytes
    subject: str


class Challenges:
    """Makes and takes back challenges. ``clock`` gives Unix seconds."""

    def __init__(
        self, secret: str, counting: Counting | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._serializer = URLSafeSerializer(
            derived_key(secret, "passkey"), salt="showfloor.passkey", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._clock = clock
        self._counting = CountingHere() if counting is None else counting

    def make(self, purpose: str, subject: str = "") -> tuple[str, Challenge]:
        """A new challenge, and the handle by which it comes back."""
        challenge = Challenge(secrets.token_bytes(32), subject)
        value = base64.b64encode(challenge.value).decode()
        sealed = self._serializer.dumps([purpose, subject, value, int(self._clock()) + LIFE_S])
        return str(sealed), challenge

    async def take(self, handle: str, purpose: str) -> Challenge:
        """The challenge of this handle, this once. Raises Refused: invalid (not ours), expired (too late, or again)."""
        try:
            found: Any = self._serializer.loads(handle) if handle.isascii() else None
        except BadData:
            found = None
        if not found or found[0] != purpose:
            raise Refused(Code.INVALID, "challenge: is not one of ours for this")
        _, subject, value, ends = found
        if ends <= self._clock() or not await self._counting.note(USED, value, LIFE_S):
            raise Refused(Code.EXPIRED, "This took too long; try again.")
        return Challenge(base64.b64decode(value), subject)
