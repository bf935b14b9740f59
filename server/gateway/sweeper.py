"""One clock for all connections."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count
from typing import Protocol


class Alarm:
    """One entry of the heap; the heap keeps it until its time, but not what it was for."""

    __slots__ = ("at", "timed")

    def __init__(self, at: int, timed: Timed) -> None:
        self.at = at
        self.timed: Timed | None = timed


class Timed(Protocol):
    """Something with a time at which it wants to look at the clock."""

    alarm: Alarm | None

    def tick(self, now: int) -> None:
        """It is time."""


class Sweeper:
    """Wakes connections when they are due, with one timer for all of them.

    Each has at most one live entry in the heap. A deadline that moves back (every pong moves one) leaves its
    entry where it is; the connection finds out when it is woken and asks again.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[int, int, Alarm]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0

    def now(self) -> int:
        """Milliseconds of a steady clock."""
        return int(self._loop.time() * 1000)

    def wake(self, timed: Timed, at: int) -> None:
        """Has `timed.tick` called at about `at`, unless that is to happen earlier anyway."""
        if timed.alarm is not None:
            if timed.alarm.at <= at:
                return
            timed.alarm.timed = None
        timed.alarm = Alarm(at, timed)
        heapq.heappush(self._heap, (at, next(self._order), timed.alarm))
        self._aim(at)

    def forget(self, timed: Timed) -> None:
        """Wakes it no more."""
        if timed.alarm is not None:
            timed.alarm.timed = None
            timed.alarm = None

    def stop(self) -> None:
        """Forgets everything."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _aim(self, at: int) -> None:
        if self._timer is not None:
            if self._timer_at <= at:
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._loop.call_at(at / 1000, self._sweep)

    def _sweep(self) -> None:
        self._timer = None
        now = self.now()
        while self._heap and self._heap[0][0] <= now:
            timed = heapq.heappop(self._heap)[2].timed
            if timed is not None:
                timed.alarm = None
                timed.tick(now)
        if not self._heap:
            return
        # At least a millisecond on, or a timer that fires early would spin. One that was set while waking others
        # may be later than what is next here.
        self._aim(max(self._heap[0][0], now + 1))
