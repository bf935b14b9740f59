from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.keys import ApiKeys
from server.store.copying import TABLES, copy_rows, is_empty
from server.store.database import Database
from server.store.links import StoredKeys
from server.store.tables import metadata
from tests.server.house import ANN, House, house, opened_database


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "from").mkdir()
    async with house(tmp_path / "from") as opened:
        yield opened


async def rows(database: Database) -> dict[str, list[object]]:
    async with database.reading() as connection:
        return {table.name: [tuple(row) for row in await connection.execute(select(table))] for table in TABLES}


async def test_every_row_of_every_table_comes_along(at: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.store.copying.ROWS", 3)
    host = await at.room()
    for n in range(10):
        await at.send("chat.send", ANN, text=str(n))
    await at.projector.project()
    await at.directory.save(host)
    await ApiKeys(StoredKeys(at.database)).create("key")
    (tmp_path / "to").mkdir()
    target = await opened_database(tmp_path / "to")
    told: list[tuple[int, int]] = []
    try:
        assert await is_empty(target)
        assert not await is_empty(at.database)
        copied = await copy_rows(at.database, target, lambda done, every: told.append((done, every)))
        assert await rows(target) == await rows(at.database)
        assert sum(map(len, (await rows(target)).values())) == copied
        assert told[-1] == (copied, copied)
        with pytest.raises(Exception, match="UNIQUE"):
            await copy_rows(at.database, target)
        assert await rows(target) == await rows(at.database)
    finally:
        await target.close()


def test_only_the_marks_about_files_stay_behind() -> None:
    assert {table.name for table in metadata.sorted_tables} - {table.name for table in TABLES} == {"unwiped"}
