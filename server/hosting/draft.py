"""The draft of a room: it decides on what is not committed yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from protocols.errors import Code, Refused
from protocols.limits import KEY_LENGTH
from protocols.messages import STAFF, By, Command, Record
from rooms.activity import ROOM, Context
from rooms.budget import Budgets
from rooms.dedupe import Dedupe
from rooms.room import Room

log = structlog.get_logger(__name__)

Outcome = int | Refused


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a command, and what is known of them beside their name; the last two as in ``Context``."""

    by: By
    bound: bool = False
    signed_up: bool = False
    vouched: bool = False
    suspect: bool = False


@dataclass(slots=True, eq=False)
class Waiting:
    """A command on its way. ``answer`` is called once, with the seq it led to or a refusal.

    ``digest``  ``rooms.dedupe.fingerprint`` of it        ``since``  when it came, on the steady clock
    ``received``  when the gateway, or whoever asks in a person's name, had it        ``size``  of the command, in bytes
    """

    command: Command
    sender: Sender
    digest: bytes
    since: float
    answer: Callable[[Outcome], None] | None
    received: float = 0.0
    size: int = 0

    def settle(self, outcome: Outcome) -> None:
        """Answer, unless that has been done."""
        answer, self.answer = self.answer, None
        if answer is None:
            return
        try:
            answer(outcome)
        except Exception:
            # Whoever cannot take an answer must not keep the others from theirs.
            log.exception("answer_failed")


@dataclass(slots=True)
class Decided:
    """What came of some commands; nothing of it holds before ``records`` are committed."""

    taken: list[Waiting]
    records: list[Record] = field(default_factory=list)
    outcomes: list[tuple[Waiting, Outcome]] = field(default_factory=list)
    fresh: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)  # key -> body, seq: answered just now
    times: tuple[float, float] = (0.0, 0.0)  # when they were taken from the mailbox, and decided


class Draft:
    """A room that is ahead of the committed one by what is being published."""

    def __init__(
        self,
        live: Room,
        *,
        dedupe: Dedupe,
        budgets: Budgets,
        new_id: Callable[[], str],
        stream_sites: Collection[str] = (),
    ) -> None:
        self._live = live
        self._dedupe = dedupe
        self._budgets = budgets
        self._new_id = new_id
        self._stream_sites = stream_sites
        self.room = live
        self.rebuild(())

    def rebuild(self, ahead: Sequence[Record]) -> None:
        """Begin again from what is committed, then take in ``ahead``."""
        self.room = Room.load(self._live.id, self._live.dump(), self._live.registry)
        for record in ahead:
            self.room.apply(record)

    def decide(self, taken: list[Waiting], now: int) -> Decided:
        """First what is due, then each command in turn: known already, over budget, or decided."""
        decided = Decided(taken)
        self._elapse(decided, now)
        self._budgets.settings = self.room.settings
        for waiting in taken:
            if waiting.answer is None:
                continue  # they were told "unavailable" when it took too long
            decided.outcomes.append((waiting, self._outcome(waiting, decided, now)))
        return decided

    def _elapse(self, decided: Decided, now: int) -> None:
        while (due := self.room.due()) is not None and due <= now:
            try:
                # Stamped with its deadline, however late it is noticed.
                proposed = self.room.elapse(Context(ROOM, due, self._new_id))
                records = self.room.record(proposed, by=None, at=due)
            except Exception:
                log.exception("elapse_failed", room=self.room.id)
                return
            if not records or not self._apply(decided, records):
                log.error("elapse_idle", room=self.room.id, due=due)
                return

    def _outcome(self, waiting: Waiting, decided: Decided, now: int) -> Outcome:
        try:
            known = self._known(waiting.digest, decided, now)
            if known is not None:
                return known
            return self._decide(waiting, decided, now)
        except Refused as refused:
            return refused
        except Exception:
            # Its sender alone is told; its text stays here, and the draft is as it was.
            log.exception("decide_failed", type=waiting.command.type)
            return Refused(Code.INTERNAL)

    def _known(self, digest: bytes, decided: Decided, now: int) -> int | None:
        fresh = decided.fresh.get(digest[:KEY_LENGTH])
        if fresh is None:
            return self._dedupe.find(digest, now)
        if fresh[0] != digest[KEY_LENGTH:]:
            raise Refused(Code.ID_CONFLICT)
        return fresh[1]

    def _decide(self, waiting: Waiting, decided: Decided, now: int) -> int:
        command, sender = waiting.command, waiting.sender
        by = self.room.speaker(command, sender.by)
        staff = by.role in STAFF
        wait_ms = self._budgets.take(
            command.budget, by.id, now, staff=staff, asking=command.asks, slowed=command.slowed
        )
        if wait_ms is not None:
            raise Refused(Code.RATE_LIMITED, retry_after_ms=wait_ms)

        at = max(now, self.room.at)
        context = Context(
            sender.by,
            at,
            self._new_id,
            bound=sender.bound,
            signed_up=sender.signed_up,
            suspect=sender.suspect,
            vouched=sender.vouched,
            stream_sites=self._stream_sites,
        )
        proposed = self.room.decide(command, context)
        if command.asks:
            return self.room.seq
        # What the room does of itself is nobody's.
        records = self.room.record(proposed, by=None if by == ROOM else by, at=at, command=waiting.digest)
        if not self._apply(decided, records):
            raise Refused(Code.INTERNAL)
        if command.slowed:
            self._budgets.spoke(by.id, now)
        decided.fresh[waiting.digest[:KEY_LENGTH]] = (waiting.digest[KEY_LENGTH:], self.room.seq)
        return self.room.seq

    def _apply(self, decided: Decided, records: Iterable[Record]) -> bool:
        """Take in records that were just proposed; False if an activity failed, and then none of them is."""
        records = list(records)
        try:
            for record in records:
                self.room.apply(record)
        except Exception:
            log.exception("apply_failed", room=self.room.id)
            self.rebuild(decided.records)
            return False
        decided.records += records
        return True
