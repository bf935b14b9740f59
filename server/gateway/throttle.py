"""How fast one connection may send at all, whatever it sends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``per_second`` messages on average, ``burst`` at once; ``patience`` refusals in a row of 10 s close."""

    per_second: float = 50.0
    burst: float = 100.0
    patience: int = 300


class Verdict(Enum):
    """What to do with a message."""

    PASS = "pass"  # noqa: S105 - not a password
    REFUSE = "refuse"
    CLOSE = "close"


class Throttle:
    """A token bucket for one connection; times in seconds on any steadily growing clock."""

    __slots__ = ("_rate", "_refused", "_since", "_tokens", "_updated")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._updated = now
        self._refused = 0
        self._since = now

    def take(self, now: float) -> Verdict:
        """Counts one message."""
        rate = self._rate
        self._tokens = min(rate.burst, self._tokens + (now - self._updated) * rate.per_second)
        self._updated = now
        if self._tokens >= 1:
            self._tokens -= 1
            return Verdict.PASS

        if now - self._since > 10:
            self._since, self._refused = now, 0
        self._refused += 1
        return Verdict.CLOSE if self._refused > rate.patience else Verdict.REFUSE

    def retry_after_ms(self) -> int:
        """How long until the next message passes."""
        return max(1, round((1 - self._tokens) / self._rate.per_second * 1000))
