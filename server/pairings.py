"""Pairings: a wall without a keyboard shows a code, and somebody who runs a room lets it in by that.

The wall keeps the pairing's id to itself and waits with it; the code alone gives nothing to whoever reads it.
All of it is in memory: after a restart the wall asks for a new code.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from protocols.errors import Code, Refused
from server import codes

CODE_LENGTH: Final = 6
OPEN_MS: Final = 10 * 60_000  # a code is good for so long, and what it led to can be collected for as long again
OPEN_LIMIT: Final = 1_000  # beyond, the oldest goes
WAITING_LIMIT: Final = 2  # who wait for one pairing: a wall that was loaded anew, and the one before
WAIT_S: Final = 20.0
LEFT_MS: Final = 2_000  # when to ask again a server that leaves
PAIRINGS_PER_MINUTE: Final = 30  # from one address, so that nobody pushes out the walls of others
NO_SCREEN: Final = "No screen shows this code now."


@dataclass(frozen=True, slots=True)
class Paired:
    """Where a wall belongs: its room, and the link that it opens."""

    room: str
    link: str


@dataclass(slots=True, eq=False)
class Pairing:
    """A wall that wants in. ``code`` is None once somebody has taken it; ``expires_at`` in ms."""

    id: str
    code: str | None
    expires_at: int
    paired: Paired | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0


class Pairings:
    """The pairings of this process. ``clock`` gives Unix seconds."""

    def __init__(self, *, limit: int = OPEN_LIMIT, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._clock = clock
        self._pairings: OrderedDict[str, Pairing] = OrderedDict()  # the one to expire next first
        self._codes: dict[str, Pairing] = {}
        self._leaving = False

    def __len__(self) -> int:
        return len(self._pairings)

    def open(self) -> Pairing:
        """A new one, with a code that no other has."""
        self._sweep()
        while len(self._pairings) >= self._limit:
            self._drop(next(iter(self._pairings.values())))
        code = codes.made(CODE_LENGTH)
        while code in self._codes:
            code = codes.made(CODE_LENGTH)
        pairing = Pairing(secrets.token_urlsafe(24), code, self._now() + OPEN_MS)
        if self._leaving:
            pairing.news.set()
        self._pairings[pairing.id] = self._codes[code] = pairing
        return pairing

    @contextmanager
    def taken(self, code: str | None) -> Iterator[Pairing]:
        """The pairing of a code, which nobody else gets; inside, ``settle`` it. If that fails the code is good again.

        Raises Refused: not_found.
        """
        self._sweep()
        pairing = self._codes.pop(code, None) if code else None
        if code is None or pairing is None:
            raise Refused(Code.NOT_FOUND, NO_SCREEN)
        pairing.code = None
        try:
            yield pairing
        finally:
            if pairing.paired is None and self._pairings.get(pairing.id) is pairing:
                pairing.code = code
                self._codes[code] = pairing

    def settle(self, pairing: Pairing, paired: Paired) -> None:
        """Tell the wall; it can ask for that again for as long as a code is good.

        Raises Refused: not_found (meanwhile it has expired, or had to make place for others).
        """
        if self._pairings.get(pairing.id) is not pairing:
            raise Refused(Code.NOT_FOUND, NO_SCREEN)
        pairing.paired = paired
        pairing.expires_at = self._now() + OPEN_MS
        self._pairings.move_to_end(pairing.id)
        pairing.news.set()

    async def collect(self, pairing_id: str, wait_s: float = WAIT_S) -> Paired | None:
        """Where this wall belongs, or None if nobody has said so yet; waits a while for that.

        Raises Refused: not_found (it has expired, or never was), rate_limited (too many wait for this one),
        unavailable (the server leaves).
        """
        pairing = self._standing(pairing_id)
        if pairing.paired is None:
            if pairing.waiting >= WAITING_LIMIT:
                raise Refused(Code.RATE_LIMITED, retry_after_ms=int(wait_s * 1000))
            pairing.waiting += 1
            try:
                async with asyncio.timeout(wait_s):
                    await pairing.news.wait()
            except TimeoutError:
                pass
            finally:
                pairing.waiting -= 1
        paired = self._standing(pairing_id).paired
        if paired is None and self._leaving:
            raise Refused(Code.UNAVAILABLE, retry_after_ms=LEFT_MS)
        return paired

    def leave(self) -> None:
        """Let nobody wait any more: the server leaves."""
        self._leaving = True
        for pairing in self._pairings.values():
            pairing.news.set()

    def _standing(self, pairing_id: str) -> Pairing:
        self._sweep()
        pairing = self._pairings.get(pairing_id)
        if pairing is None:
            raise Refused(Code.NOT_FOUND, "This code is not good any more; ask for a new one.")
        return pairing

    def _sweep(self) -> None:
        now = self._now()
        while self._pairings and (first := next(iter(self._pairings.values()))).expires_at <= now:
            self._drop(first)

    def _drop(self, pairing: Pairing) -> None:
        del self._pairings[pairing.id]
        if pairing.code is not None:
            del self._codes[pairing.code]
        # Whoever waits for it learns that it is gone.
        pairing.news.set()

    def _now(self) -> int:
        return int(self._clock() * 1000)
