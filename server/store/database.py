"""The database: an engine by URL, transactions that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

import orjson
from sqlalchemy import Executable, Table, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from server.store import postgres
from server.store.tables import unwiped

BUSY_MS = 5000
PROBE_BUSY_MS = 1000  # how long who asks whether it can be written waits for others who write
CUT_MS = 20  # how long the write-ahead log's end may wait for readers: meanwhile nobody can write
OTHERS_S = 60.0  # how often it is looked for what another node, or one that crashed, has left to overwrite
# What the drivers, the file system and the pool raise when the database cannot be had.
DatabaseErrors = (SQLAlchemyError, OSError, TimeoutError, *postgres.DriverErrors)


class Database:
    """One database and its connections. ``url`` as SQLAlchemy's, as ``sqlite+aiosqlite:///var/rooms.sqlite``.

    ``patient``: on PostgreSQL a statement may take as long as it takes, for migrations.
    """

    def __init__(self, url: str, *, busy_ms: int = BUSY_MS, patient: bool = False) -> None:
        self.url = url
        self.embedded = make_url(url).get_backend_name() == "sqlite"
        options = {} if self.embedded else postgres.engine_options(patient=patient)
        self.engine = create_async_engine(
            url, json_serializer=_json, json_deserializer=orjson.loads, pool_size=4, max_overflow=4, **options
        )
        # Whether the files may hold what was erased: set by who erases. A crash may have come before
        # ``overwrite_erased``.
        self._uncut = True
        self._cut_at = time.monotonic()
        self._overwriting = None if self.embedded else postgres.Overwriting(url)
        self._busy_ms = busy_ms
        self._writing = asyncio.Lock()
        self._upserts: dict[tuple[str, ...], Executable] = {}
        self._reads = {"rooms": 0, "rest": 0}
        self._writes = self._waiting = 0
        probing = options | {"pool_timeout": PROBE_BUSY_MS / 1000}
        self._probing = create_async_engine(url, pool_size=1, max_overflow=0, **probing)
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
            async with self.engine.connect() as plain:
                # All its statements see one state, as they do on SQLite.
                options = {} if self.embedded else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                yield await plain.execution_options(**options)

    @asynccontextmanager
    async def writing(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that is committed at the end; in this process one at a time.

        ``durable`` for what no log holds: on SQLite it outlives a power cut. Without, a power cut may take back
        the last transactions, whole, and they are projected again; their fsync does not delay that of the log.
        On PostgreSQL these take turns over all processes; those that are not durable hold the rooms they change.
        """
        self._writes += 1
        # Waiting here is cheaper and fairer than SQLite's busy loop.
        with _cancelled_as_such():
            async with self._turn(), self.engine.connect() as plain:
                connection = await plain.execution_options(writing=True, durable=durable)
                async with connection.begin():
                    if durable and not self.embedded:
                        await connection.execute(postgres.WAIT_FOR_TURN)
                    yield connection

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            # SQLite's turns end by its own time-outs; those of a server that hangs could add up.
            async with asyncio.timeout(None if self.embedded else postgres.TURN_S):
                await self._writing.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._writing.release()

    async def upsert(
        self,
        connection: AsyncConnection,
        table: Table,
        rows: Sequence[dict[str, Any]],
        *,
        keep: Sequence[str] = (),
        newer: str | None = None,
    ) -> None:
        """Insert rows; where the primary key is there already, replace all columns but those in ``keep``.

        ``newer`` names a column that says which is newer: a row that has more of it stays as it is.
        """
        if not rows:
            return
        known = (table.name, *rows[0], *keep, newer or "")
        statement = self._upserts.get(known)
        if statement is None:
            statement = self._upserts[known] = self._upsert(table, rows[0], keep, newer)
        await connection.execute(statement, list(rows) if self.embedded else postgres.in_one(rows))

    def _upsert(self, table: Table, row: dict[str, Any], keep: Sequence[str], newer: str | None) -> Executable:
        keys = [column.name for column in table.primary_key]
        changing = [name for name in row if name not in keys and name not in keep]
        if not self.embedded:
            return postgres.upsert(table.name, list(row), keys, changing, newer)
        statement = sqlite.insert(table)
        changed = {name: statement.excluded[name] for name in changing}
        where = None if newer is None else statement.excluded[newer] >= table.c[newer]
        return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=where)

    @property
    def uncut(self) -> bool:
        """Whether ``overwrite_erased`` may have something to do."""
        return self._uncut or (not self.embedded and time.monotonic() - self._cut_at > OTHERS_S)

    async def erased(self, connection: AsyncConnection, rooms: Iterable[str], *, soon: bool = True) -> None:
        """This transaction takes something out of these rooms, whose bytes must go from the files too.

        ``soon``: somebody asked for it. Otherwise, on PostgreSQL, it is done once a day.
        """
        self._uncut = True
        if not self.embedded:
            keep = () if soon else ("due_at",)
            await self.upsert(connection, unwiped, postgres.marks(rooms, soon=soon), keep=keep)

    async def overwrite_erased(self) -> bool:
        """Leave no copy of what was erased in the database's files; False if that must be tried again."""
        with _cancelled_as_such():
            if self._overwriting is None:
                return await self._cut()
            if not self._overwriting.due():
                return False
            # In a turn, so that what is being erased now is seen, or marked after this.
            async with self._turn():
                self._uncut = False
            try:
                whole = await self._overwriting.overwrite()
            except BaseException:
                self._uncut = True
                raise
            self._uncut = self._uncut or not whole
            self._cut_at = time.monotonic()
            return whole

    async def _cut(self) -> bool:
        async with self._turn(), self.engine.connect() as plain:
            # Outside a transaction, which a checkpoint must be.
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql(f"PRAGMA busy_timeout = {CUT_MS}")
            try:
                row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout = {self._busy_ms}")
            self._uncut = bool(row[0])
        return not self._uncut

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
