"""Bring a database to the newest form of its tables."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, make_url, text

from server.store.database import Database

LEAST_VERSION = 13
# The last migration: each file's name begins with its number.
NEWEST: Final = max(path.name[:4] for path in (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
_VERSION: Final = "alembic_version"  # the table that alembic keeps, and its only row


class Unfit(Exception):
    """This PostgreSQL cannot be used; the text says why."""


class TooNew(Exception):
    """A newer program has made the tables, and this one does not know them."""


def upgrade(url: str) -> None:
    """Make or upgrade the tables; a database that is up to date stays as it is. Not from a running loop."""

    async def run() -> None:
        database = Database(url)
        try:
            await migrated(database)
        finally:
            await database.close()

    asyncio.run(run())


async def migrated(database: Database) -> None:
    """The same with a database that is open already; makes the folder of an SQLite file. Raises Unfit, TooNew.

    Processes that do this at once wait for each other.
    """
    path = make_url(str(database.engine.url)).database
    if database.embedded and path:
        await asyncio.to_thread(Path(path).parent.mkdir, parents=True, exist_ok=True)
    if database.embedded:
        await _migrated(database)
        return
    # Its own connection: a large table takes longer to change than any other statement may.
    patient = Database(database.url, patient=True)
    try:
        await _migrated(patient)
    finally:
        await patient.close()


async def _migrated(database: Database) -> None:
    async with database.writing(durable=True) as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        _check(connection)
    if _version(connection) == NEWEST:
        return
    # Only now: what brings tables up to date takes long to load, and most starts find them as they should be.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    # By package, so that it works from an installed tree as from a checkout.
    config.set_main_option("script_location", "server.store:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise TooNew(str(error)) from error


def _version(connection: Connection) -> str | None:
    """The migration that the tables are at; None before the first one."""
    if not inspect(connection).has_table(_VERSION):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar()  # noqa: S608
    return found


def _check(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < LEAST_VERSION:
        raise Unfit(f"it is PostgreSQL {version}, and at least {LEAST_VERSION} is needed")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise Unfit(f"its encoding is {encoding}: make the database with createdb -E UTF8")
