"""How much a room and each person in it may send: token buckets, the time is passed in."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Final

from protocols.messages import Budget
from rooms.settings import RoomSettings

# What a class leaves in the room's bucket for those above it, as a share of the bucket. While there is enough, all
# get through; when the room is too busy, reactions are shed first, then chat, and so on.
RESERVES: Final = MappingProxyType(
    {Budget.CONTROL: 0.0, Budget.HOST: 0.1, Budget.QUESTION: 0.2, Budget.CHAT: 0.3, Budget.REACTION: 0.5}
)
LEAST: Final = 10  # tokens a room's bucket holds at least, so that the reserves differ

_SWEEP_MS: Final = 30_000


class Bucket:
    """Tokens that come back at a rate; ``wait`` asks, ``take`` takes."""

    __slots__ = ("at", "size", "tokens")

    def __init__(self, size: float, now: int) -> None:
        self.size = size
        self.tokens = size
        self.at = now

    def refill(self, rate: float, size: float, now: int) -> None:
        """Let time pass; a clock that stands still or goes back gives nothing."""
        # A room that allows more than before gives the difference at once, one that allows less takes it.
        self.tokens = min(size, self.tokens + max(0.0, size - self.size) + max(0, now - self.at) * rate / 1000)
        self.size = size
        self.at = max(self.at, now)

    def wait(self, rate: float, reserve: float) -> int:
        """Milliseconds until a token is there beside the reserve; 0 if one is."""
        missing = reserve + 1 - self.tokens
        return math.ceil(missing * 1000 / rate - 1e-6) if missing > 1e-9 else 0


class Budgets:
    """The budgets of one room.

    ``settings`` may be replaced at any time; buckets keep what is in them. The room's rate is that of the settings, but
    never above ``most``, which whoever runs the server has set. People whose bucket is full again are
    forgotten, so memory follows those who spoke in the last minutes.
    """

    def __init__(self, settings: RoomSettings, *, most: int | None = None) -> None:
        self.settings = settings
        self._most = most
        self._room: Bucket | None = None
        self._people: dict[str, Bucket] = {}
        self._spoke: dict[str, int] = {}  # when each person's last chat message was, for slow mode
        self._swept = 0

    def __len__(self) -> int:
        return len(self._people.keys() | self._spoke.keys())

    def take(
        self, kind: Budget, user: str, now: int, *, staff: bool = False, asking: bool = False, slowed: bool = False
    ) -> int | None:
        """None if it may pass, else after how many milliseconds to try again; then nothing was taken.

        ``asking`` takes nothing in any case; slow mode holds for what is ``slowed``.
        ``staff`` are hosts and moderators: exempt from slow mode, and from the person's rate when they run the room.
        """
        if kind is Budget.NONE:
            return None
        slow = self._slow(user, now) if slowed and not staff else 0
        if not staff and kind in {Budget.CONTROL, Budget.HOST}:
            kind = Budget.CHAT  # or else anybody could use up what is kept for those who run the room
        rate = self._rate()
        room = self._filled(now)
        wait = max(slow, room.wait(rate, RESERVES[kind] * room.size))
        person = None
        if not (staff and kind in {Budget.CONTROL, Budget.HOST}):
            person = self._person(user, now)
            wait = max(wait, person.wait(self.settings.person_rate, 0))
        if wait > 0:
            return wait
        if asking:
            return None
        room.tokens -= 1
        if person is not None:
            person.tokens -= 1
        self._sweep(now)
        return None

    def spoke(self, user: str, now: int) -> None:
        """What passed was taken: slow mode counts from here, and not from what was refused for a word that it held."""
        if self.settings.slow_mode_ms:
            self._spoke[user] = now

    def _slow(self, user: str, now: int) -> int:
        spoke = self._spoke.get(user)
        return 0 if spoke is None else max(0, spoke + self.settings.slow_mode_ms - now)

    def _filled(self, now: int) -> Bucket:
        rate = self._rate()
        size = max(rate, LEAST)
        if self._room is None:
            self._room = Bucket(size, now)
        self._room.refill(rate, size, now)
        return self._room

    def _rate(self) -> float:
        rate = self.settings.room_rate
        return float(rate if self._most is None else min(rate, self._most))

    def _person(self, user: str, now: int) -> Bucket:
        size = float(self.settings.person_burst)
        bucket = self._people.get(user)
        if bucket is None:
            bucket = self._people[user] = Bucket(size, now)
        bucket.refill(self.settings.person_rate, size, now)
        return bucket

    def _sweep(self, now: int) -> None:
        if now - self._swept < _SWEEP_MS:
            return
        self._swept = now
        settings = self.settings
        full_after = settings.person_burst * 1000 / settings.person_rate
        self._people = {user: bucket for user, bucket in self._people.items() if now - bucket.at < full_after}
        self._spoke = {user: at for user, at in self._spoke.items() if now - at < settings.slow_mode_ms}
