"""All logs of a Redis into a file, and of a file into a Redis: backups have one form wherever the log is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from protocols.messages import Position, Record
from server.broker.log_file import LogFile, new_epoch
from server.broker.port import Batch
from server.broker.redis import RedisBroker
from server.broker.redis_log import keys_of
from server.catalogue import Catalogue

BUSY_MS = 5000
BATCH = 500  # records in one batch of what is written

Progress = Callable[[int, int], None]  # rooms copied, rooms in all


async def any_room(broker: RedisBroker) -> bool:
    """Whether the Redis has any log. Raises Unavailable."""
    async for heads in broker.heads():
        if heads:
            return True
    return False


async def log_into_file(
    broker: RedisBroker, path: Path, catalogue: Catalogue, progress: Progress = lambda _done, _all: None
) -> None:
    """Copy every room's log, each up to where it ends when it is read. Raises Unavailable and sqlite3.Error."""
    heads = {room: head async for some in broker.heads() for room, head in some.items()}
    log = LogFile(path, catalogue, busy_ms=BUSY_MS)
    try:
        for number, (room, head) in enumerate(heads.items(), start=1):
            log.connection.execute("BEGIN IMMEDIATE")
            await _room_into_file(broker, log, room, head)
            log.connection.execute("COMMIT")
            progress(number, len(heads))
        # One file, without a write-ahead log beside it.
        log.connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        log.connection.close()


async def _room_into_file(broker: RedisBroker, log: LogFile, room: str, head: Position) -> None:
    (due,) = await broker.lanes.call(keys_of(room).head, "HMGET", keys_of(room).head, "due")
    wakes = int(due) if due else None
    log.connection.execute("INSERT INTO logs VALUES (?, ?, ?, 0, ?)", (room, head.epoch, head.seq, wakes))
    at: int | None = None
    async for records in broker.read(room, 0):
        for batch in _batches(records):
            if at != batch[0].seq - 1:
                # Before it something was forgotten, or lost.
                at = batch[0].seq - 1
                log.connection.execute("UPDATE logs SET seq = ? WHERE room = ?", (at, room))
            # Appended as a room would: what a later record erases is not left in an earlier one.
            log.append(Batch(room, new_epoch(), 0, Position(head.epoch, at), batch, wakes))
            at = batch[-1].seq


async def log_from_file(
    path: Path, broker: RedisBroker, catalogue: Catalogue, progress: Progress = lambda _done, _all: None
) -> None:
    """Write every room's log into a Redis that has none, each in a new epoch. Raises Unavailable and sqlite3.Error."""
    log = LogFile(path, catalogue, busy_ms=BUSY_MS, reading=True)
    try:
        heads, dues = log.heads(), log.dues()
        for number, (room, head) in enumerate(heads.items(), start=1):
            due = dues[room].at if room in dues else None
            await _room_from_file(log, broker, room, head, due)
            progress(number, len(heads))
    finally:
        log.connection.close()


async def _room_from_file(log: LogFile, broker: RedisBroker, room: str, head: Position, due: int | None) -> None:
    at: Position | None = None
    done = 0
    while records := log.chunk(room, done, BATCH):
        for batch in _batches(records):
            if at is None or at.seq != batch[0].seq - 1:
                at = await broker.renew(room, batch[0].seq - 1)
                term = await broker.claim(room)
            at = await broker.publish(Batch(room, new_epoch(), term, at, batch, due))
            done = at.seq
    if at is None or at.seq < head.seq:
        await broker.renew(room, head.seq)


def _batches(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """The same in order, in pieces without a gap inside."""
    start = 0
    for end in range(1, len(records) + 1):
        torn = end == len(records) or records[end].seq != records[end - 1].seq + 1
        if torn or end - start >= BATCH:
            yield records[start:end]
            start = end
