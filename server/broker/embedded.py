"""EmbeddedBroker: the log in one SQLite file, for one process and no other server.

One thread writes. It commits whatever waits as soon as it is free, never on a timer, so that many rooms
share one fsync when busy and one command waits for none when quiet. Another thread reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog

from protocols.messages import Position, Record
from server.broker.log_file import LogFile
from server.broker.port import Answered, Batch, Due, Full, Listener, News, Unavailable
from server.catalogue import Catalogue

QUEUE_LIMIT = 8192  # jobs that wait for the writer; beyond: Unavailable
GROUP = 256  # jobs in one transaction
CHUNK = 1000  # records read at once
DROPPED = 500  # batches that are trimmed in one step
BUSY_MS = 1000  # how long another process may hold the file
RETRY_S = 0.25  # between attempts to cut the write-ahead log after an erasure
PROBE_S = 0.75  # between attempts to write while nobody sends
QUIET_S = 2.0  # without one that succeeded; then the file hangs

Answer = TypeVar("Answer")
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Job:
    """A step for the writer, and who waits for it. ``batch`` is set if the step appends one."""

    step: Callable[[LogFile], Any]
    waiter: asyncio.Future[Any]
    batch: Batch | None = None
    erases: bool = False


Outcome = tuple[_Job, Any, Exception | None]


class EmbeddedBroker:
    """A ``Broker`` on SQLite. Make it inside the running loop; ``close`` it before the loop ends."""

    def __init__(
        self, path: Path, catalogue: Catalogue, *, busy_ms: int = BUSY_MS, max_pages: int | None = None
    ) -> None:
        self._open: Callable[[], LogFile] = lambda: LogFile(path, catalogue, busy_ms=busy_ms, max_pages=max_pages)
        self._loop = asyncio.get_running_loop()
        self._listeners: dict[str, list[Listener]] = {}
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = False
        self._unheard: asyncio.Future[Any] = self._loop.create_future()  # for what the writer does by itself
        self._committed = self._commits = self._failures = 0
        self._commit_s = 0.0
        self._failing_since: float | None = None
        self._full = False
        self._written = time.monotonic()  # when something could be written last
        file = self._open()
        if file.begun_again:
            log.warning("log.is_a_copy", rooms=file.begun_again, meaning="a backup: every room begins a new epoch")
        try:
            # A crash may have come between an erasing commit and the cut that followed it.
            self._uncut = not file.forget_wal()
            self._reading = LogFile(path, catalogue, busy_ms=busy_ms, reading=True)
        except sqlite3.Error:
            file.connection.close()
            raise
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="log-reader")
        self._writer = threading.Thread(target=self._write, args=(file,), name="log-writer", daemon=True)
        self._writer.start()

    # The port

    async def create(self, room: str) -> Position:
        return await self._do(lambda file: file.create(room))

    async def renew(self, room: str, seq: int) -> Position:
        return await self._do(lambda file: file.renew(room, seq))

    async def claim(self, room: str) -> int:
        return await self._do(lambda file: file.claim(room))

    async def trim(self, room: str, upto: int) -> None:
        while await self._do(lambda file: file.drop(room, upto, DROPPED)) == DROPPED:
            pass  # what others have to write meanwhile goes in between
        # The oldest first, so that a crash leaves no hole.
        await self._do(lambda file: file.trim(room, upto), erases=True)

    async def keyed(self, before: int) -> Mapping[str, Sequence[int]]:
        return await self._look(lambda file: file.keyed(before))

    async def forget(self, keyed: Mapping[str, Sequence[int]]) -> None:
        await self._do(lambda file: file.forget(keyed), erases=True)

    async def publish(self, batch: Batch) -> Position:
        if not batch.records:
            return batch.base
        erases = any(record.erases for record in batch.records)
        head, _ = await self._do(lambda file: file.append(batch), batch=batch, erases=erases)
        return head

    async def head(self, room: str) -> Position | None:
        return await self._look(lambda file: file.head(room))

    async def heads(self) -> AsyncIterator[Mapping[str, Position]]:
        after = ""
        while heads := await self._look(lambda file, after=after: file.heads(after, CHUNK)):  # type: ignore[misc]
            yield heads
            after = max(heads)

    async def heads_of(self, rooms: Collection[str]) -> Mapping[str, Position]:
        return await self._look(lambda file: file.heads_of(rooms))

    async def news(self, since: int | None) -> News:
        return await self._look(lambda file: file.news(since))

    async def dues(self) -> Mapping[str, Due]:
        return await self._look(lambda file: file.dues())

    async def answered(self, room: str, since: int) -> Sequence[Answered]:
        return await self._look(lambda file: file.answered(room, since))

    async def read(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]:
        while records := await self._look(lambda file, after=after: file.chunk(room, after, CHUNK)):  # type: ignore[misc]
            yield records
            after = records[-1].seq

    def subscribe(self, room: str, listener: Listener) -> Callable[[], None]:
        self._listeners.setdefault(room, []).append(listener)

        def stop() -> None:
            listeners = self._listeners.get(room, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(room, None)

        return stop

    async def trouble(self) -> str | None:
        """Why the log cannot be written or read now, as a short phrase; None if it can."""
        if not self._writer.is_alive():
            return "the log's writer has ended"
        if self._failing_since is not None:
            return "no space for the log" if self._full else "the log cannot be written"
        if time.monotonic() - self._written > QUIET_S:
            return "the log does not answer"
        try:
            await self._look(lambda file: file.heard())
        except Unavailable:
            return "the log cannot be read"
        return None

    def unreachable(self) -> bool:
        """Never: the log is in this process."""
        return False

    def statistics(self) -> Mapping[str, float]:
        failing = self._failing_since
        return {
            "waiting": self._jobs.qsize(),
            "commits_total": self._commits,
            "commit_seconds_total": self._commit_s,
            "records_total": self._committed,
            "failures_total": self._failures,
            "failing_s": 0.0 if failing is None else time.monotonic() - failing,
        }

    async def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._reader.shutdown)
        self._reading.connection.close()
        # What the writer handed over last is still on its way through the loop.
        await asyncio.sleep(0)

    # From the loop to the threads

    async def _do(
        self, step: Callable[[LogFile], Answer], *, batch: Batch | None = None, erases: bool = False
    ) -> Answer:
        if self._closing:
            raise Unavailable("the log is closed")
        if self._jobs.qsize() >= QUEUE_LIMIT:
            raise Unavailable("too many batches wait for the log")
        waiter: asyncio.Future[Answer] = self._loop.create_future()
        self._jobs.put(_Job(step, waiter, batch, erases))
        return await waiter

    async def _look(self, step: Callable[[LogFile], Answer]) -> Answer:
        if self._closing:
            raise Unavailable("the log is closed")
        try:
            return await self._loop.run_in_executor(self._reader, step, self._reading)
        except sqlite3.Error as error:
            # Whoever asked is told to try again; only here is it said what is wrong with the file.
            log.error("log.unreadable", error=str(error))
            raise Unavailable("the log cannot be read") from error

    # The writer's thread

    def _write(self, file: LogFile | None) -> None:
        running = True
        while running:
            group, running = self._next_group()
            if group:
                file, outcomes = self._commit(file, group)
                self._loop.call_soon_threadsafe(self._settle, outcomes)
            elif running:
                # Or else nobody would learn that it cannot be written, or can again, before somebody sends.
                probe = LogFile.touch if self._failing_since is None else LogFile.probe
                file, _ = self._commit(file, [_Job(probe, self._unheard)])
            if self._uncut and file is not None:
                self._cut(file)
        if file is not None:
            file.connection.close()

    def _next_group(self) -> tuple[list[_Job], bool]:
        """The jobs that wait, after waiting for the first; False with the last ones before the end."""
        group: list[_Job] = []
        with contextlib.suppress(queue.Empty):
            job = self._jobs.get(timeout=RETRY_S if self._uncut else PROBE_S)
            while job is not None:
                group.append(job)
                if len(group) == GROUP:
                    return group, True
                job = self._jobs.get_nowait()
            return group, False
        return group, True

    def _commit(self, file: LogFile | None, group: list[_Job]) -> tuple[LogFile | None, list[Outcome]]:
        """Do the jobs in one transaction. After an error of the file none of them stands, or that is unknown."""
        begun = time.monotonic()
        try:
            file = file or self._open()
            outcomes = _transaction(file, group)
        except Exception as error:
            # Of the file, most likely; whatever it is, the thread must live: nobody else writes.
            self._failures += 1
            if self._failing_since is None:
                self._failing_since = time.monotonic()
                # Of SQLite the words, which quote no data; of anything else its kind alone.
                log.error("log.failing", error=str(error) if isinstance(error, sqlite3.Error) else type(error).__name__)
            self._full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
            failure = Full("no space for the log") if self._full else Unavailable("the log does not answer")
            return _recovered(file), [(job, None, failure) for job in group]
        if self._failing_since is not None:
            log.info("log.works_again", failed_s=round(time.monotonic() - self._failing_since, 1))
            self._failing_since = None
        self._written = time.monotonic()
        self._commits += 1
        self._commit_s += self._written - begun
        self._uncut = self._uncut or any(job.erases for job in group)
        return file, outcomes

    def _cut(self, file: LogFile) -> None:
        try:
            self._uncut = not file.forget_wal()
        except Exception as error:
            # Tried again in a moment: nothing is lost, only not yet overwritten.
            log.warning("log.not_cut", error=type(error).__name__)

    # Back in the loop

    def _settle(self, outcomes: list[Outcome]) -> None:
        for job, answer, error in outcomes:
            # After the commit, before the answer; a batch that stood already was announced then.
            if error is None and job.batch is not None and answer[1]:
                self._committed += len(job.batch.records)
                self._announce(job.batch)
            if job.waiter.done():
                continue  # whoever asked has given up waiting; they ask again with the same batch
            if error is not None:
                job.waiter.set_exception(error)
            else:
                job.waiter.set_result(answer)

    def _announce(self, batch: Batch) -> None:
        for listener in tuple(self._listeners.get(batch.room, ())):
            try:
                listener(batch)
            except Exception:
                # One listener's fault must not keep the others, nor the acks, from what is committed.
                log.exception("log.listener_failed", room=batch.room)


def _transaction(file: LogFile, group: list[_Job]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    execute = file.connection.execute
    execute("BEGIN IMMEDIATE")
    for job in group:
        execute("SAVEPOINT job")
        try:
            outcomes.append((job, job.step(file), None))
        except sqlite3.Error:
            raise
        except Exception as error:
            # The others in the group must not suffer from one that cannot be done; its sender gets the error.
            execute("ROLLBACK TO job")
            outcomes.append((job, None, error))
        execute("RELEASE job")
    execute("COMMIT")
    return outcomes


def _recovered(file: LogFile | None) -> LogFile | None:
    """The connection without its failed transaction; None if it must be opened anew."""
    if file is None:
        return None
    try:
        if file.connection.in_transaction:
            file.connection.execute("ROLLBACK")
    except sqlite3.Error:
        with contextlib.suppress(sqlite3.Error):
            file.connection.close()
        return None
    return file
