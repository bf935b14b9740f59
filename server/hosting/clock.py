"""Room time: an anchor and a steady clock, so that a jump of the wall clock moves nothing."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Milliseconds since 1970, read once at the start and counted on from there."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._anchor = wall() - monotonic()

    def now(self) -> int:
        """The time now, in ms; it never runs back while the process runs."""
        return int((self._anchor + self._monotonic()) * 1000)


class RoomClock:
    """The time of one room: never below its log's last ``at``, also if the machine was set back meanwhile."""

    def __init__(self, clock: Clock, floor: int) -> None:
        self._clock = clock
        self._floor = floor

    def now(self) -> int:
        """The room's time now, in ms."""
        self._floor = max(self._floor, self._clock.now())
        return self._floor

    def raise_to(self, at: int) -> None:
        """Somebody else's record bears this time: do not go below it."""
        self._floor = max(self._floor, at)
