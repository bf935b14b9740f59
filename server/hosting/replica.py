"""A replica follows a room's log: the state that is committed, and what happened lately.

It answers joins and recovery without host or database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from protocols.limits import RECOVERY_ANSWER
from protocols.messages import Audience, Position, Record
from rooms.room import Room
from server.hosting.shelf import Shelf

RECENT_BYTES = 4 * 1024 * 1024  # of records at hand, as they are in memory: no join answer may have as much


class Reason(StrEnum):
    """Why a join is not recovered, and gets a view instead."""

    FIRST = "first"
    EPOCH = "epoch"
    FUTURE = "future"
    TRIMMED = "trimmed"
    LIMIT = "limit"
    EXPIRED = "expired"
    AUDIENCE = "audience"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Recovered:
    """All that this audience was told since, in order; nothing is missing."""

    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class NotRecovered:
    """Something is, or may be, missing: show the view."""

    reason: Reason


class Replica:
    """The committed state of a room. ``room`` and ``epoch`` are read by all and changed here only."""

    def __init__(self, room: Room, epoch: str, *, answer_limit: int = RECOVERY_ANSWER) -> None:
        self.room = room
        self.epoch = epoch
        self._answer_limit = answer_limit
        self._recent = Shelf()
        # All that was told after this seq is in ``_recent``.
        self._floor = room.seq
        self._aged = 0  # the last seq that left because of its age; others left for want of space
        self._views: dict[Audience, tuple[int, bytes]] = {}

    @property
    def position(self) -> Position:
        """Where the log ends, as far as it is known here."""
        return Position(self.epoch, self.room.seq)

    def apply(self, records: Iterable[Record]) -> None:
        """Take in committed records, the next first."""
        for record in records:
            self.room.apply(record)
            if record.erases:
                self._recent.erase(record)
            if record.audience is not Audience.NOBODY:
                self._recent.put(record)
        self._trim()

    def pass_by(self, records: Sequence[Record]) -> None:
        """These are committed and not understood: the place moves on, and the state is not the room's any more."""
        self.room.seq, self.room.at = records[-1].seq, records[-1].at
        self._recent.clear()
        self._floor = self.room.seq

    def remember(self, records: Iterable[Record], floor: int) -> None:
        """After a restart: what happened since ``floor``, which ``room`` holds already."""
        told = (record for record in records if record.seq > floor and record.audience is not Audience.NOBODY)
        self._recent = Shelf(told)
        self._floor = floor
        self._trim()

    def renew(self, epoch: str) -> None:
        """The log goes on in another epoch: nobody can recover across that."""
        self.epoch = epoch
        self._recent.clear()
        self._floor = self.room.seq

    def join(self, position: Position | None, audience: Audience, now: int, limit: int | None = None) -> JoinAnswer:
        """What was missed since ``position``, if it can be given whole in ``limit`` records."""
        if position is None:
            return NotRecovered(Reason.FIRST)
        if position.epoch != self.epoch:
            return NotRecovered(Reason.EPOCH)
        if position.seq > self.room.seq:
            return NotRecovered(Reason.FUTURE)
        told = self.room.told[1 if audience is Audience.HOSTS else 0]
        if position.seq >= told:
            # Nothing was missed, however long ago that was.
            return Recovered(())
        self._expire(now)
        if position.seq < self._floor:
            return NotRecovered(Reason.EXPIRED if position.seq < self._aged else Reason.TRIMMED)
        missed = list(self.since(position.seq, audience))
        if len(missed) > min(self._answer_limit, self._answer_limit if limit is None else limit):
            return NotRecovered(Reason.LIMIT)
        return Recovered(missed)

    def missed(self, position: Position) -> Sequence[Record] | None:
        """All that was told to anybody since ``position``; None if that is not at hand whole."""
        if position.epoch != self.epoch or not self._floor <= position.seq <= self.room.seq:
            return None
        return self.since(position.seq, Audience.HOSTS)

    def since(self, seq: int, audience: Audience) -> Sequence[Record]:
        """The records after ``seq`` that are at hand and told to this audience, in order."""
        found: list[Record] = []
        for record in reversed(self._recent):
            if record.seq <= seq:
                break
            if record.told_to(audience):
                found.append(record)
        found.reverse()
        return found

    def since_floor(self, before: int | None, audience: Audience) -> tuple[Sequence[Record], int]:
        """The records at hand below ``before`` and told to this audience, and the seq after which they are all."""
        found = self.since(self._floor, audience)
        return [record for record in found if before is None or record.seq < before], self._floor

    def view(self, audience: Audience) -> bytes:
        """The state as this audience may see it, as JSON; made once for each position."""
        cached = self._views.get(audience)
        if cached is None or cached[0] != self.room.seq:
            cached = self._views[audience] = (self.room.seq, orjson.dumps(self.room.view(audience)))
        return cached[1]

    def mine(self, user: str) -> dict[str, Any]:
        """What concerns this person alone."""
        return self.room.mine(user)

    def __len__(self) -> int:
        return len(self._recent)

    def _trim(self) -> None:
        self._expire(self.room.at)
        while self._recent.over(self.room.settings.recovery_events, RECENT_BYTES):
            self._drop(1)

    def _expire(self, now: int) -> None:
        oldest = now - self.room.settings.recovery_window_ms
        count = 0
        for record in self._recent:
            if record.at >= oldest:
                break
            count += 1
        if count:
            self._drop(count)
            self._aged = self._floor

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._floor = self._recent.drop()


JoinAnswer = Recovered | NotRecovered
