"""A room brought back: its snapshot, the rest of its log, and what the archive has where the log has gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from protocols.errors import Code, Refused
from protocols.limits import DEDUPE_WINDOW_MS
from protocols.messages import Position, Record
from rooms.registry import Registry
from rooms.room import Room
from server.broker.port import Answered, Broker, Unavailable
from server.hosting.archive import Archive, Kept, Snapshot
from server.hosting.clock import Clock
from server.hosting.replica import RECENT_BYTES
from server.hosting.shelf import Shelf

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Restored:
    """A room up to the end of its log.

    ``recent`` are the records after ``floor``; ``later`` is by how much the answers are to count as newer, in ms.
    """

    room: Room
    epoch: str
    recent: Sequence[Record] = ()
    floor: int = 0
    answered: Sequence[Answered] = ()
    later: int = 0
    erased: Sequence[Answered] = ()
    snapshot_seq: int = 0
    needs_snapshot: bool = False


async def restore(
    room_id: str, *, broker: Broker, archive: Archive, registry: Registry, clock: Clock, deciding: bool = True
) -> Restored:
    """Raises Refused (not_found) and Unavailable.

    Not ``deciding``: only to follow. A lost log is left to whom the room belongs (Unavailable), no answers are read.
    """
    head = await broker.head(room_id)
    kept = await _kept(room_id, archive, head)
    if head is None and kept is None:
        raise Refused(Code.NOT_FOUND, "There is no such room.")

    lost = head is None or (kept is not None and head.seq < kept.seq)
    if lost and not deciding:
        raise Unavailable("the log was lost")
    if kept is not None and lost:
        # Clients and the archive know of more than the log holds: its numbers must not be given twice.
        log.error("log_lost", room=room_id, seq=kept.seq, head=None if head is None else head.seq)
        head = await broker.renew(room_id, kept.seq)
    if head is None:
        raise Refused(Code.NOT_FOUND, "There is no such room.")

    snapshot = kept.snapshot if kept else None
    loading = _Loading(room_id, broker, archive, registry, snapshot)
    await loading.read(head)
    if not deciding:
        return Restored(loading.room, head.epoch, recent=list(loading.recent), floor=loading.floor)
    since, later = _remembered(loading.room.at, clock)
    answered = list(await broker.answered(room_id, since))
    if lost or loading.gaps or loading.shortened or (snapshot is not None and snapshot.epoch != head.epoch):
        answered = [*await archive.answered(room_id, since), *answered]
    erased = [] if snapshot is None else [answer for answer in snapshot.erased if answer.at >= since]
    return Restored(
        loading.room,
        head.epoch,
        recent=list(loading.recent),
        floor=loading.floor,
        answered=sorted([*answered, *erased], key=lambda answer: answer.at) if erased else answered,
        later=later,
        erased=erased,
        snapshot_seq=0 if snapshot is None else snapshot.seq,
        needs_snapshot=lost or loading.erasing or loading.gaps,
    )


def _remembered(last: int, clock: Clock) -> tuple[int, int]:
    """Since when, in the room's time, commands are remembered, and by how much newer they count than they say.

    How long a machine was off, only its clock says, and that may have been set meanwhile: what was answered last
    counts as answered when this process started, or a jump would have a command that is sent again done twice.
    """
    later = max(0, clock.started - last)
    return max(clock.now(), last) - later - DEDUPE_WINDOW_MS, later


async def _kept(room_id: str, archive: Archive, head: Position | None) -> Kept | None:
    try:
        return await archive.kept(room_id)
    except Unavailable:
        if head is None:
            raise
        # The log is the truth: the room can go on without its archive.
        log.warning("archive_away", room=room_id)
        return None


@dataclass(slots=True)
class _Loading:
    room_id: str
    broker: Broker
    archive: Archive
    registry: Registry
    snapshot: Snapshot | None
    room: Room = field(init=False)
    recent: Shelf = field(default_factory=Shelf)
    floor: int = 0
    gaps: bool = False
    shortened: bool = False  # of what was looked for in the log, the beginning is in the archive alone
    erasing: bool = False

    def __post_init__(self) -> None:
        self.room = Room(self.room_id, self.registry)
        if self.snapshot is not None:
            try:
                self.room = Room.load(self.room_id, self.snapshot.state, self.registry)
            except (ValueError, KeyError, TypeError, IndexError, AttributeError):
                log.warning("snapshot_dropped", room=self.room_id, seq=self.snapshot.seq)
                self.snapshot = None

    async def read(self, head: Position) -> None:
        # What clients may ask for when they come back, beside what the snapshot does not hold yet. One at least: that
        # it is not there says that the log was trimmed.
        lately = head.seq - max(1, self.room.settings.recovery_events)
        self.floor = max(0, min(lately, self.room.seq))
        wanted, first, last = self.floor + 1, head.seq + 1, 0
        async for records in self.broker.read(self.room_id, self.floor):
            first, last = min(first, records[0].seq), records[-1].seq
            await self._take(records)
        self.shortened = first > wanted
        if self.room.seq < head.seq:
            await self._fill(head.seq)
        elif last < head.seq:
            # All of it is in the snapshot, and nothing at hand.
            self.recent.clear()
            self.floor = head.seq

    async def _take(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.seq > self.room.seq + 1:
                await self._fill(record.seq - 1)
            if record.seq > self.room.seq:
                self._apply(record)
            if record.seq > self.floor + len(self.recent) + 1:
                self.recent.clear()
                self.floor = record.seq - 1
            self.recent.put(record)
            while self.recent.over(self.room.settings.recovery_events, RECENT_BYTES):
                self.floor = self.recent.drop()

    def _apply(self, record: Record) -> None:
        self.room.apply(record)
        self.erasing = self.erasing or bool(record.erases)

    async def _fill(self, upto: int) -> None:
        """The log does not have these (trimmed, or lost): the archive may."""
        self.gaps = True
        async for records in self.archive.records(self.room_id, self.room.seq, upto):
            for record in records:
                self._skip_to(record.seq - 1)
                self._apply(record)
        self._skip_to(upto)
        self.recent.clear()
        self.floor = upto

    def _skip_to(self, seq: int) -> None:
        if self.room.seq < seq:
            # Older than the room's retention, or lost with log and archive: the places stay, what they held is gone.
            log.warning("records_missing", room=self.room_id, after=self.room.seq, upto=seq)
            self.room.seq = seq
