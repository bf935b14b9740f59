"""The database: an engine by URL, transactions that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

import orjson
from sqlalchemy import Executable, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS = 5000
PROBE_BUSY_MS = 1000  # how long who asks whether it can be written waits for others who write
CUT_MS = 20  # how long the write-ahead log's end may wait for readers: meanwhile nobody can write
# What the driver, the file system and the pool raise when the database cannot be had.
DatabaseErrors = (SQLAlchemyError, OSError, TimeoutError)


class Database:
    """One database and its connections. ``url`` as SQLAlchemy's, as ``sqlite+aiosqlite:///var/rooms.sqlite``."""

    def __init__(self, url: str, *, busy_ms: int = BUSY_MS) -> None:
        self.engine = create_async_engine(
            url, json_serializer=_json, json_deserializer=orjson.loads, pool_size=4, max_overflow=4
        )
        self.embedded = make_url(url).get_backend_name() == "sqlite"
        # Whether SQLite's write-ahead log may hold what was erased: set by who erases. A crash may have come before
        # ``overwrite_erased``.
        self.uncut = self.embedded
        self._busy_ms = busy_ms
        self._writing = asyncio.Lock()
        self._upserts: dict[tuple[str, ...], Executable] = {}
        self._reads = {"rooms": 0, "rest": 0}
        self._writes = self._waiting = 0
        self._probing = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=PROBE_BUSY_MS / 1000)
        if self.embedded:
            event.listen(self.engine.sync_engine, "connect", self._prepare)
            event.listen(self.engine.sync_engine, "begin", _begin)
            event.listen(self._probing.sync_engine, "connect", self._prepare_probe)
            event.listen(self._probing.sync_engine, "begin", _begin)

    @asynccontextmanager
    async def reading(self, *, why: Literal["rooms", "rest"] = "rest") -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that only reads; ``why`` sets those apart that bring rooms to work."""
        self._reads[why] += 1
        with _cancelled_as_such():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that is committed at the end; on SQLite one at a time.

        ``durable`` for what no log holds: on SQLite it outlives a power cut. Without, a power cut may take back
        the last transactions, whole, and they are projected again; their fsync does not delay that of the log.
        """
        self._writes += 1
        # Waiting here is cheaper and fairer than SQLite's busy loop.
        with _cancelled_as_such():
            async with self._turn(), self.engine.connect() as plain:
                connection = await plain.execution_options(writing=True, durable=durable)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            await self._writing.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._writing.release()

    async def upsert(
        self, connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], *, keep: Sequence[str] = ()
    ) -> None:
        """Insert rows; where the primary key is there already, replace all columns but those in ``keep``."""
        if not rows:
            return
        known = (table.name, *rows[0], *keep)
        statement = self._upserts.get(known)
        if statement is None:
            statement = self._upserts[known] = self._upsert(table, rows[0], keep)
        await connection.execute(statement, list(rows))

    def _upsert(self, table: Table, row: dict[str, Any], keep: Sequence[str]) -> Executable:
        statement = (sqlite.insert if self.embedded else postgresql.insert)(table)
        keys = [column.name for column in table.primary_key]
        changed = {name: statement.excluded[name] for name in row if name not in keys and name not in keep}
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)

    async def overwrite_erased(self) -> bool:
        """Leave no copy of what was erased in SQLite's write-ahead log; False if a reader was in the way."""
        if not self.embedded:
            return True
        with _cancelled_as_such():
            return await self._cut()

    async def _cut(self) -> bool:
        async with self._turn(), self.engine.connect() as plain:
            # Outside a transaction, which a checkpoint must be.
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql(f"PRAGMA busy_timeout = {CUT_MS}")
            try:
                row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout = {self._busy_ms}")
            self.uncut = bool(row[0])
        return not self.uncut

    def statistics(self) -> Mapping[str, object]:
        """Transactions since the start, how many wait to write, and how many connections are in use."""
        reads = {f"{why}_total": count for why, count in self._reads.items()}
        in_use: int = self.engine.pool.checkedout()  # type: ignore[attr-defined]
        return {"reads": reads, "writes_total": self._writes, "waiting": self._waiting, "connections": in_use}

    async def trouble(self) -> str | None:
        """Why it cannot be read or written now, as a short phrase; None if it can. Writes nothing."""
        try:
            # Its own connection: those of the pool may all be waiting for what is wrong.
            with _cancelled_as_such():
                async with self._probing.connect() as plain:
                    connection = await plain.execution_options(writing=True)
                    async with connection.begin():
                        await connection.exec_driver_sql("SELECT 1 FROM checkpoints LIMIT 1")
        except DatabaseErrors:
            return "the database is away"
        return None

    async def close(self) -> None:
        """Let go of all connections."""
        await self._probing.dispose()
        await self.engine.dispose()

    def _prepare_probe(self, driver: Any, entry: ConnectionPoolEntry) -> None:
        self._prepare(driver, entry)
        cursor = driver.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PROBE_BUSY_MS}")
        cursor.close()

    def _prepare(self, driver: Any, _: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions on its own: see _begin.
        driver.isolation_level = None
        cursor = driver.cursor()
        for pragma in (
            f"busy_timeout = {self._busy_ms}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "secure_delete = ON",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@contextmanager
def _cancelled_as_such() -> Iterator[None]:
    """One who is cancelled is told so, also where the driver says instead that the connection is of no use any more.

    Or else whoever tries again after such an error would never end.
    """
    try:
        yield
    except DatabaseErrors as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error
        raise


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    if not options.get("writing"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable') else 'NORMAL'}")
    # A transaction that begins by reading cannot wait its turn when it comes to write.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
