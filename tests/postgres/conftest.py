"""The tests of the store on a real PostgreSQL: the same house, with another database in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from loadtests.engines import Postgres
from server.store.database import Database
from server.store.migrate import upgrade
from server.store.tables import metadata
from tests.server import house

TEMPLATE = "showfloor_tables"


def started() -> Iterator[Postgres]:
    server = Postgres(durable=False)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    yield from started()


@pytest.fixture(scope="module")
def own() -> Iterator[Postgres]:
    """A server for one module: it may be ended, and its files hold what this module has said alone."""
    yield from started()


@pytest.fixture
async def own_url(own: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database on it with all tables, which houses find."""
    url = await own.database()
    await asyncio.to_thread(upgrade, url)

    async def opened(_: Path) -> Database:
        return Database(url)

    monkeypatch.setattr(house, "opened_database", opened)
    return url


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """A database with all tables, from which the others are copied."""
    asyncio.run(postgres.execute(f"CREATE DATABASE {TEMPLATE}"))
    upgrade(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def free(postgres: Postgres, template: str) -> list[str]:
    """Databases that are empty and in nobody's use."""
    return [postgres.url(template)]


@pytest.fixture(autouse=True)
async def on_postgres(postgres: Postgres, free: list[str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Houses opened in a folder find the database that was made for it."""
    urls: dict[Path, str] = {}

    async def opened(folder: Path) -> Database:
        if folder not in urls:
            urls[folder] = free.pop() if free else await postgres.database(TEMPLATE)
        return Database(urls[folder])

    monkeypatch.setattr(house, "opened_database", opened)
    yield
    for url in urls.values():
        await emptied(url)
        free.append(url)


async def emptied(url: str) -> None:
    database = Database(url)
    try:
        async with database.writing() as connection:
            # TRUNCATE makes new files, for every part of a table; here it alone counts from 1 again.
            await connection.exec_driver_sql("TRUNCATE audit RESTART IDENTITY")
            for table in metadata.sorted_tables:
                await connection.execute(table.delete())
    finally:
        await database.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What looks into the files of SQLite says nothing about PostgreSQL."""
    here = Path(__file__).parent
    sqlite = [item for item in items if here in item.path.parents and item.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=sqlite)
    items[:] = [item for item in items if item not in sqlite]
