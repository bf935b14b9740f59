"""Wrong tries at something secret: the more of them, the longer the wait; never for good."""

from __future__ import annotations

import math
from typing import Final

from protocols.errors import Code, Refused
from server.counting import Counting, CountingHere, Slowing

FREE: Final = 5  # wrong ones without a wait: people mistype
FIRST_WAIT_S: Final = 2.0  # after the first beyond those; each further one doubles it
LONGEST_WAIT_S: Final = 300.0
FORGET_S: Final = 3600.0  # without a wrong one, and all are forgotten


class Tries:
    """Counts what failed by whatever it is counted by: an address, a person. ``table`` names what was tried."""

    def __init__(
        self,
        table: str = "tries",
        counting: Counting | None = None,
        *,
        free: int = FREE,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._table = table
        self._counting = CountingHere() if counting is None else counting
        self._slowing = Slowing(free=free, first_wait_s=FIRST_WAIT_S, longest_wait_s=longest_wait_s, forget_s=FORGET_S)

    async def take(self, *keys: str) -> None:
        """Count a try as a wrong one until it shows otherwise, so that many at once are counted too.

        Raises Refused: rate_limited while one of these has to wait; then nothing is counted.
        """
        wait = await self._counting.attempt(self._table, keys, self._slowing)
        if wait > 0:
            raise Refused(
                Code.RATE_LIMITED, "Too many wrong tries; wait a moment.", retry_after_ms=math.ceil(wait * 1000)
            )

    async def give_back(self, *keys: str) -> None:
        """This try was a right one. Wrong ones before it still count: whoever guesses may know one by right.

        Nobody waits because of it: those who share an address with one who guesses wait for that one alone.
        """
        await self._counting.give_back(self._table, keys)
