"""What people tap in one room, counted on one node: how many of each kind since last told, and how fast each may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from protocols.limits import REACTION_BURST, REACTION_RATE
from rooms.budget import Bucket

Kind = Literal["heart", "clap", "brick", "laugh", "wow"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_SWEEP_MS: Final = 10_000
_FULL_AFTER_MS: Final = REACTION_BURST * 1000 // REACTION_RATE


class Taps:
    """Counts of this node's, which other nodes are told, and of theirs; the time is passed in.

    People whose bucket is full again are forgotten.
    """

    def __init__(self) -> None:
        self._here: dict[str, int] = {}
        self._there: dict[str, int] = {}
        self._people: dict[str, Bucket] = {}
        self._swept = 0

    def __len__(self) -> int:
        return len(self._people)

    def tap(self, user: str, kind: str, times: int, now: int) -> int | None:
        """None if they count, else after how many milliseconds to try again; then none of them does."""
        bucket = self._people.get(user)
        if bucket is None:
            bucket = self._people[user] = Bucket(REACTION_BURST, now)
        bucket.refill(REACTION_RATE, REACTION_BURST, now)
        wait = bucket.wait(REACTION_RATE, times - 1)
        if wait:
            return wait
        bucket.tokens -= times
        self._here[kind] = self._here.get(kind, 0) + times
        return None

    def add(self, counts: Mapping[str, int]) -> None:
        """What came in on another node; kinds that this program does not know are passed over."""
        for kind in KINDS:
            if counts.get(kind, 0) > 0:
                self._there[kind] = self._there.get(kind, 0) + counts[kind]

    def take(self) -> tuple[dict[str, int], dict[str, int]]:
        """What came in here since the last time, for the other nodes; and all of it, for the members."""
        here, there = self._here, self._there
        self._here, self._there = {}, {}
        both = {kind: here.get(kind, 0) + there.get(kind, 0) for kind in KINDS}
        return here, {kind: count for kind, count in both.items() if count}

    def sweep(self, now: int) -> bool:
        """Forget who may tap as often as ever; whether there is nothing to remember."""
        if now - self._swept >= _SWEEP_MS:
            self._swept = now
            self._people = {user: each for user, each in self._people.items() if now - each.at < _FULL_AFTER_MS}
        return not (self._people or self._here or self._there)
