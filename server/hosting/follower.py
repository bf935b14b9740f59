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
from server.hosting import letters
from server.hosting.clock import RoomClock
from server.hosting.draft import Sender
from server.hosting.host import Host, Surroundings
from server.hosting.line import Letter
from server.hosting.replica import Replica
from server.hosting.restore import Restored
from server.trace import Trace

# A take-over may take four seconds; whoever waits longer is told to try again.
PATIENCE_S = 4.7
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

    ``on_torn(follower)`` is called when what it heard does not fit: it must be made anew.
    """

    def __init__(
        self,
        restored: Restored,
        around: Surroundings,
        owner: str,
        *,
        send: Callable[[Follower, str, Forwarded], bool],
        on_torn: Callable[[Follower], None],
    ) -> None:
        self.live = Replica(restored.room, restored.epoch)
        self.live.remember(restored.recent, restored.floor)
        self.owner: str | None = owner
        self.ownerless = 0  # looks that found nobody as its owner
        self.closed = False
        self.used = around.clock.now()
        self.stop: Callable[[], None] = lambda: None  # hearing
        self._around = around
        self._clock = RoomClock(around.clock, restored.room.at)
        self._send = send
        self._on_torn = on_torn
        self._waiting: deque[Forwarded] = deque()
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
        answered: asyncio.Future[Position | Refused] = asyncio.get_running_loop().create_future()
        self.submit(command, sender, lambda outcome: None if answered.done() else answered.set_result(outcome))
        outcome = await answered
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def route(self, owner: str | None) -> None:
        """Somebody else decides now: what is not answered goes there, in order. None: nobody is known yet."""
        self.owner = owner
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
        fresh = [record for record in batch.records if record.seq > live.room.seq]
        if fresh and fresh[0].seq != live.room.seq + 1:
            self.tear("gap")
            return
        if fresh:
            self._take_in(fresh)
        self._settle()

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
        self.live.apply(records)
        self._clock.raise_to(records[-1].at)
        try:
            self._around.on_records(self.room_id, self.live.epoch, records)
        except Exception:
            # It is committed whether or not telling it worked; members recover what they miss.
            log.exception("telling_failed", room=self.room_id)

    def _settle(self) -> None:
        """Answer in order, and not before what the answer speaks of has been told here."""
        here = self.live.position
        while self._waiting:
            outcome = self._waiting[0].outcome
            if outcome is None or (
                isinstance(outcome, Position) and (outcome.epoch != here.epoch or outcome.seq > here.seq)
            ):
                return
            self._waiting.popleft().settle(outcome)

    def _watch(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = asyncio.get_running_loop().call_later(EXPIRY_S, self._expire)

    def _expire(self) -> None:
        self._timer = None
        latest = time.monotonic() - PATIENCE_S
        while self._waiting and self._waiting[0].since <= latest:
            self._waiting.popleft().settle(Refused(Code.UNAVAILABLE))
        self._settle()
        self._watch()
