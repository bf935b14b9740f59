import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from server.app import running
from server.config import Settings, SettingsError
from server.core import core
from server.folder import held
from server.once import make_token
from server.store.projector import Projector
from server.store.tables import records
from tests.server.running import OWNER


def settings(data: Path) -> Settings:
    return Settings(data=data, secret=SecretStr("a secret for tests 0123456789 abcdefg"))


def lose(folder: Path, name: str) -> None:
    for file in folder.glob(name + "*"):
        file.unlink()


async def refused(data: Path) -> str:
    with pytest.raises(SettingsError) as error:
        async with running(settings(data)):
            pytest.fail("it runs")
    said = str(error.value)
    assert "\n" not in said
    assert said.startswith("SHOWFLOOR_DATA: ")
    return said


async def test_a_second_server_in_the_same_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as app:
        await app.core.directory.create_room("r1", "One", by=OWNER)
        assert "another server is at work" in await refused(tmp_path)
        # The command line may look in beside it.
        assert await make_token(settings(tmp_path), room="r1", user="ann", role=OWNER.role, name=None)
    with held(tmp_path):
        pass


def test_nodes_may_share_a_folder_but_not_with_one_that_has_its_own_log(tmp_path: Path) -> None:
    refused_too = pytest.raises(SettingsError, match="another server is at work")
    with held(tmp_path, shared=True), held(tmp_path, shared=True), refused_too, held(tmp_path):
        pass
    with held(tmp_path), refused_too, held(tmp_path, shared=True):
        pass


async def test_the_command_line_leaves_projecting_to_the_server(tmp_path: Path) -> None:
    await make_token(settings(tmp_path), room="r1", user="ann", role=OWNER.role, name=None)
    async with core(settings(tmp_path)) as made:
        async with made.database.reading() as connection:
            assert (await connection.execute(select(records))).all() == []
        assert isinstance(made.projector, Projector)
        await made.projector.project()
        assert made.projector.projected("r1") == 1


@pytest.mark.parametrize("name", ["log.sqlite", "rooms.sqlite"])
async def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no database " * 1000)
    assert name in await refused(tmp_path)
    # Nothing is put in its place.
    assert (tmp_path / name).read_bytes().startswith(b"no database")


@pytest.mark.parametrize("name", ["log.sqlite", "rooms.sqlite", "lock"])
async def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert str(tmp_path) in await refused(tmp_path)


async def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.sqlite").mkdir()
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=0))
    assert (await refused(tmp_path)).endswith("log.sqlite: no space left")


async def test_a_folder_that_is_a_file_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert str(tmp_path) in await refused(tmp_path / "data")


async def test_without_its_database_it_starts_from_the_log(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as app:
        await app.core.directory.create_room("r1", "One", by=OWNER)
    lose(tmp_path, "rooms.sqlite")
    async with running(settings(tmp_path)) as app:
        assert (await app.core.directory.open("r1")).live.room.title == "One"
        assert isinstance(app.core.projector, Projector)
        await app.core.projector.project()
        assert app.core.projector.projected("r1") == 1


async def test_without_its_log_it_starts_from_the_database_in_another_epoch(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as app:
        before = (await app.core.directory.create_room("r1", "One", by=OWNER)).live.position
    lose(tmp_path, "log.sqlite")
    async with running(settings(tmp_path)) as app:
        live = (await app.core.directory.open("r1")).live
        assert live.room.title == "One"
        assert live.position.seq == before.seq
        assert live.epoch != before.epoch


def modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir() if "sqlite" in file.name}


def open_up(folder: Path) -> None:
    for file in folder.glob("*.sqlite*"):
        file.chmod(0o644)


async def test_others_on_the_machine_read_nothing_of_what_was_said(tmp_path: Path) -> None:
    """By the usual umask, which lets everybody read."""
    before = os.umask(0o022)
    try:
        async with running(settings(tmp_path)) as app:
            await app.core.directory.create_room("r1", "One", by=OWNER)
            told = modes(tmp_path)
        assert {"log.sqlite", "log.sqlite-wal", "rooms.sqlite", "rooms.sqlite-wal"} <= told.keys()
        assert set(told.values()) == {"0o600"}

        # A folder of an earlier version, shared with a group: that stays, everybody else is out.
        open_up(tmp_path)
        async with running(settings(tmp_path)) as app:
            await app.core.directory.create_room("r2", "Two", by=OWNER)
            assert set(modes(tmp_path).values()) == {"0o640"}
    finally:
        os.umask(before)
