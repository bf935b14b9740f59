import sqlite3
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from server.store.database import Database
from server.store.migrate import migrated, upgrade
from server.store.tables import metadata


def test_upgrade_makes_the_folder_and_the_tables_and_may_be_repeated(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rooms.sqlite"
    upgrade(f"sqlite+aiosqlite:///{path}")
    upgrade(f"sqlite+aiosqlite:///{path}")
    connection = sqlite3.connect(path)
    try:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()
    assert set(metadata.tables) <= found


async def test_migrations_lead_to_the_tables_as_they_are(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/rooms.sqlite")
    await migrated(database)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()
