"""A follower: a room that another node decides for. It serves views and joins, and forwards what is sent.

To gateway and pages it looks like a ``Host``. What it answers it has in its replica, so that nobody's view is behind
what they were told.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from protocols.errors import Code, Refused
from protocols.limits import MAILBOX_LIMIT
from protocols.messages import Command, Position, Record
from server.broker.port import Batch
from server.catalogue import Foreign
from server.hosting import letters, traced
from server.hosting.asking import ask
from server.hosting.clock import RoomClock
from server.hosting.draft import Sender
from server.hosting.host import Host, Surroundings
from server.hosting.kept import KeptRecords
from server.hosting.line import Letter
from server.hosting.replica import Replica
from server.hosting.restore import Restored
from server.trace import Trace

# A take-over may take four seconds; whoever waits longer is told to try again.
PATIENCE_S = 4.5
KEPT_BYTES = 2 * 1024 * 1024  # of records that the database may not have yet: the owner keeps more
EXPIRY_S = 0.2  # between looks at who has waited too long

log = structlog.get_logger(__name__)

Answer = Callable[[Position | Refused], None]


@dataclass(slots=True, eq=False)
class Forwarded:
    """A command on its way to the owner. ``number`` is that of its last letter."""

    command: Command
    sender: Sender
    answer: Answer
    since: float
    number: int = 0
    outcome: Position | Refused | None = None
    answered_here: bool = False

    def settle(self, outcome: Position | Refused) -> None:
        """Answer, once."""
        if self.answered_here:
            return
        self.answered_here = True
        try:
            self.answer(outcome)
        except Exception:
            # Whoever cannot take an answer must not keep the others from theirs.
            log.exception("answer_failed")


class Follower:
    """Follows one room. ``send(follower, owner, command)`` forwards, and numbers it; False if it cannot.

    ``on_torn(follower)`` is called when what it heard does not fit: it must be made anew; ``on_ahead(follower, head)``
    when the log has lost its end and stops at ``head``.
    """

    def __init__(
        self,
        restored: Restored,
        around: Surroundings,
        owner: str,
        *,
        send: Callable[[Follower, str, Forwarded], bool],
        on_torn: Callable[[Follower], None],
        on_ahead: Callable[[Follower, Position], None] = lambda _follower, _head: None,
    ) -> None:
        self.live = Replica(restored.room, restored.epoch)
        self.live.remember(restored.recent, restored.floor)
        self.owner: str | None = owner
        self.route_number = 0  # of the way to that owner: another each time that it is sought
        self.ownerless = 0  # looks that found nobody as its owner
        self.closed = False
        self.blind = False  # a newer program wrote what is not understood here: it is passed on, and no view is given
        self.used = around.clock.now()
        self.stop: Callable[[], None] = lambda: None  # hearing
        self._around = around
        self._clock = RoomClock(around.clock, restored.room.at)
        self._send = send
        self._on_torn = on_torn
        self._on_ahead = on_ahead
        self._waiting: deque[Forwarded] = deque()
        # Should the log lose its end together with its owner, it is known here.
        self._kept = KeptRecords(restored.room.id, around.archive, most_bytes=KEPT_BYTES)
        self._kept.put(restored.recent)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def room_id(self) -> str:
        """The room's id."""
        return self.live.room.id

    @property
    def waiting(self) -> int:
        """How many commands are not answered yet."""
        return len(self._waiting)

    @property
    def trace(self) -> Trace:
        """How the last commands of all rooms went."""
        return self._around.trace

    def now(self) -> int:
        """The room's time, in ms."""
        return self._clock.now()

    # What others call

    def submit(self, command: Command, sender: Sender, answer: Answer, received: float | None = None) -> None:
        """Forward a command. ``answer`` is called once, in order, when its events have been told here.

        ``received`` stays on this node: the owner's clock counts from another start.
        """
        self.used = self._around.clock.now()
        if self.closed:
            answer(Refused(Code.UNAVAILABLE))
            return
        if len(self._waiting) >= MAILBOX_LIMIT:
            answer(Refused(Code.OVERLOADED))
            return
        forwarded = Forwarded(command, sender, answer, received or time.monotonic())
        self._waiting.append(forwarded)
        if self.owner is not None and not self._send(self, self.owner, forwarded):
            forwarded.outcome = Refused(Code.OVERLOADED)
            self._settle()
        self._watch()

    async def ask(self, command: Command, sender: Sender) -> Position:
        """The same for who can wait. Raises Refused."""
        return await ask(self, command, sender)

    def route(self, owner: str | None, number: int = 0) -> None:
        """Somebody else decides now: what is not answered goes there, in order. None: nobody is known yet."""
        self.owner, self.route_number = owner, number
        if owner is None:
            return
        for forwarded in self._waiting:
            if forwarded.outcome is None and not self._send(self, owner, forwarded):
                forwarded.outcome = Refused(Code.OVERLOADED)
        self._settle()

    def answered(self, forwarded: Forwarded, letter: Letter) -> None:
        """The owner has answered; the first answer holds."""
        if forwarded.outcome is None:
            forwarded.outcome = letters.outcome_of(letter)
            self._settle()

    def heard(self, batch: Batch) -> None:
        """A batch of the log."""
        live = self.live
        if self.closed:
            return
        if batch.base.epoch != live.epoch:
            if batch.base.seq != live.room.seq:
                self.tear("epoch")
                return
            live.renew(batch.base.epoch)
            self._around.on_epoch(self.room_id, live.epoch)
        seq = live.room.seq
        if not batch.records and batch.base.seq < seq and batch.base.epoch == live.epoch:
            self._on_ahead(self, batch.base)
            return
        fresh = [record for record in batch.records if record.seq > seq]
        if batch.base.seq > seq or (fresh and (fresh[0].seq, fresh[-1].seq) != (seq + 1, seq + len(fresh))):
            self.tear("gap")
            return
        if fresh:
            self._take_in(fresh)
        self._settle()

    async def rescue(self, head: Position | None) -> bool:
        """Whether the log, which ends there, has lost what was heard here; then it is stored. Raises Unavailable."""
        here = self.live.position
        if head is None or head.epoch != here.epoch or head.seq >= here.seq:
            return False
        log.error("log_ends_before", room=self.room_id, epoch=head.epoch, seq=head.seq, heard=here.seq)
        await self._kept.rescue(here.epoch)
        return True

    def let_go(self) -> None:
        """Keep no record any more that the database has by now."""
        self._kept.let_go()

    def tear(self, why: str) -> None:
        """What was heard does not fit what is here: it cannot go on."""
        log.warning("follower_torn", room=self.room_id, why=why)
        self.close(Refused(Code.UNAVAILABLE))
        self._on_torn(self)

    def hand_over(self, host: Host) -> None:
        """This node decides now: what is not answered goes into the host's mailbox, in order."""
        waiting = list(self._waiting)
        self._waiting.clear()
        self.close(Refused(Code.UNAVAILABLE))
        for forwarded in waiting:
            if forwarded.outcome is not None:
                # The host has read to the end of the log.
                forwarded.settle(forwarded.outcome)
            else:
                host.submit(forwarded.command, forwarded.sender, forwarded.settle, forwarded.since)

    def close(self, refused: Refused) -> None:
        """Follow no more; who waits is told so."""
        self.closed = True
        self.stop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            self._waiting.popleft().settle(refused)

    # The work

    def _take_in(self, records: Sequence[Record]) -> None:
        if not self.blind and any(isinstance(record.data, Foreign) for record in records):
            self.blind = True
            log.error("room_of_newer_program", room=self.room_id, seq=records[0].seq)
        if self.blind:
            self.live.pass_by(records)
        else:
            self.live.apply(records)
        self._clock.raise_to(records[-1].at)
        self._kept.put(records)
        try:
            self._around.on_records(self.room_id, self.live.epoch, records)
        except Exception:
            # It is committed whether or not telling it worked; members recover what they miss.
            log.exception("telling_failed", room=self.room_id)
        traced.heard(self.trace, self.live, records)

    def _settle(self) -> None:
        """Answer in order, and not before what the answer speaks of has been told here."""
        here = self.live.position
        while self._waiting:
            outcome = self._waiting[0].outcome
            if outcome is None or (
                isinstance(outcome, Position) and (outcome.epoch != here.epoch or outcome.seq > here.seq)
            ):
                return
            forwarded = self._waiting.popleft()
            forwarded.settle(outcome)
            traced.sent(
                self.trace,
                self.live,
                forwarded.command,
                by=forwarded.sender.by,
                owner=self.owner,
                since=forwarded.since,
                outcome=outcome,
            )

    def _watch(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = asyncio.get_running_loop().call_later(EXPIRY_S, self._expire)

    def _expire(self) -> None:
        self._timer = None
        # Letters go through where the log is: if nobody listens there, no owner will be found soon.
        patience = self._around.patience.refused if self._around.unreachable() else PATIENCE_S
        latest = time.monotonic() - patience
        while self._waiting and self._waiting[0].since <= latest:
            self._waiting.popleft().settle(Refused(Code.UNAVAILABLE))
        self._settle()
        self._watch()
