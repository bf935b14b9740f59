"""Wrong tries at something secret: the more of them, the longer the wait; never for good."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from protocols.errors import Code, Refused

FREE: Final = 5  # wrong ones without a wait: people mistype
FIRST_WAIT_S: Final = 2.0  # after the first beyond those; each further one doubles it
LONGEST_WAIT_S: Final = 300.0
FORGET_S: Final = 3600.0  # without a wrong one, and all are forgotten


class Tries:
    """Counts what failed by whatever it is counted by: an address, a person.

    At most ``kept`` of those are remembered; whoever tried longest ago is forgotten first. ``clock`` gives seconds.
    """

    def __init__(
        self,
        *,
        free: int = FREE,
        longest_wait_s: float = LONGEST_WAIT_S,
        kept: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = free
        self._longest = longest_wait_s
        self._kept = kept
        self._clock = clock
        # How often; when last; and when last before that.
        self._failed: OrderedDict[str, tuple[int, float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failed)

    def take(self, *keys: str) -> None:
        """Count a try as a wrong one until it shows otherwise, so that many at once are counted too.

        Raises Refused: rate_limited while one of these has to wait; then nothing is counted.
        """
        wait = max((self._wait(key) for key in keys), default=0.0)
        if wait > 0:
            raise Refused(
                Code.RATE_LIMITED, "Too many wrong tries; wait a moment.", retry_after_ms=int(wait * 1000) + 1
            )
        now = self._clock()
        for key in keys:
            _, last, _ = self._failed.get(key, (0, now, now))
            self._failed[key] = (self._count(key) + 1, now, last)
            self._failed.move_to_end(key)
        while len(self._failed) > self._kept:
            self._failed.popitem(last=False)

    def give_back(self, *keys: str) -> None:
        """This try was a right one. Wrong ones before it still count: whoever guesses may know one by right.

        Nobody waits because of it: those who share an address with one who guesses wait for that one alone.
        """
        for key in keys:
            count, _, before = self._failed.get(key, (0, 0.0, 0.0))
            if count > 1:
                self._failed[key] = (count - 1, before, before)
            else:
                self._failed.pop(key, None)

    def _count(self, key: str) -> int:
        count, last, _ = self._failed.get(key, (0, 0.0, 0.0))
        return count if self._clock() - last < FORGET_S else 0

    def _wait(self, key: str) -> float:
        beyond = self._count(key) - self._free
        if beyond < 0:
            return 0.0
        wait = min(self._longest, FIRST_WAIT_S * 2.0 ** min(beyond, 20))
        return self._failed[key][1] + wait - self._clock()
