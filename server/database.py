"""Which database the settings name: PostgreSQL by its address, or SQLite in the data folder."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from server.config import PREFIX, Settings, SettingsError
from server.database_url import engine_url
from server.folder import keep_private, opening
from server.store import postgres
from server.store.database import Database, DatabaseErrors
from server.store.migrate import TooNew, Unfit, migrated

DATABASE_FILE: Final = "rooms.sqlite"
SETTING: Final = f"{PREFIX}DATABASE_URL"
TAKEN: Final = f"another server is at work on this database; stop it, or give both one log by {PREFIX}REDIS_URL"


def database_of(settings: Settings) -> Database:
    """The database, not yet opened."""
    return Database(_url(settings))


async def bring_up_to_date(settings: Settings, database: Database) -> None:
    """Make or upgrade its tables. Raises SettingsError, in one line that says what to do."""
    with usable(settings):
        if database.embedded:
            keep_private(settings.data / DATABASE_FILE)
        await migrated(database)


@contextmanager
def usable(settings: Settings) -> Iterator[None]:
    """Raises SettingsError for what goes wrong with the database while the program starts."""
    if settings.database_url is None:
        with opening(settings.data / DATABASE_FILE):
            yield
        return
    with said_by(_url(settings)):
        yield


@contextmanager
def said_by(url: str) -> Iterator[None]:
    """Raises SettingsError, in one line, for what goes wrong with the PostgreSQL of this url."""
    try:
        yield
    except Unfit as error:
        raise SettingsError(f"{SETTING}: {error}") from None
    except TooNew:
        newer = "was brought up to date by a newer version of this program: run that, or restore an older copy"
        raise SettingsError(f"{SETTING}: the database {newer}") from None
    except DatabaseErrors as error:
        raise SettingsError(f"{SETTING}: {postgres.why(error, url)}") from None


def address_of(environ: Mapping[str, str] | None = None) -> str | None:
    """The url of a PostgreSQL if one is set, for what needs no other setting. Raises SettingsError."""
    url = (os.environ if environ is None else environ).get(SETTING)
    try:
        return engine_url(url) if url else None
    except ValueError as error:
        raise SettingsError(f"{SETTING}: {error}") from None


def files_of(settings: Settings, log: str) -> tuple[str, ...]:
    """The files in the data folder that must stay where they are."""
    return (log, DATABASE_FILE) if settings.database_url is None else (log,)


def _url(settings: Settings) -> str:
    if settings.database_url is not None:
        return engine_url(settings.database_url.get_secret_value())
    return sqlite_url(settings.data)


def sqlite_url(data: Path, name: str = DATABASE_FILE) -> str:
    """The database in a data folder."""
    return f"sqlite+aiosqlite:///{(data / name).absolute()}"


@asynccontextmanager
async def alone(settings: Settings, *, shared: bool) -> AsyncIterator[None]:
    """Serves a PostgreSQL alone, unless the log is ``shared`` too. Raises SettingsError.

    Two servers with logs of their own would each take the other's rooms for rooms that their log has lost.
    """
    if settings.database_url is None or shared:
        yield
        return
    hold = postgres.Hold(_url(settings))
    with usable(settings):
        if not await hold.take():
            raise SettingsError(f"{SETTING}: {TAKEN}")
    try:
        yield
    finally:
        await hold.leave()
