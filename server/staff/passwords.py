"""Passwords: what is accepted, and argon2 in a thread, so that rooms go on while one is checked."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from functools import cached_property
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from protocols.errors import Code, Refused

Result = TypeVar("Result")

LEAST: Final = 10  # characters
MOST: Final = 200
AT_ONCE: Final = 2  # each takes a core and 19 MiB for some 30 ms
WAITING: Final = 64  # beyond: overloaded

# 19 MiB, two passes, one lane: what OWASP names as enough, on a machine that also runs the rooms.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Those that others try first and that are long enough; rows of keys and repetitions are found by rule.
COMMONEST: Final = frozenset(
    {
        *("1q2w3e4r5t", "1qaz2wsx3edc", "qazwsxedcrfv", "zaq12wsxcde3", "asdfghjkl;", "asdfghjkl123", "qwertyuiop"),
        *("qwertyuiop123", "qwerty123456", "abcdefghij", "abcd123456", "abc1234567", "a123456789", "aa12345678"),
        *("woaini1314", "woaini1314520", "5201314520", "1314520520", "iloveyou123", "iloveyou12"),
        *("password12", "password123", "password1234", "passw0rd123", "p@ssw0rd123", "p@ssword123", "changeme123"),
        *("letmein123", "welcome123", "welcome1234", "admin12345", "admin123456", "administrator", "adminadmin"),
        *("superadmin", "showfloor1", "showfloor123", "trustno1trustno1", "football123", "monkey12345"),
        *("dragon12345", "sunshine123", "princess123", "michael123", "1234qwerasdf", "q1w2e3r4t5y6", "147258369a"),
        *("1472583690", "7894561230", "0987654321", "1029384756", "qq123456789", "wang123456", "zhang123456"),
    }
)
_ROWS: Final = ("0123456789" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm" * 2)


def cleaned(password: str) -> str:
    """The same characters however a keyboard composed them."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, login: str) -> None:
    """Raises Refused: invalid, for one that is too short, too long, or that others try first."""
    text = cleaned(password)
    if not LEAST <= len(text) <= MOST:
        raise Refused(Code.INVALID, f"password: needs {LEAST} to {MOST} characters")
    plain = text.casefold().strip()
    if plain in {login.casefold(), login.casefold() * 2}:
        raise Refused(Code.INVALID, "password: must not be the login")
    repeated = any(plain == (plain[:length] * len(plain))[: len(plain)] for length in (1, 2, 3))
    in_a_row = any(plain in row or plain[::-1] in row for row in _ROWS)
    if plain in COMMONEST or repeated or in_a_row:
        raise Refused(Code.INVALID, "password: is one of those that others try first")


class Passwords:
    """Hashes and verifies passwords, few at once."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @cached_property
    def _nobodys(self) -> str:
        """Verified where there is no password: a login that nobody has takes as long as one that somebody has."""
        return self._hasher.hash("nobody has this password")

    @property
    def waiting(self) -> int:
        """How many are being hashed, or wait for it."""
        return self._waiting

    async def hashed(self, password: str) -> str:
        """The hash to be stored. Raises Refused: overloaded."""
        return await self._in_turn(lambda: self._hasher.hash(cleaned(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; as long a wait if none is stored. Raises Refused: overloaded."""
        right = await self._in_turn(lambda: self._right(stored, password))
        return right and stored is not None

    def _right(self, stored: str | None, password: str) -> bool:
        nobodys = self._nobodys  # made for the first login, whoever has it
        try:
            return self._hasher.verify(stored or nobodys, cleaned(password))
        except VerifyMismatchError:
            return False

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= WAITING:
            raise Refused(Code.OVERLOADED, retry_after_ms=2_000)
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
