import sqlite3
from pathlib import Path

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.store.database import Database
from server.store.migrate import NEWEST, TooNew, migrated, upgrade
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


def test_the_newest_migration_is_known_without_looking_for_it() -> None:
    config = Config()
    config.set_main_option("script_location", "server.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_what_is_up_to_date_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/rooms.sqlite"
    upgrade(url)
    monkeypatch.delattr(alembic.command, "upgrade")
    upgrade(url)


@pytest.mark.parametrize("before", ["0005", None])
def test_what_is_not_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    path, asked = tmp_path / "rooms.sqlite", list[str]()
    upgrade(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE alembic_version SET version_num = ?" if before else "DELETE FROM alembic_version",
            [before] if before else [],
        )
    connection.close()
    monkeypatch.setattr(alembic.command, "upgrade", lambda _config, to: asked.append(to))
    upgrade(f"sqlite+aiosqlite:///{path}")
    assert asked == ["head"]


def test_tables_of_a_newer_program_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rooms.sqlite"
    upgrade(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(TooNew):
        upgrade(f"sqlite+aiosqlite:///{path}")
