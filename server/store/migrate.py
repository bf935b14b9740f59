"""Bring a database to the newest form of its tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url

from server.store.database import Database

LEAST_VERSION = 13


class Unfit(Exception):
    """This PostgreSQL cannot be used; the text says why."""


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
    """The same with a database that is open already; makes the folder of an SQLite file. Raises Unfit.

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
    config = Config()
    # By package, so that it works from an installed tree as from a checkout.
    config.set_main_option("script_location", "server.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < LEAST_VERSION:
        raise Unfit(f"it is PostgreSQL {version}, and at least {LEAST_VERSION} is needed")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise Unfit(f"its encoding is {encoding}: make the database with createdb -E UTF8")
