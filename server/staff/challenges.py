"""Challenges of passkeys: good once, for five minutes; handed out signed, so that nothing is kept until they return."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from protocols.errors import Code, Refused
from server.identity import derived_key

LIFE_S: Final = 300
HANDLE_LENGTH: Final = 1024  # characters; ours have under 300
USED_LIMIT: Final = 10_000  # remembered; beyond, the oldest goes, which had better run out soon anyway


@dataclass(frozen=True, slots=True)
class Challenge:
    """What an authenticator has to sign, and what for: ``subject`` says who or which invitation."""

    value: bytes
    subject: str


class Challenges:
    """Makes and takes back challenges. ``clock`` gives Unix seconds."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._serializer = URLSafeSerializer(
            derived_key(secret, "passkey"), salt="showfloor.passkey", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._clock = clock
        self._used: OrderedDict[bytes, float] = OrderedDict()

    def make(self, purpose: str, subject: str = "") -> tuple[str, Challenge]:
        """A new challenge, and the handle by which it comes back."""
        challenge = Challenge(secrets.token_bytes(32), subject)
        value = base64.b64encode(challenge.value).decode()
        sealed = self._serializer.dumps([purpose, subject, value, int(self._clock()) + LIFE_S])
        return str(sealed), challenge

    def take(self, handle: str, purpose: str) -> Challenge:
        """The challenge of this handle, this once. Raises Refused: invalid (not ours), expired (too late, or again)."""
        try:
            found: Any = self._serializer.loads(handle) if handle.isascii() else None
        except BadData:
            found = None
        if not found or found[0] != purpose:
            raise Refused(Code.INVALID, "challenge: is not one of ours for this")
        _, subject, value, ends = found
        challenge = Challenge(base64.b64decode(value), subject)
        now = self._clock()
        if ends <= now or challenge.value in self._used:
            raise Refused(Code.EXPIRED, "This took too long; try again.")
        while self._used and (next(iter(self._used.values())) <= now or len(self._used) >= USED_LIMIT):
            self._used.popitem(last=False)
        self._used[challenge.value] = ends
        return challenge
