"""What one request, and one address, may take: bytes, time, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from protocols.errors import Code, Refused
from protocols.limits import MAX_PAYLOAD
from server.counting import Counting, CountingHere


@dataclass(frozen=True, slots=True)
class Bounds:
    """The size of one request in bytes and the time its body may take in seconds."""

    header_bytes: int = 16 * 1024
    target_bytes: int = 4 * 1024
    body_bytes: int = MAX_PAYLOAD
    body_s: float = 10.0


class AddressBudget:
    """How often each address may do something: ``per_minute``, up to that many at once. ``table`` names what."""

    def __init__(self, per_minute: int, table: str = "addresses", counting: Counting | None = None) -> None:
        self._per_minute = per_minute
        self._table = table
        self._counting = CountingHere() if counting is None else counting
        self.refused = 0

    async def take(self, address: str) -> None:
        """Count one. Raises Refused: rate_limited, with the time until the next is allowed."""
        wait = await self._counting.spend(self._table, address, self._per_minute)
        if wait > 0:
            self.refused += 1
            raise Refused(Code.RATE_LIMITED, retry_after_ms=int(wait * 1000) + 1)
