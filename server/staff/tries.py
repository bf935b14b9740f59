"""Slowing of tries: after some failures each further try must wait longer, and none is locked out for good."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from protocols.errors import Code, Refused


class Tries:
    """Counts tries by key, a login or an address; seconds.

    ``free`` of them may fail at once; then the wait doubles from ``first`` up to ``most``. After ``forgotten`` without
    a try all is as before. At most ``keys`` are remembered; the one not seen for longest is forgotten first.
    """

    def __init__(
        self,
        *,
        free: int = 5,
        first: float = 1.0,
        most: float = 60.0,
        forgotten: float = 3600.0,
        keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = free
        self._first = first
        self._most = most
        self._forgotten = forgotten
        self._keys = keys
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count a try as failed until it is known better. Raises Refused: rate_limited.

        Counted beforehand, so that a hundred tries at once are not all let through before the first has failed.
        """
        now = self._clock()
        failures, since = self._failures.get(key, (0, now))
        if now - since >= self._forgotten:
            failures = 0
        if failures >= self._free:
            # The exponent is bounded: a number of a thousand digits is no float.
            wait = min(self._most, self._first * 2.0 ** min(failures - self._free, 32))
            if now < since + wait:
                raise Refused(Code.RATE_LIMITED, retry_after_ms=int((since + wait - now) * 1000) + 1)
        self._failures[key] = (failures + 1, now)
        self._failures.move_to_end(key)
        if len(self._failures) > self._keys:
            self._failures.popitem(last=False)

    def give_back(self, key: str) -> None:
        """This one try had success; those that failed before still count."""
        failures, since = self._failures.get(key, (0, 0.0))
        if failures > 1:
            self._failures[key] = (failures - 1, since)
        else:
            self._failures.pop(key, None)

    def clear(self, key: str) -> None:
        """Whoever this is has shown who they are: what failed before was them."""
        self._failures.pop(key, None)
