"""Bring a database to the newest form of its tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url

from server.store.database import Database


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
    """The same with a database that is open already; makes the folder of an SQLite file."""
    path = make_url(str(database.engine.url)).database
    if database.embedded and path:
        await asyncio.to_thread(Path(path).parent.mkdir, parents=True, exist_ok=True)
    async with database.writing(durable=True) as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    # By package, so that it works from an installed tree as from a checkout.
    config.set_main_option("script_location", "server.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
