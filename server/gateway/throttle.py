"""How fast one person may send at all, whatever they send, and over however many connections."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

PATIENCE_S = 10.0
Person = TypeVar("Person", bound=Hashable)


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
    """A token bucket for one person; times in seconds on any steadily growing clock."""

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

        if now - self._since > PATIENCE_S:
            self._since, self._refused = now, 0
        self._refused += 1
        return Verdict.CLOSE if self._refused > rate.patience else Verdict.REFUSE

    def retry_after_ms(self) -> int:
        """How long until the next message passes."""
        return max(1, round((1 - self._tokens) / self._rate.per_second * 1000))

    def forgotten(self, now: float) -> bool:
        """Whether a new one would say the same."""
        rate = self._rate
        full = self._tokens + (now - self._updated) * rate.per_second >= rate.burst
        return full and now - self._since > PATIENCE_S


class Throttles(Generic[Person]):
    """One throttle for each person who sent something lately: coming back, or by another socket, gives nothing."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._people: dict[Person, Throttle] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        return len(self._people)

    def of(self, person: Person, now: float) -> Throttle:
        """The person's throttle; not to be kept."""
        if now - self._swept > PATIENCE_S:
            self._swept = now
            self._people = {name: each for name, each in self._people.items() if not each.forgotten(now)}
        throttle = self._people.get(person)
        if throttle is None:
            throttle = self._people[person] = Throttle(self._rate, now)
        return throttle
