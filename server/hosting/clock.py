"""Room time: an anchor and a steady clock, so that a jump of the wall clock moves nothing."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Milliseconds since 1970, read once when it ``started`` and counted on from there."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._anchor = wall() - monotonic()
        self.started = self.now()

    def now(self) -> int:
        """The time now, in ms; it never runs back while the process runs."""
        return int(self.seconds() * 1000)

    def seconds(self) -> float:
        """The same in seconds, for what counts in those."""
        return self._anchor + self._monotonic()


class RoomClock:
    """The time of one room: never below its log's last ``at``, also if the machine was set back meanwhile.

    Then it is ahead of the machine and goes on from there: if it stood still, polls would stay open and budgets empty.
    """

    def __init__(self, clock: Clock, floor: int) -> None:
        self._clock = clock
        self.ahead = 0  # of the machine's clock, in ms
        self.raise_to(floor)

    def now(self) -> int:
        """The room's time now, in ms."""
        return self._clock.now() + self.ahead

    def outside(self, at: int | None) -> int | None:
        """When the machine's clock will show what is this room time; None for never."""
        return None if at is None else at - self.ahead

    def raise_to(self, at: int) -> None:
        """Somebody else's record bears this time: do not go below it."""
        self.ahead = max(self.ahead, at - self._clock.now())
