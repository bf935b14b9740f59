"""One table of errors: code, meaning, and whether sending again can help.

Refused                 a command, a join or a request is answered with an error
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Code(StrEnum):
    """Every error code that a client can meet, in acks, connect errors and HTTP answers."""

    INVALID = "invalid"
    UNKNOWN_COMMAND = "unknown_command"
    TOO_LARGE = "too_large"
    UNAUTHORIZED = "unauthorized"
    EXPIRED = "expired"
    REVOKED = "revoked"
    FORBIDDEN = "forbidden"
    BANNED = "banned"
    MUTED = "muted"
    WORDS = "words"
    PICTURE = "picture"
    NOT_FOUND = "not_found"
    NOT_JOINED = "not_joined"
    CLOSED = "closed"
    CONFLICT = "conflict"
    ID_CONFLICT = "id_conflict"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says: a default sentence, the HTTP status, and whether the same request may succeed later."""

    message: str
    status: int
    retry: bool


MEANINGS = MappingProxyType(
    {
        Code.INVALID: Meaning("The request is not of the form that it should have.", 422, retry=False),
        Code.UNKNOWN_COMMAND: Meaning("There is no such command.", 404, retry=False),
        Code.TOO_LARGE: Meaning("The request is larger than allowed.", 413, retry=False),
        Code.UNAUTHORIZED: Meaning("Sign in, or open the link again.", 401, retry=False),
        Code.EXPIRED: Meaning("The token or link has expired.", 401, retry=False),
        Code.REVOKED: Meaning("The link was withdrawn.", 401, retry=False),
        Code.FORBIDDEN: Meaning("Your role does not allow this.", 403, retry=False),
        Code.BANNED: Meaning("You are banned from this room.", 403, retry=False),
        Code.MUTED: Meaning("You may not write here at the moment.", 403, retry=False),
        Code.WORDS: Meaning("It holds a word that this room does not allow.", 422, retry=False),
        Code.PICTURE: Meaning("It shows what this room does not allow.", 422, retry=False),
        Code.NOT_FOUND: Meaning("There is no such thing here.", 404, retry=False),
        Code.NOT_JOINED: Meaning("Join the room first.", 409, retry=False),
        Code.CLOSED: Meaning("It is closed.", 409, retry=False),
        Code.CONFLICT: Meaning("The state has changed; this no longer fits.", 409, retry=False),
        Code.ID_CONFLICT: Meaning("This id was used for another request.", 409, retry=False),
        Code.RATE_LIMITED: Meaning("Too fast; wait a moment.", 429, retry=True),
        Code.OVERLOADED: Meaning("The room is busy; try again shortly.", 503, retry=True),
        Code.UNAVAILABLE: Meaning("Not stored; try again shortly.", 503, retry=True),
        Code.INTERNAL: Meaning("Something went wrong on our side.", 500, retry=True),
    }
)


class Refused(Exception):
    """The answer is an error: ``code`` from the table, ``message`` for people, ``retry_after_ms`` if known."""

    def __init__(self, code: Code, message: str | None = None, *, retry_after_ms: int | None = None) -> None:
        self.code = code
        self.message = message or MEANINGS[code].message
        self.retry_after_ms = retry_after_ms
        super().__init__(f"{code}: {self.message}")

    def as_wire(self) -> dict[str, object]:
        """The ``error`` object of a nack: code, message, retry and, if known, retry_after_ms."""
        wire: dict[str, object] = {
            "code": self.code,
            "message": self.message,
            "retry": MEANINGS[self.code].retry,
        }
        if self.retry_after_ms is not None:
            wire["retry_after_ms"] = self.retry_after_ms
        return wire
