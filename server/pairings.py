"""Pairings: a wall without a keyboard shows a code, and somebody who runs a room lets it in by that.

The wall keeps the pairing's id to itself and waits with it; the code alone gives nothing to whoever reads it. A wall
may wait on one node and be let in on another; where nodes share nothing, a restart makes it ask for a new code.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from protocols.errors import Code, Refused
from server import codes
from server.broker.port import BrokerError

CODE_LENGTH: Final = 6
OPEN_MS: Final = 10 * 60_000  # a code is good for so long, and what it led to can be collected for as long again
OPEN_LIMIT: Final = 1_000  # beyond, the oldest goes
WAITING_LIMIT: Final = 2  # who wait for one pairing: a wall that was loaded anew, and the one before
WAIT_S: Final = 20.0
LOOK_S: Final = 2.0  # between looks of who waits: word from another node may have been lost
ANSWER_S: Final = 2.0
LEFT_MS: Final = 2_000  # when to ask again a server that leaves
PAIRINGS_PER_MINUTE: Final = 30  # from one address, so that nobody pushes out the walls of others
NO_SCREEN: Final = "No screen shows this code now."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paired:
    """Where a wall belongs: its room, and the id of the link that it opens."""

    room: str
    link: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """A wall that wants in: its own id, the code to show, and until when that is good in ms."""

    id: str
    code: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A wall as it is kept. ``code`` is None once somebody has taken it."""

    code: str | None
    paired: Paired | None = None


class PairingTable(Protocol):
    """Where walls that want in are kept, by a digest of their pairing's id."""

    async def open(self, wall: str, code: str, life_ms: int, most: int) -> bool:
        """Keep it for so long, and at most so many; the one to run out first goes. False: another has this code."""

    async def take(self, code: str) -> str | None:
        """The wall of this code, which nobody else gets from now on."""

    async def give_back(self, wall: str, code: str) -> None:
        """The code is good again, if the wall is still kept and belongs nowhere."""

    async def settle(self, wall: str, paired: Paired, life_ms: int) -> bool:
        """Note where it belongs, and keep it for so long again; False if it is not kept any more."""

    async def find(self, wall: str) -> Standing | None:
        """The wall, if it is kept."""


class PairingsHere:
    """A ``PairingTable`` of this process. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._walls: OrderedDict[str, tuple[Standing, float]] = OrderedDict()  # the one to run out next first
        self._codes: dict[str, str] = {}

    async def open(self, wall: str, code: str, life_ms: int, most: int) -> bool:
        self._sweep()
        if code in self._codes:
            return False
        while len(self._walls) >= most:
            self._drop(next(iter(self._walls)))
        self._walls[wall] = (Standing(code), self._clock() + life_ms / 1000)
        self._codes[code] = wall
        return True

    async def take(self, code: str) -> str | None:
        self._sweep()
        wall = self._codes.pop(code, None)
        if wall is not None:
            standing, until = self._walls[wall]
            self._walls[wall] = (replace(standing, code=None), until)
        return wall

    async def give_back(self, wall: str, code: str) -> None:
        self._sweep()
        standing, until = self._walls.get(wall, (None, 0.0))
        if standing is not None and standing.paired is None:
            self._walls[wall] = (replace(standing, code=code), until)
            self._codes[code] = wall

    async def settle(self, wall: str, paired: Paired, life_ms: int) -> bool:
        self._sweep()
        if wall not in self._walls:
            return False
        self._walls[wall] = (Standing(None, paired), self._clock() + life_ms / 1000)
        self._walls.move_to_end(wall)
        return True

    async def find(self, wall: str) -> Standing | None:
        self._sweep()
        return self._walls.get(wall, (None, 0.0))[0]

    def _sweep(self) -> None:
        now = self._clock()
        while self._walls and next(iter(self._walls.values()))[1] <= now:
            self._drop(next(iter(self._walls)))

    def _drop(self, wall: str) -> None:
        standing, _ = self._walls.pop(wall)
        if standing.code is not None:
            del self._codes[standing.code]


class Pairings:
    """Walls that want in, and those who wait for it on this node. ``clock`` gives Unix seconds.

    ``tell`` is called with a wall that was let in, so that it is woken on the node where it waits.
    """

    def __init__(
        self,
        table: PairingTable | None = None,
        *,
        limit: int = OPEN_LIMIT,
        look_s: float = LOOK_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = PairingsHere(clock) if table is None else table
        self._limit = limit
        self._look_s = look_s
        self._clock = clock
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._leaving = False
        self.tell: Callable[[str], None] = lambda _wall: None

    def __len__(self) -> int:
        """How many walls wait here."""
        return len(self._waiting)

    async def open(self) -> Pairing:
        """A new one, with a code that no other has. Raises Refused: unavailable."""
        pairing = Pairing(secrets.token_urlsafe(24), codes.made(CODE_LENGTH), int(self._clock() * 1000) + OPEN_MS)
        while not await _asked(self._table.open(_wall(pairing.id), pairing.code, OPEN_MS, self._limit)):
            pairing = replace(pairing, code=codes.made(CODE_LENGTH))
        return pairing

    @asynccontextmanager
    async def taken(self, code: str | None) -> AsyncIterator[str]:
        """The wall of a code, which nobody else gets; inside, ``settle`` it. If that fails the code is good again.

        Raises Refused: not_found, unavailable.
        """
        wall = await _asked(self._table.take(code)) if code else None
        if code is None or wall is None:
            raise Refused(Code.NOT_FOUND, NO_SCREEN)
        try:
            yield wall
        finally:
            # One that was settled is not touched by it.
            with suppress(Refused):
                await _asked(self._table.give_back(wall, code))

    async def settle(self, wall: str, paired: Paired) -> None:
        """Tell the wall; it can ask for that again for as long as a code is good.

        Raises Refused: not_found (meanwhile it has expired, or had to make place for others), unavailable.
        """
        if not await _asked(self._table.settle(wall, paired, OPEN_MS)):
            raise Refused(Code.NOT_FOUND, NO_SCREEN)
        self.wake(wall)
        self.tell(wall)

    def wake(self, wall: str) -> None:
        """This wall was let in, perhaps on another node."""
        for news in self._waiting.get(wall, ()):
            news.set()

    async def collect(self, pairing_id: str, wait_s: float = WAIT_S) -> Paired | None:
        """Where this wall belongs, or None if nobody has said so yet; waits a while for that.

        Raises Refused: not_found (it has expired, or never was), rate_limited (too many wait for this one),
        unavailable (the server leaves, or what nodes share does not answer).
        """
        wall, news = _wall(pairing_id), asyncio.Event()
        if len(self._waiting.get(wall, ())) >= WAITING_LIMIT:
            raise Refused(Code.RATE_LIMITED, retry_after_ms=int(wait_s * 1000))
        self._waiting.setdefault(wall, []).append(news)
        until = time.monotonic() + wait_s
        try:
            # Word that comes while it is being looked up is not missed.
            while (paired := await self._paired(wall)) is None and not self._leaving:
                left = until - time.monotonic()
                if left <= 0:
                    return None
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, self._look_s)):
                        await news.wait()
                news.clear()
        finally:
            self._waiting[wall].remove(news)
            if not self._waiting[wall]:
                del self._waiting[wall]
        if paired is None:
            raise Refused(Code.UNAVAILABLE, retry_after_ms=LEFT_MS)
        return paired

    def leave(self) -> None:
        """Let nobody wait any more: the server leaves."""
        self._leaving = True
        for wall in self._waiting:
            self.wake(wall)

    async def _paired(self, wall: str) -> Paired | None:
        standing = await _asked(self._table.find(wall))
        if standing is None:
            raise Refused(Code.NOT_FOUND, "This code is not good any more; ask for a new one.")
        return standing.paired


def _wall(pairing_id: str) -> str:
    # What is kept opens nothing: only the wall itself knows the id.
    return hashlib.sha256(pairing_id.encode()).hexdigest()


async def _asked(answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await answer
    except (BrokerError, TimeoutError):
        raise Refused(Code.UNAVAILABLE, retry_after_ms=LEFT_MS) from None
