"""What one request, and one address, may take: bytes, time, and how often."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protocols.errors import Code, Refused
from protocols.limits import MAX_PAYLOAD


@dataclass(frozen=True, slots=True)
class Bounds:
    """The size of one request in bytes and the time its body may take in seconds."""

    header_bytes: int = 16 * 1024
    target_bytes: int = 4 * 1024
    body_bytes: int = MAX_PAYLOAD
    body_s: float = 10.0


class AddressBudget:
    """How often each address may do something: ``per_minute``, up to that many at once.

    At most ``addresses`` are remembered; the one not seen for longest is forgotten first, which gives it
    a full budget again.
    """

    def __init__(
        self, per_minute: int, *, addresses: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = per_minute / 60
        self._burst = float(per_minute)
        self._addresses = addresses
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.refused = 0

    def __len__(self) -> int:
        return len(self._left)

    def take(self, address: str) -> None:
        """Count one. Raises Refused: rate_limited, with the time until the next is allowed."""
        now = self._clock()
        left, since = self._left.get(address, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        if left < 1:
            self.refused += 1
            raise Refused(Code.RATE_LIMITED, retry_after_ms=int((1 - left) / self._rate * 1000) + 1)

        self._left[address] = (left - 1, now)
        self._left.move_to_end(address)
        if len(self._left) > self._addresses:
            self._left.popitem(last=False)
