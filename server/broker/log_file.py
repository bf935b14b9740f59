"""The log as one SQLite file: plain statements, one connection, no threads of its own.

One row a room and batch: fifty records cost one insert, which is what makes group commit cheap.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from protocols.messages import Position, Record
from server.broker.codec import answered, decode, encode
from server.broker.port import Answered, Batch, Due, Lost, News, Stale
from server.catalogue import Catalogue
from server.erasing import erasures, stubbed

SCHEMA = """
CREATE TABLE IF NOT EXISTS logs (
    room TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL, term INTEGER NOT NULL, due INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
    room TEXT NOT NULL, base INTEGER NOT NULL, n INTEGER NOT NULL, id TEXT NOT NULL, term INTEGER NOT NULL,
    at INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (room, base)
);
CREATE TABLE IF NOT EXISTS keyed (
    room TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_logs ON logs (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
"""
EPOCH_BYTES = 3  # 4 characters; compared within one room only, and an epoch is rare
CHUNK_BYTES = 4 * 1024 * 1024  # of batches read at once, which take several times that as records and rows
AGAIN = 100  # batches that are looked at again: the last may have been taken away and its place used anew
CUT_MS = 20  # how long the write-ahead log's end may wait for readers: meanwhile nobody can write
COPY_MARK = "copy_mark"  # a table that only a copy has, until it is opened


def new_epoch(old: str | None = None) -> str:
    """A short random name that is not the old one."""
    while (epoch := secrets.token_urlsafe(EPOCH_BYTES)) == old:
        pass
    return epoch


def mark_copy(path: Path, made_at: int) -> tuple[int, int]:
    """Mark a log as a copy of another: whoever opens it begins a new epoch in every room. How many rooms, records."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {COPY_MARK} (made_at INTEGER NOT NULL)")
        connection.execute(f"INSERT INTO {COPY_MARK} VALUES (?)", (made_at,))  # noqa: S608 - our own name
        rooms, records = connection.execute("SELECT count(*), coalesce(sum(seq), 0) FROM logs").fetchone()
        return int(rooms), int(records)
    finally:
        connection.close()


class LogFile:
    """One connection to the log. Statements raise sqlite3.Error; ``append`` also Stale and Lost."""

    def __init__(
        self, path: Path, catalogue: Catalogue, *, busy_ms: int, max_pages: int | None = None, reading: bool = False
    ) -> None:
        self._catalogue = catalogue
        # Reading and writing have a connection each, made and used in their own thread; closing comes from another.
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        execute = self.connection.execute
        execute(f"PRAGMA busy_timeout = {busy_ms}")
        if reading:
            execute("PRAGMA query_only = ON")
            return
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        # What was erased is overwritten, not only unlinked.
        execute("PRAGMA secure_delete = ON")
        self.connection.executescript(SCHEMA)
        if max_pages is not None:
            execute(f"PRAGMA max_page_count = {max_pages}")
        self.busy_ms = busy_ms
        self.begun_again = self._begin_again()

    def _begin_again(self) -> int:
        """A copy goes on in a new epoch in every room, once; in how many rooms that is."""
        execute = self.connection.execute
        if execute("SELECT 1 FROM sqlite_master WHERE name = ?", (COPY_MARK,)).fetchone() is None:
            return 0
        execute("BEGIN IMMEDIATE")
        rooms = execute("SELECT room, epoch FROM logs").fetchall()
        renewed = [(new_epoch(epoch), room) for room, epoch in rooms]
        self.connection.executemany("UPDATE logs SET epoch = ? WHERE room = ?", renewed)
        # In the same transaction: a second start must not change the epochs again.
        execute(f"DROP TABLE IF EXISTS {COPY_MARK}")
        execute("COMMIT")
        return len(rooms)

    def forget_wal(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing; False if a reader was in the way."""
        execute = self.connection.execute
        execute(f"PRAGMA busy_timeout = {CUT_MS}")
        try:
            busy, _, _ = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            execute(f"PRAGMA busy_timeout = {self.busy_ms}")
        return not busy

    # Inside a transaction of the writer

    def create(self, room: str) -> Position:
        if head := self.head(room):
            return head
        epoch = new_epoch()
        self.connection.execute("INSERT INTO logs VALUES (?, ?, 0, 0, NULL)", (room, epoch))
        return Position(epoch, 0)

    def renew(self, room: str, seq: int) -> Position:
        old = self.head(room)
        if old is not None and old.seq > seq:
            raise Stale(old)
        epoch = new_epoch(old.epoch if old else None)
        self.connection.execute(
            "INSERT INTO logs VALUES (?, ?, ?, 0, NULL)"
            " ON CONFLICT (room) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq",
            (room, epoch, seq),
        )
        return Position(epoch, seq)

    def claim(self, room: str) -> int:
        row = self.connection.execute("UPDATE logs SET term = term + 1 WHERE room = ? RETURNING term", (room,))
        if (found := row.fetchone()) is None:
            raise Lost(None)
        return int(found[0])

    def append(self, batch: Batch) -> tuple[Position, bool]:
        """The head after the batch, and whether it was appended now (False: it stood already)."""
        found = self.connection.execute("SELECT epoch, seq, term FROM logs WHERE room = ?", (batch.room,)).fetchone()
        if found is None:
            raise Lost(None)
        head = Position(found[0], found[1])
        if head.epoch != batch.base.epoch or head.seq < batch.base.seq:
            raise Lost(head)
        if head.seq > batch.base.seq:
            if self._stands(batch):
                return batch.head, False
            raise Stale(head)
        if batch.term < found[2]:
            raise Stale(head)
        self._insert(batch)
        return batch.head, True

    def _stands(self, batch: Batch) -> bool:
        row = self.connection.execute(
            "SELECT id FROM batches WHERE room = ? AND base = ?", (batch.room, batch.base.seq)
        ).fetchone()
        return row is not None and row[0] == batch.id

    def _insert(self, batch: Batch) -> None:
        records = batch.records
        if erased := erasures(records):

            def erase(records: Sequence[Record]) -> list[Record]:
                stubs = stubbed(records, erased)
                self._note_keys(batch.room, [stub for stub in stubs if stub.seq in erased])
                return stubs

            self._rewrite(batch.room, [seq for seq in erased if seq <= batch.base.seq], erase)
            # What was said and deleted within one batch is never written at all.
            records = erase(records)
        row = (
            batch.room,
            batch.base.seq,
            len(records),
            batch.id,
            batch.term,
            max(record.at for record in records),
            encode(records),
        )
        self.connection.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self.connection.execute(
            "UPDATE logs SET seq = ?, term = ?, due = ? WHERE room = ?",
            (batch.head.seq, batch.term, batch.due, batch.room),
        )

    def _rewrite(self, room: str, seqs: Collection[int], change: Callable[[Sequence[Record]], list[Record]]) -> None:
        """Change the batches that hold these seqs."""
        done = 0
        for seq in sorted(seqs):
            if seq <= done:
                continue
            row = self.connection.execute(
                "SELECT rowid, base, n, body FROM batches WHERE room = ? AND base < ? ORDER BY base DESC LIMIT 1",
                (room, seq),
            ).fetchone()
            if row is None or row[1] + row[2] < seq:
                continue  # trimmed: nothing is left to change
            body = encode(change(decode(row[3], self._catalogue)))
            self.connection.execute("UPDATE batches SET body = ? WHERE rowid = ?", (body, row[0]))
            done = row[1] + row[2]

    def _note_keys(self, room: str, stubs: Iterable[Record]) -> None:
        """Remember which erased records still say who sent which id, so that they can be found when that is over."""
        rows = [(room, stub.seq, stub.at) for stub in stubs if stub.command is not None]
        self.connection.executemany("INSERT OR REPLACE INTO keyed VALUES (?, ?, ?)", rows)

    def forget(self, keyed: Mapping[str, Sequence[int]]) -> None:
        for room, seqs in keyed.items():
            among = frozenset(seqs)
            self._rewrite(room, seqs, lambda records, among=among: _without_keys(records, among))  # type: ignore[misc]
            self.connection.executemany("DELETE FROM keyed WHERE room = ? AND seq = ?", [(room, seq) for seq in seqs])

    def probe(self) -> None:
        """Write as much as a usual batch, to see whether that works."""
        self.connection.execute("INSERT OR REPLACE INTO probe VALUES (1, zeroblob(16384))")

    def touch(self) -> None:
        """Write as little as can be."""
        self.connection.execute("INSERT OR REPLACE INTO probe VALUES (2, zeroblob(1))")

    def drop(self, room: str, upto: int, most: int) -> int:
        """Forget the oldest batches that end there or before, at most so many; how many."""
        oldest = "SELECT rowid FROM batches WHERE room = ? AND base < ? AND base + n <= ? ORDER BY base LIMIT ?"
        return self.connection.execute(
            f"DELETE FROM batches WHERE rowid IN ({oldest})",  # noqa: S608 - our own words
            (room, upto, upto, most),
        ).rowcount

    def trim(self, room: str, upto: int) -> None:
        """What ``drop`` has left: a part of a batch."""
        execute = self.connection.execute
        straddling = execute(
            "SELECT rowid, base, n, body FROM batches WHERE room = ? AND base < ? AND base + n > ?", (room, upto, upto)
        ).fetchone()
        if straddling is not None:
            rowid, base, n, body = straddling
            kept = [record for record in decode(body, self._catalogue) if record.seq > upto]
            execute(
                "UPDATE batches SET base = ?, n = ?, body = ? WHERE rowid = ?",
                (upto, base + n - upto, encode(kept), rowid),
            )

    # Reading

    def heard(self) -> None:
        """Read as little as can be."""
        self.connection.execute("SELECT room FROM logs LIMIT 1").fetchone()

    def head(self, room: str) -> Position | None:
        row = self.connection.execute("SELECT epoch, seq FROM logs WHERE room = ?", (room,)).fetchone()
        return None if row is None else Position(row[0], row[1])

    def heads(self, after: str = "", most: int = -1) -> dict[str, Position]:
        """In order of the rooms' ids."""
        read = "SELECT room, epoch, seq FROM logs WHERE room > ? ORDER BY room LIMIT ?"
        return {room: Position(epoch, seq) for room, epoch, seq in self.connection.execute(read, (after, most))}

    def heads_of(self, rooms: Iterable[str]) -> dict[str, Position]:
        found = {room: self.head(room) for room in rooms}
        return {room: head for room, head in found.items() if head is not None}

    def news(self, since: int | None) -> News:
        """``since`` counts batches, of which retention may take the last away."""
        last = self.connection.execute("SELECT coalesce(max(rowid), 0) FROM batches").fetchone()[0]
        if since is None:
            return News(last, {})
        if last < since:
            return News(last, self.heads())
        read = "SELECT DISTINCT room FROM batches WHERE rowid > ?"
        return News(last, self.heads_of([room for (room,) in self.connection.execute(read, (since - AGAIN,))]))

    def dues(self) -> dict[str, Due]:
        rows = self.connection.execute(
            "SELECT room, due, (SELECT at FROM batches WHERE batches.room = logs.room ORDER BY base DESC LIMIT 1)"
            " FROM logs WHERE due IS NOT NULL ORDER BY due"
        )
        return {room: Due(due, last or 0) for room, due, last in rows}

    def keyed(self, before: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for room, seq in self.connection.execute("SELECT room, seq FROM keyed WHERE at < ?", (before,)):
            found.setdefault(room, []).append(seq)
        return found

    def chunk(self, room: str, after: int, enough: int) -> list[Record]:
        """Records after that seq, at least ``enough`` if there are as many and they are not too heavy."""
        records: list[Record] = []
        size = 0
        for (body,) in self._bodies(room, after):
            records += [record for record in decode(body, self._catalogue) if record.seq > after]
            size += len(body)
            if records and (len(records) >= enough or size >= CHUNK_BYTES):
                break
        return records

    def _bodies(self, room: str, after: int) -> Iterable[tuple[bytes]]:
        return self.connection.execute(
            "SELECT body FROM batches WHERE room = :room AND base >= coalesce("
            " (SELECT max(base) FROM batches WHERE room = :room AND base <= :after), 0) ORDER BY base",
            {"room": room, "after": after},
        )

    def answered(self, room: str, since: int) -> list[Answered]:
        found: list[list[Answered]] = []
        rows = self.connection.execute("SELECT at, body FROM batches WHERE room = ? ORDER BY base DESC", (room,))
        for last, body in rows:
            # Time never runs back in a room: older batches hold nothing newer.
            if last < since:
                break
            found.append([answer for answer in answered(body) if answer.at >= since])
        return [answer for batch in reversed(found) for answer in batch]


def _without_keys(records: Sequence[Record], among: Collection[int]) -> list[Record]:
    return [replace(record, command=None) if record.seq in among else record for record in records]
