"""The host of a room: one mailbox, one batch on its way, and the answers in order."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog

from protocols.errors import Code, Refused
from protocols.limits import DEDUPE_WINDOW_MS
from protocols.messages import Command, Position, Record
from rooms.activities.room import PersonErase
from rooms.budget import Budgets
from rooms.dedupe import Dedupe, fingerprint
from server.broker.port import Answered, Batch, Broker, Full, Lost, Stale, Unavailable, Unreachable
from server.hosting import traced
from server.hosting.archive import Archive, Snapshot
from server.hosting.asking import ask
from server.hosting.clock import Clock, RoomClock
from server.hosting.draft import Decided, Draft, Outcome, Sender, Waiting
from server.hosting.kept import KeptRecords
from server.hosting.mailbox import Mailbox
from server.hosting.replica import Replica
from server.hosting.restore import Restored
from server.trace import Trace

T = TypeVar("T")
log = structlog.get_logger(__name__)

SNAPSHOT_EVERY = 2_000  # records between snapshots
MANY = 100  # records that are erased in one batch, for which much of the log may have to be written anew


class _Luck:
    """Asking the system for a few random bytes costs more than deciding a command: ask for many at once."""

    def __init__(self) -> None:
        self._left: Iterator[str] = iter(())

    def take(self) -> str:
        for each in self._left:
            return each
        many = secrets.token_hex(8 * 256)
        self._left = iter([many[start : start + 16] for start in range(0, len(many), 16)])
        return next(self._left)


_luck = _Luck()


def new_id() -> str:
    """A fresh id for what a room makes."""
    return _luck.take()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things may take, in seconds."""

    publish: float = 1.0  # one attempt; then the same batch is tried again
    erasing: float = 30.0  # at most, an attempt to erase MANY: each takes double the time of the one before
    backoff: float = 0.05  # before the second attempt, doubling up to
    backoff_most: float = 0.5
    commands: float = 3.0  # how long a command waits for a log that does not answer, and at most one attempt more
    refused: float = 0.8  # how long it waits where nobody listens: that is no hiccup, and its sender asks again

    def of(self, error: Exception) -> float:
        """How long a command waits while this is all that the log says."""
        return self.refused if isinstance(error, Unreachable) else self.commands


def _nothing(*_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all hosts share, and whom they tell.

    ``on_records(room, epoch, records)``  committed, in order, before their acks
    ``on_commit(room, head, due)``        where the log ends and when, on ``clock``, the room wants to be woken
    ``on_epoch(room, epoch)``             the log goes on in another epoch: members must join anew
    ``on_erased(room, user)``             a person was erased, also one of whom the log held nothing
    ``unreachable()``                     whether nobody listens where the log should be, as was seen last
    ``max_room_rate``                     messages a second in a room, whatever its settings say
    ``stream_sites``                      whence streams may come
    """

    broker: Broker
    clock: Clock
    archive: Archive
    on_records: Callable[[str, str, Sequence[Record]], None] = _nothing
    on_commit: Callable[[str, Position, int | None], None] = _nothing
    on_epoch: Callable[[str, str], None] = _nothing
    on_erased: Callable[[str, str], None] = _nothing
    unreachable: Callable[[], bool] = bool
    max_room_rate: int | None = None
    stream_sites: Collection[str] = ()
    new_id: Callable[[], str] = new_id
    patience: Patience = field(default_factory=Patience)
    trace: Trace = field(default_factory=Trace)


class Host:
    """Decides for one room. ``live`` is what is committed; ``closed`` hosts take nothing any more."""

    def __init__(self, restored: Restored, around: Surroundings) -> None:
        room = restored.room
        self.live = Replica(room, restored.epoch)
        self.live.remember(restored.recent, restored.floor)
        self.closed = False
        self.wants_snapshot = restored.needs_snapshot
        self.snapshot_seq = restored.snapshot_seq
        self.snapshot_at = around.clock.now()  # when one was written here, or at the beginning
        self.used = around.clock.now()
        self._around = around
        # Claimed with the first batch, so that one who only looks takes the room from nobody.
        self._term: int | None = None
        self._clock = RoomClock(around.clock, room.at)
        self._dedupe = Dedupe()
        for answer in restored.answered:
            self._dedupe.note(answer.digest, answer.seq, answer.at + restored.later)
        self._erased = deque(restored.erased)
        budgets = Budgets(room.settings, most=around.max_room_rate)
        self._draft = Draft(
            room, dedupe=self._dedupe, budgets=budgets, new_id=around.new_id, stream_sites=around.stream_sites
        )
        self._erased_seq = 0
        self._mailbox = Mailbox()
        self._in_flight: list[Waiting] = []
        self._kept = KeptRecords(room.id, around.archive)
        # Who had the room before may have died with what the database does not have yet.
        self._kept.put(restored.recent)
        self._woken = self._doubted = False
        self._task: asyncio.Task[None] | None = None
        self._batches = self._records = self._refused = 0

    @property
    def room_id(self) -> str:
        """The room's id."""
        return self.live.room.id

    @property
    def waiting(self) -> int:
        """How many commands are not answered yet."""
        return len(self._mailbox) + len(self._in_flight)

    @property
    def busy(self) -> bool:
        """Whether something waits or is on its way."""
        return self._task is not None

    # What others call

    def now(self) -> int:
        """The room's time, in ms."""
        return self._clock.now()

    @property
    def trace(self) -> Trace:
        """How the last commands of all rooms went."""
        return self._around.trace

    def due(self) -> int | None:
        """When, on the clock of all rooms, it wants to be woken."""
        return self._clock.outside(self.live.room.due())

    def submit(
        self,
        command: Command,
        sender: Sender,
        answer: Callable[[Position | Refused], None],
        received: float | None = None,
    ) -> None:
        """Put a command into the mailbox. ``answer`` is called once, in the order of a sender's commands.

        An ack is the position of the command's last event, given after it was told to the members.
        ``received`` is when it came, on the steady clock, if that was before now.
        """
        self.used = self._around.clock.now()
        if self.closed:
            answer(Refused(Code.UNAVAILABLE))
            return
        body = f"{command.type}\n{command.model_dump_json()}".encode()
        digest = fingerprint(sender.by.id, command.id, body)

        def positioned(outcome: Outcome) -> None:
            answer(Position(self.live.epoch, outcome) if isinstance(outcome, int) else outcome)

        now = time.monotonic()
        if self._mailbox.put(Waiting(command, sender, digest, now, positioned, received or now, len(body))):
            self._start()
        else:
            self._refused += 1
            answer(Refused(Code.OVERLOADED))

    async def ask(self, command: Command, sender: Sender) -> Position:
        """The same for who can wait. Raises Refused."""
        return await ask(self, command, sender)

    def wake(self) -> None:
        """Something is due: look, even if nobody sends anything."""
        if not self.closed:
            self._woken = True
            self._start()

    def doubt(self) -> None:
        """The log seemed to end elsewhere than here: look, and begin a new epoch if it was lost."""
        if not self.closed:
            self._doubted = True
            self._start()

    async def close(self) -> None:
        """Take nothing more, and answer what waits."""
        self.closed = True
        while self._task is not None:
            await asyncio.wait([self._task])

    def abort(self) -> None:
        """Give up what waits for a log that does not answer; its senders are told to try again."""
        self._abandon()
        if self._task is not None:
            self._task.cancel()

    def snapshot(self) -> Snapshot:
        """The committed room, as it is stored. Commands whose records hold no digest any more are kept with it."""
        room, now = self.live.room, self._clock.now()
        while self._erased and self._erased[0].at < now - DEDUPE_WINDOW_MS:
            self._erased.popleft()
        return Snapshot(room.id, self.live.epoch, room.seq, now, room.dump(), tuple(self._erased))

    def saved(self, snapshot: Snapshot) -> None:
        """This snapshot is stored."""
        self.snapshot_seq = snapshot.seq
        self.snapshot_at = self._around.clock.now()
        # A message may have been erased while this was being written.
        self.wants_snapshot = self._erased_seq > snapshot.seq

    @property
    def settled(self) -> bool:
        """Whether the database has all of its records, and no snapshot is wanted."""
        return not self._kept and not self.wants_snapshot

    def let_go(self) -> None:
        """Keep no record any more that the database has by now, also if nothing new is said."""
        self._kept.let_go()

    def statistics(self) -> Mapping[str, float]:
        """Queue lengths and counts."""
        return {
            "waiting": self.waiting,
            "recent": len(self.live),
            "kept": len(self._kept),
            "answered": len(self._dedupe),
            "batches_total": self._batches,
            "records_total": self._records,
            "kept_bytes": self._kept.weight,
            "unkept_total": self._kept.unkept,
            "overloaded_total": self._refused,
        }

    # The work

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._mailbox or self._woken or self._doubted:
                if self._doubted:
                    await self._look()
                await self._round()
        except Exception:
            # Nothing that we know of; the room is opened anew rather than left half done.
            log.exception("host_failed", room=self.room_id)
            self._abandon()
        finally:
            self._task = None

    async def _round(self) -> None:
        self._woken = False
        taken = self._in_flight = self._mailbox.take()
        begun = time.monotonic()
        decided = self._draft.decide(taken, self._clock.now())
        decided.times = (begun, time.monotonic())
        if decided.records:
            batch = Batch(
                self.room_id,
                self._around.new_id(),
                0,
                self.live.position,
                decided.records,
                self._draft.room.due(),
            )
            await self._publish(batch, decided)
        else:
            self._settle(decided)
            traced.note(self._around.trace, self.live, decided)
            await asyncio.sleep(0)
        self._in_flight = []

    async def _publish(self, batch: Batch, decided: Decided) -> None:
        """Until this batch is answered nothing else is decided: only the log knows whether it stands."""
        patience = self._around.patience
        backoff, within = patience.backoff, patience.publish
        unsure = False
        while True:
            try:
                async with asyncio.timeout(within):
                    if self._term is None:
                        self._term = await self._around.broker.claim(self.room_id)
                    await self._around.broker.publish(replace(batch, term=self._term))
            except Full:
                # Surely not this time; but an attempt before may stand.
                if unsure and await self._log_moved():
                    await asyncio.sleep(backoff)
                    continue
                self._fail(decided, Refused(Code.UNAVAILABLE))
            except Stale:
                await self._catch_up(decided)
            except Lost:
                self._fail(decided, Refused(Code.UNAVAILABLE))
                await self._renew()
            except (Unavailable, TimeoutError) as error:
                unsure = True
                self._lose_patience(patience.of(error))
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, patience.backoff_most)
                if isinstance(error, TimeoutError) and sum(len(each.erases) for each in batch.records) >= MANY:
                    within = min(within * 2, patience.erasing)
                continue
            except Exception:
                log.exception("publish_failed", room=self.room_id)
                self._fail(decided, Refused(Code.INTERNAL))
            else:
                self._commit(batch, decided)
            return

    async def _look(self) -> None:
        self._doubted = False
        head = await self._insist(lambda: self._around.broker.head(self.room_id))
        live = self.live
        if head is None or (head.epoch == live.epoch and head.seq < live.room.seq):
            await self._renew()
        elif head.epoch != live.epoch:
            log.warning("host_is_not_owner", room=self.room_id)
            self._abandon()
        elif head.seq > live.room.seq:
            await self._catch_up(Decided([]))

    async def _log_moved(self) -> bool:
        """Whether something was appended that is not known here, or may have been."""
        try:
            return await self._around.broker.head(self.room_id) != self.live.position
        except Unavailable:
            return True

    def _commit(self, batch: Batch, decided: Decided) -> None:
        committed = time.monotonic()
        self._batches += 1
        self._take_in(batch.records)
        told = time.monotonic()
        self._around.on_commit(self.room_id, batch.head, self._clock.outside(batch.due))
        self._settle(decided)
        traced.note(self._around.trace, self.live, decided, batch, (committed, told))

    def _take_in(self, records: Sequence[Record]) -> None:
        """Live first, then the members; the acks come after both."""
        erased = {seq for record in records for seq in record.erases}
        if erased:
            found = self._dedupe.answered_with(erased)
            self._erased_seq = records[-1].seq
            self._erased.extend(Answered(digest, seq, records[-1].at) for digest, seq in found)
        self.live.apply(records)
        self._records += len(records)
        self._clock.raise_to(records[-1].at)
        self._kept.put(records)
        if erased or self.live.room.seq - self.snapshot_seq >= SNAPSHOT_EVERY:
            self.wants_snapshot = True
        try:
            self._around.on_records(self.room_id, self.live.epoch, records)
        except Exception:
            # It is committed whether or not telling it worked; members recover what they miss.
            log.exception("telling_failed", room=self.room_id)

    def _settle(self, decided: Decided) -> None:
        now = self._clock.now()
        for key, (body, seq) in decided.fresh.items():
            self._dedupe.note(key + body, seq, now)
        for waiting, outcome in decided.outcomes:
            if isinstance(waiting.command, PersonErase) and isinstance(outcome, int):
                self._around.on_erased(self.room_id, waiting.command.user)
            waiting.settle(outcome)

    def _fail(self, decided: Decided, refused: Refused) -> None:
        """None of it holds. Refusals too rested on what is not committed: all may try again."""
        self._draft.rebuild(())
        for waiting in decided.taken:
            waiting.settle(refused)
        decided.outcomes = [(waiting, refused) for waiting in decided.taken]
        traced.note(self._around.trace, self.live, decided)

    def _lose_patience(self, patience: float) -> None:
        """Tell those who have waited long enough; if their command stands after all, sending it again finds it."""
        latest = time.monotonic() - patience
        for waiting in self._in_flight:
            if waiting.since <= latest:
                waiting.settle(Refused(Code.UNAVAILABLE))
        for waiting in self._mailbox.take_since(latest):
            waiting.settle(Refused(Code.UNAVAILABLE))

    # When the log is not as we thought

    async def _catch_up(self, decided: Decided) -> None:
        """Somebody else appended: read to the end, then decide anew."""
        broker = self._around.broker
        before = self.live.position

        async def read() -> None:
            head = await broker.head(self.room_id)
            if head is None or head.epoch != self.live.epoch:
                raise Stale(before if head is None else head)
            async for records in broker.read(self.room_id, self.live.room.seq):
                if records[0].seq != self.live.room.seq + 1:
                    break
                for record in records:
                    if record.command is not None:
                        self._dedupe.note(record.command, record.seq, record.at)
                self._take_in(records)
            if self.live.room.seq < head.seq:
                # Away for so long that the log does not reach back to here any more.
                raise Stale(head)

        try:
            await self._insist(read)
        except Stale:
            log.warning("host_is_not_owner", room=self.room_id)
            self._abandon()
            return
        self._term = None
        if self.live.position == before:
            # Nothing new, but a higher term: somebody else took the room. No racing them for it batch by batch.
            log.warning("term_taken", room=self.room_id)
            self._fail(decided, Refused(Code.UNAVAILABLE))
            return
        self._draft.rebuild(())
        self._around.on_commit(self.room_id, self.live.position, self.due())
        self._mailbox.put_back(decided.taken)

    async def _renew(self) -> None:
        """The log was lost: what we acked goes to the database, and the room goes on in another epoch."""
        around, live = self._around, self.live
        log.error("log_lost", room=self.room_id, epoch=live.epoch, seq=live.room.seq, kept=len(self._kept))

        async def renew() -> tuple[Position, int]:
            await self._kept.rescue(live.epoch)
            position = await around.broker.renew(self.room_id, live.room.seq)
            return position, await around.broker.claim(self.room_id)

        try:
            position, self._term = await self._insist(renew)
        except (Stale, Lost):
            self._abandon()
            return
        live.renew(position.epoch)
        self.wants_snapshot = True
        around.on_epoch(self.room_id, live.epoch)

    async def _insist(self, step: Callable[[], Awaitable[T]]) -> T:
        """Try until the log and the database answer; commands that wait too long meanwhile are refused."""
        patience = self._around.patience
        backoff = patience.backoff
        while True:
            try:
                return await step()
            except Unavailable as error:
                self._lose_patience(patience.of(error))
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, patience.backoff_most)

    def _abandon(self) -> None:
        """This host is of no use any more: whoever wants the room opens it anew."""
        self.closed = True
        for waiting in (*self._in_flight, *self._mailbox.take_all()):
            waiting.settle(Refused(Code.UNAVAILABLE))
        self._in_flight = []
        self._woken = False
