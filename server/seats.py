"""Seat codes: a short code by which somebody finds their identity and their ballot again, on whatever browser.

An in-app browser forgets everything when it is closed. The code is made from the server's secret and a salt, so it is
stored nowhere, and yet the same is shown again as long as it is good; it is found by a keyed digest. What is kept with
it, the number of the person's device and their name, goes when the person is erased or the code has run out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS
from server import codes
from server.identity import derived_key

CODE_LENGTH: Final = 8
LIFE_MS: Final = 7 * DAY_MS
SEATS_KEPT: Final = 20_000  # in a room; beyond, those that run out first go
# What may be mistyped before one waits: a shop full of people shares an address.
FREE_TRIES: Final = 20
LONGEST_WAIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose seat it is, and what makes them the same person again; instants in ms.

    ``number``  of their device        ``link``  by which they came, if they did
    """

    room: str
    user: str
    digest: bytes
    salt: str
    number: str
    name: str
    link: str | None
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class SeatCode:
    """A code as it is shown, and until when it is good."""

    code: str
    expires_at: int


class SeatTable(Protocol):
    """Where seats are kept."""

    async def keep(self, seat: Seat, now: int, most: int) -> Seat:
        """Store it, unless this person has one in this room that is still good: then that one, with the new name.

        At most ``most`` stay in a room; those that run out first go.
        """

    async def find(self, digest: bytes, now: int) -> Seat | None:
        """The seat of this digest, unless it has run out."""

    async def forget(self, room: str, user: str) -> bool:
        """Remove it; whether there was one."""


class Seats:
    """Gives out codes and finds seats by them. ``clock`` gives Unix seconds."""

    def __init__(
        self, table: SeatTable, secret: str, *, most: int = SEATS_KEPT, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._code_key = derived_key(secret, "seat code")
        self._find_key = derived_key(secret, "seat")
        self._most = most
        self._clock = clock

    async def code(
        self, room: str, user: str, *, number: str, name: str, link: str | None = None, kept_ms: int = 0
    ) -> SeatCode:
        """This person's code, the same as long as it is good. ``kept_ms`` is the room's retention; 0: without end."""
        now = self._now()
        salt = secrets.token_urlsafe(12)
        digest = self._digest(room, self._spelled(room, user, salt))
        life = min(LIFE_MS, kept_ms) if kept_ms else LIFE_MS
        fresh = Seat(room, user, digest, salt, number, name, link, now, now + life)
        seat = await self._table.keep(fresh, now, self._most)
        return SeatCode(codes.shown(self._spelled(room, user, seat.salt)), seat.expires_at)

    async def find(self, room: str, typed: str) -> Seat:
        """The seat of a code in this room. Raises Refused: not_found."""
        code = codes.typed(typed, CODE_LENGTH)
        seat = None if code is None else await self._table.find(self._digest(room, code), self._now())
        if seat is None:
            raise Refused(Code.NOT_FOUND, "Nobody in this room has this code.")
        return seat

    async def forget(self, room: str, user: str) -> bool:
        """Forget what is kept of this person; whether there was anything."""
        return await self._table.forget(room, user)

    def _spelled(self, room: str, user: str, salt: str) -> str:
        message = "\n".join((room, user, salt)).encode()
        return codes.spelled(hmac.new(self._code_key, message, hashlib.sha256).digest(), CODE_LENGTH)

    def _digest(self, room: str, code: str) -> bytes:
        return hmac.new(self._find_key, f"{room}\n{code}".encode(), hashlib.sha256).digest()

    def _now(self) -> int:
        return int(self._clock() * 1000)
