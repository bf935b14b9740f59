"""What is counted about people who knock: tries, budgets, what may be used once. In this process, or over all nodes.

Each count lies in a table under a key. A key may be an address or a login, so an adapter that lets it out of the
process makes a digest of it first.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from server.broker.port import BrokerError

KEPT: Final = 10_000  # keys of a table; whoever was counted longest ago is forgotten first
ANSWER_S: Final = 0.5  # how long somebody who knocks waits for the counts of all nodes
AGAIN_S: Final = 2.0  # after no answer, before they are asked again: one who signs in is counted several times

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowing:
    """How wrong tries slow one down: ``free`` cost nothing, after the next one waits, and twice as long each time."""

    free: int
    first_wait_s: float
    longest_wait_s: float
    forget_s: float


class Counting(Protocol):
    """Counts by table and key; each call is one step."""

    async def attempt(self, table: str, keys: Sequence[str], slowing: Slowing) -> float:
        """Count a try as wrong by each key, unless one of them has to wait; how long, in s. 0: it is counted."""

    async def give_back(self, table: str, keys: Sequence[str]) -> None:
        """That try was right. Those before it still count, and nobody waits because of it."""

    async def spend(self, table: str, key: str, per_minute: int) -> float:
        """Count one of so many a minute, all of them at once if need be; how long to wait, in s. 0: it is counted."""

    async def note(self, table: str, key: str, life_s: float) -> bool:
        """Remember a key for so long from now; whether it was new."""

    async def noted(self, table: str, key: str) -> bool:
        """Whether a key is remembered."""


class CountingHere:
    """A ``Counting`` of this process. ``clock`` gives seconds that only grow."""

    def __init__(self, *, kept: int = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._clock = clock
        self._tables: dict[str, OrderedDict[str, Any]] = {}

    def __len__(self) -> int:
        """How many keys are remembered, in all tables."""
        return sum(map(len, self._tables.values()))

    async def attempt(self, table: str, keys: Sequence[str], slowing: Slowing) -> float:
        # How often; when last; and when last before that.
        failed = self._table(table)
        now = self._clock()
        counts: dict[str, int] = {}
        for key in keys:
            count, last, _ = self._tried(failed, key, now)
            counts[key] = count if now - last < slowing.forget_s else 0
            beyond = counts[key] - slowing.free
            wait = min(slowing.longest_wait_s, slowing.first_wait_s * 2.0 ** min(beyond, 20)) if beyond >= 0 else 0.0
            if last + wait > now:
                return last + wait - now
        for key, count in counts.items():
            self._put(failed, key, (count + 1, now, self._tried(failed, key, now)[1]))
        return 0.0

    async def give_back(self, table: str, keys: Sequence[str]) -> None:
        failed = self._table(table)
        for key in keys:
            count, _, before = self._tried(failed, key, 0.0)
            if count > 1:
                failed[key] = (count - 1, before, before)
            else:
                failed.pop(key, None)

    async def spend(self, table: str, key: str, per_minute: int) -> float:
        budgets = self._table(table)
        now = self._clock()
        left: float
        left, since = budgets.get(key, (float(per_minute), now))
        left = min(float(per_minute), left + (now - since) * per_minute / 60)
        if left < 1:
            return (1 - left) * 60 / per_minute
        self._put(budgets, key, (left - 1, now))
        return 0.0

    async def note(self, table: str, key: str, life_s: float) -> bool:
        notes = self._table(table)
        new: bool = notes.get(key, 0.0) <= self._clock()
        self._put(notes, key, self._clock() + life_s)
        return new

    async def noted(self, table: str, key: str) -> bool:
        return bool(self._table(table).get(key, 0.0) > self._clock())

    def _tried(self, table: OrderedDict[str, Any], key: str, now: float) -> tuple[int, float, float]:
        tried: tuple[int, float, float] = table.get(key, (0, now, now))
        return tried

    def _table(self, name: str) -> OrderedDict[str, Any]:
        return self._tables.setdefault(name, OrderedDict())

    def _put(self, table: OrderedDict[str, Any], key: str, value: Any) -> None:
        table[key] = value
        table.move_to_end(key)
        while len(table) > self._kept:
            table.popitem(last=False)


class CountingTogether:
    """A ``Counting`` that all nodes share, and while that does not answer, the one of this process.

    So whoever alternates nodes is counted once; while the shared one is away they have a count on each node.
    """

    def __init__(self, shared: Counting, here: CountingHere) -> None:
        self._shared = shared
        self._here = here
        self._silent_until = 0.0

    async def attempt(self, table: str, keys: Sequence[str], slowing: Slowing) -> float:
        wait = await self._asked(lambda: self._shared.attempt(table, keys, slowing))
        return await self._here.attempt(table, keys, slowing) if wait is None else wait

    async def give_back(self, table: str, keys: Sequence[str]) -> None:
        await self._asked(lambda: self._shared.give_back(table, keys))
        # It may have been counted here, while the shared one was away.
        await self._here.give_back(table, keys)

    async def spend(self, table: str, key: str, per_minute: int) -> float:
        wait = await self._asked(lambda: self._shared.spend(table, key, per_minute))
        return await self._here.spend(table, key, per_minute) if wait is None else wait

    async def note(self, table: str, key: str, life_s: float) -> bool:
        # Here too, so that at least this node knows what was used before the shared one went away.
        new = await self._here.note(table, key, life_s)
        return await self._asked(lambda: self._shared.note(table, key, life_s)) is not False and new

    async def noted(self, table: str, key: str) -> bool:
        return await self._here.noted(table, key) or bool(await self._asked(lambda: self._shared.noted(table, key)))

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """What the shared one says; None if it does not."""
        if time.monotonic() < self._silent_until:
            return None
        try:
            async with asyncio.timeout(ANSWER_S):
                return await ask()
        except BrokerError:
            # The log of rooms is in the same place, and has said so.
            return None
        except TimeoutError:
            self._silent_until = time.monotonic() + AGAIN_S
            return None
