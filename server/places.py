"""Where log, database and blobs are, for backup and restore: in the data folder, or in Redis, PostgreSQL and S3.

A backup has one form wherever they are, so that it may also be restored into the other world.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rooms.registry import REGISTRY
from server import blob_store
from server.broker.copying import any_room, log_from_file, log_into_file
from server.broker.port import Unavailable
from server.broker.redis import RedisBroker
from server.config import PREFIX, SettingsError
from server.copying import Progress, copied
from server.database import DATABASE_FILE, address_of, said_by, sqlite_url
from server.neighbours import SETTING as REDIS_SETTING
from server.neighbours import Neighbours, redis_log
from server.store.copying import copy_rows, is_empty
from server.store.database import Database
from server.store.migrate import migrated, upgrade

BLOB_SETTING = f"{PREFIX}BLOB_URL"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Places:
    """The urls of Redis, PostgreSQL and the blob store; None for what is in the data folder."""

    redis: str | None = None
    database: str | None = None
    blobs: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str] | None = None) -> Places:
        """As the environment names them. Raises SettingsError."""
        environ = os.environ if environ is None else environ
        blobs = environ.get(BLOB_SETTING) or None
        try:
            return cls(environ.get(REDIS_SETTING) or None, address_of(environ), blobs and blob_store.checked(blobs))
        except ValueError as error:
            raise SettingsError(f"{BLOB_SETTING} {error}") from None

    def blob_folder(self, data: Path) -> Path | None:
        """The folder of the blobs; None where they are in a store that has copies of its own."""
        return blob_store.folder_of(self.blobs, data)

    # Both raise SettingsError, sqlite3.Error and OSError.

    def copy_database(self, data: Path, target: Path, progress: Progress) -> None:
        """One moment of the database, as a file."""
        if self.database is None:
            copied(data / DATABASE_FILE, target, progress)
            return
        upgrade(sqlite_url(target.parent, target.name))
        asyncio.run(_between(self.database, sqlite_url(target.parent, target.name), self.database, progress))
        _closed(target)

    def copy_log(self, data: Path, target: Path, progress: Progress) -> None:
        """The log as a file; each room as it is when it is read."""
        if self.redis is None:
            copied(data / target.name, target, progress)
        else:
            asyncio.run(_with_log(self.redis, lambda broker: log_into_file(broker, target, REGISTRY.events, progress)))

    def look(self) -> None:
        """Whether Redis and PostgreSQL are there to be filled: empty, and nobody at work. Raises SettingsError."""
        if self.redis is not None:
            asyncio.run(_with_log(self.redis, _is_free))
        if self.database is not None:
            asyncio.run(_is_new(self.database))

    def fill_database(self, source: Path, progress: Progress) -> None:
        """Write a file's rows into the PostgreSQL."""
        assert self.database is not None
        # A backup of an older version is brought up to date, and stays as it was.
        newest = source.with_name(f"{source.name}.newest-{os.getpid()}")
        try:
            shutil.copyfile(source, newest)
            upgrade(sqlite_url(newest.parent, newest.name))
            asyncio.run(_between(sqlite_url(newest.parent, newest.name), self.database, self.database, progress))
        finally:
            for name in (newest.name, f"{newest.name}-wal", f"{newest.name}-shm"):
                newest.with_name(name).unlink(missing_ok=True)

    def fill_log(self, source: Path, progress: Progress) -> None:
        """Write a file's logs into the Redis, each room in a new epoch."""
        assert self.redis is not None
        asyncio.run(_with_log(self.redis, lambda broker: log_from_file(source, broker, REGISTRY.events, progress)))


async def _between(source: str, target: str, named: str, progress: Progress) -> None:
    with said_by(named):
        async with _opened(source) as reading, _opened(target) as writing:
            await copy_rows(reading, writing, progress)


async def _is_new(url: str) -> None:
    with said_by(url):
        async with _opened(url) as database:
            await migrated(database)
            empty = await is_empty(database)
    if not empty:
        raise SettingsError(f"{PREFIX}DATABASE_URL: the database holds something already: restore into an empty one")


async def _is_free(broker: RedisBroker) -> None:
    neighbours = Neighbours(broker, "restore")
    await neighbours.look()
    if not neighbours.alone:
        raise SettingsError(f"{REDIS_SETTING}: servers are at work on this Redis: stop them first")
    if await any_room(broker):
        raise SettingsError(f"{REDIS_SETTING}: this Redis holds rooms already: restore into an empty one")


async def _with_log(url: str, step: Callable[[RedisBroker], Awaitable[T]]) -> T:
    broker = await redis_log(url, REGISTRY.events)
    try:
        return await step(broker)
    except Unavailable as error:
        raise SettingsError(f"{REDIS_SETTING}: {error}") from None
    finally:
        await broker.close()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, patient=True)
    try:
        yield database
    finally:
        await database.close()


def _closed(path: Path) -> None:
    """Leave one file, without a write-ahead log beside it."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
