"""The command line and the whole server on PostgreSQL, and what is said when that cannot be used."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import select

from loadtests.engines import Postgres, free_ports
from protocols.messages import Role
from server.__main__ import main
from server.config import Settings, SettingsError
from server.database import alone, bring_up_to_date, database_of
from server.identity import Identity
from server.store.database import Database
from server.store.migrate import migrated, upgrade
from server.store.projector import Projector
from server.store.tables import ballots, metadata, records, rooms
from tests.server.running import raw, served, token

upgrade_to = command.upgrade
SECRET = "a secret for tests 0123456789 abcdefg"


@pytest.fixture
def address(postgres: Postgres, template: str) -> Callable[[str], str]:
    """The url of a database as people write it."""
    return lambda database: f"postgresql://showfloor:secret-pw@127.0.0.1:{postgres.port}/{database}"


@pytest.fixture
def used(address: Callable[[str], str], postgres: Postgres, template: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with its tables, which the settings name."""
    name = asyncio.run(postgres.database(template)).rpartition("/")[2]
    monkeypatch.setenv("SHOWFLOOR_DATABASE_URL", address(name))
    monkeypatch.setenv("SHOWFLOOR_SECRET", SECRET)
    return name


def settings(folder: Path, url: str) -> Settings:
    return Settings(data=folder, secret=SecretStr(SECRET), database_url=SecretStr(url))


def count(postgres: Postgres, name: str, table: str) -> int:
    async def asked() -> int:
        connection = await asyncpg.connect(host="127.0.0.1", port=postgres.port, user="showfloor", database=name)
        try:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))
        finally:
            await connection.close()

    return asyncio.run(asked())


def test_all_commands_work_on_it(
    used: str, postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["migrate", *data]) == 0
    assert main(["token", *data, "--room", "r1", "--user", "ann", "--role", "host"]) == 0
    viewer = Identity(SECRET).verify(capsys.readouterr().out.strip().splitlines()[-1])
    assert (viewer.user, viewer.role, viewer.room) == ("ann", Role.HOST, "r1")
    assert main(["key", *data, "--label", "test"]) == 0
    assert main(["staff", "add", *data, "--role", "owner"]) == 0
    assert main(["staff", "list", *data]) == 0
    assert "(invited)" in capsys.readouterr().out
    assert count(postgres, used, "api_keys") == 1
    assert count(postgres, used, "invitations") == 1
    assert not (tmp_path / "rooms.sqlite").exists()


async def test_the_whole_server_works_on_it(
    address: Callable[[str], str], postgres: Postgres, template: str, tmp_path: Path
) -> None:
    url = address((await postgres.database(template)).rpartition("/")[2])
    async with served(tmp_path, database_url=SecretStr(url)) as (app, place):
        async with raw(place, {"token": token(app, "ann"), "protocol": 1}) as ann:
            assert (await ann.join())["ok"]
            assert (await ann.ask("chat.send", {"id": "c1", "room": "r1", "text": "hello"}))["ok"]
        with pytest.raises(SettingsError, match="another server is at work on this database"):
            async with served(tmp_path / "other", database_url=SecretStr(url)):
                pass
        assert isinstance(app.core.projector, Projector)
        await app.core.projector.project()
        async with app.core.database.reading() as connection:
            assert (await connection.execute(select(rooms.c.title))).scalar_one() == "Room one"
            found = (await connection.execute(select(records.c.data).where(records.c.type == "chat.sent"))).scalar_one()
        assert found["text"] == "hello"
    # Once more, from the database and the log.
    async with (
        served(tmp_path, database_url=SecretStr(url)) as (app, place),
        raw(place, {"token": token(app, "bob"), "protocol": 1}) as bob,
    ):
        assert "hello" in str(await bob.join())


async def test_processes_that_migrate_at_once_wait_for_each_other(postgres: Postgres) -> None:
    """Each in a thread and loop of its own, as processes are."""
    url = await postgres.database("template0")
    await asyncio.gather(*(asyncio.to_thread(upgrade, url) for _ in range(4)))
    database = Database(url)
    try:
        async with database.reading() as connection:
            for table in metadata.sorted_tables:
                assert (await connection.execute(select(table).limit(1))).first() is None
    finally:
        await database.close()


async def test_what_an_older_version_stored_is_kept_by_the_migrations(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await postgres.database("template0")
    with monkeypatch.context() as older:
        older.setattr(command, "upgrade", lambda config, _: upgrade_to(config, "0004"))
        await asyncio.to_thread(upgrade, url)
    database = Database(url)
    try:
        async with database.writing() as connection:
            made = "SELECT 'r' || n, 'p', 'v', '[1]', 1, n FROM generate_series(1, 100) n"
            await connection.exec_driver_sql(f"INSERT INTO ballots {made}")
        await migrated(database)
        async with database.reading() as connection:
            assert len((await connection.execute(select(ballots))).all()) == 100
            parts = await connection.exec_driver_sql("SELECT count(DISTINCT tableoid) FROM ballots")
            assert parts.scalar_one() > 16
    finally:
        await database.close()


async def test_a_database_of_a_newer_program_is_left_alone(postgres: Postgres, template: str, tmp_path: Path) -> None:
    url = await postgres.database(template)
    database = Database(url)
    try:
        async with database.writing() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    finally:
        await database.close()
    with pytest.raises(SettingsError, match=r"SHOWFLOOR_DATABASE_URL: .* a newer version"):
        await opened(settings(tmp_path, url))


async def opened(settings: Settings) -> None:
    database = database_of(settings)
    try:
        await bring_up_to_date(settings, database)
    finally:
        await database.close()


async def test_what_keeps_it_from_being_used_is_said_in_one_line(
    postgres: Postgres, address: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.postgres.CONNECT_S", 0.2)
    await postgres.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'")
    await postgres.execute("CREATE ROLE nobodys LOGIN")
    nowhere = free_ports(1)[0]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cases = {
            address("latin"): "its encoding is LATIN1",
            address("missing"): f"127.0.0.1:{postgres.port} has no database missing",
            address("postgres").replace("showfloor:", "stranger:"): "refuses the user stranger",
            f"postgresql://u:secret-pw@127.0.0.1:{nowhere}/x": f"nobody answers at 127.0.0.1:{nowhere}",
            f"postgresql://u:secret-pw@127.0.0.1:{silent.getsockname()[1]}/x": "does not answer",
            address("postgres").replace("showfloor:", "nobodys:"): "the user nobodys may not make tables",
        }
        for url, says in cases.items():
            with pytest.raises(SettingsError) as caught:
                await opened(settings(tmp_path, url))
            text = str(caught.value)
            assert text.startswith("SHOWFLOOR_DATABASE_URL: ")
            assert says in text
            assert "secret-pw" not in text
            assert "\n" not in text


async def test_one_server_at_a_time_unless_they_share_a_log(
    postgres: Postgres, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.postgres.HOLD_S", 0.05)
    name = (await postgres.database(template)).rpartition("/")[2]
    mine = settings(tmp_path, postgres.url(name))

    async def taken() -> bool:
        try:
            async with alone(mine, shared=False):
                return False
        except SettingsError as error:
            return "another server is at work on this database" in str(error)

    async with alone(mine, shared=False):
        assert await taken()
        async with alone(mine, shared=True):
            pass
        # The connection breaks; it is taken anew.
        await postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        while not await taken():  # noqa: ASYNC110 - it has no bell for this
            await asyncio.sleep(0.1)
    assert not await taken()


async def test_the_tables_are_those_that_the_program_knows(postgres: Postgres, template: str) -> None:
    """Migrations are written by hand; this meets what they have forgotten on this database."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = Database(await postgres.database(template))
    try:
        await migrated(database)
        async with database.engine.connect() as connection:

            def differences(plain: object) -> list[object]:
                context = MigrationContext.configure(plain, opts={"include_name": _known})  # type: ignore[arg-type]
                return list(compare_metadata(context, metadata))

            found = await connection.run_sync(differences)
    finally:
        await database.close()
    assert [each for each in found if "comment" not in str(each)] == []


def _known(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or name in metadata.tables
