"""Backups of what is in a real Redis and PostgreSQL: brought back there, and into a data folder, and from one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from loadtests.engines import SERVER, Postgres, RedisServer, flushed
from protocols.messages import By, Position, Role
from rooms.registry import REGISTRY
from rooms.settings import RoomSettings
from server.__main__ import main
from server.config import Settings
from server.core import Core, core
from server.hosting.draft import Sender
from server.keys import ApiKeys
from server.store.copying import TABLES
from server.store.links import StoredKeys
from server.store.projector import Projector

SECRET = "a secret for tests 0123456789 abcdefg"
OWNER = By("owner", "Owner", Role.HOST)
ANN = Sender(By("ann", "Ann", Role.ATTENDEE))
CANARY = "canary-8812"
URLS = ("SHOWFLOOR_REDIS_URL", "SHOWFLOOR_DATABASE_URL")


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[RedisServer], Postgres]]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    folder = tmp_path_factory.mktemp("redis")
    with RedisServer(folder / "1") as one, RedisServer(folder / "2") as two, Postgres(durable=False) as postgres:
        yield [one, two], postgres


class World:
    """One Redis and PostgreSQL, or a folder, as the environment names them."""

    def __init__(self, data: Path, *urls: str) -> None:
        self.data = data
        self.env = {"SHOWFLOOR_SECRET": SECRET, **dict(zip(URLS, urls, strict=False))}
        self.settings = Settings.load(self.env, data=data)

    async def run(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
        with monkeypatch.context() as here:
            for name in URLS:
                here.delenv(name, raising=False)
            for name, value in self.env.items():
                here.setenv(name, value)
            return await asyncio.to_thread(main, [*arguments, "--data", str(self.data)])


@pytest.fixture
def worlds(engines: tuple[list[RedisServer], Postgres], tmp_path: Path) -> dict[str, World]:
    redises, postgres = engines
    asyncio.run(flushed(redises))

    def url() -> str:
        return asyncio.run(postgres.database()).replace("+asyncpg", "")

    return {
        "shared": World(tmp_path / "a", redises[0].url, url()),
        "other": World(tmp_path / "b", redises[1].url, url()),
        "folder": World(tmp_path / "c"),
    }


async def send(made: Core, room: str, id_: str, text: str) -> Position:
    host = await made.directory.open(room)
    return await host.ask(REGISTRY.command("chat.send", {"id": id_, "room": room, "text": text}), ANN)


async def rows(made: Core) -> dict[str, list[tuple[Any, ...]]]:
    async with made.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]
            for table in TABLES
        }


async def filled(world: World) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, tuple[str, int]]]:
    """Rooms of all kinds: busy, quiet, with something erased, with something due; and the rows and heads then."""
    async with core(world.settings, serving=True) as made:
        settings = RoomSettings(person_rate=1_000, person_burst=5_000, room_rate=5_000)
        for room in ("busy", "quiet", "erased"):
            await made.directory.create_room(room, room, settings, by=OWNER)
        for n in range(600):
            await send(made, "busy", f"c{n}", f"m{n}")
        place = await send(made, "erased", "c1", CANARY)
        await send(made, "erased", "c2", "stays")
        erase = {"id": "e1", "room": "erased", "user": "ann"}
        await (await made.directory.open("erased")).ask(REGISTRY.command("person.erase", erase), Sender(OWNER))
        assert place.seq == 2
        await ApiKeys(StoredKeys(made.database)).create("a key")
        assert isinstance(made.projector, Projector)
        await made.projector.project()
        # What the database does not have yet is in the log.
        await send(made, "quiet", "late", "not yet stored")
        found = await rows(made)
        heads = {room: await made.broker.head(room) for room in ("busy", "quiet", "erased")}
        await made.directory.drain()
    return found, {room: (head.epoch, head.seq) for room, head in heads.items() if head is not None}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("source", "target"), [("shared", "other"), ("shared", "folder"), ("folder", "shared")])
async def test_what_was_backed_up_comes_back_anywhere(
    worlds: dict[str, World], source: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, heads = await filled(worlds[source])
    copy = tmp_path / "copy"
    assert await worlds[source].run(monkeypatch, "backup", str(copy)) == 0
    assert {path.name for path in copy.iterdir()} >= {"backup.json", "log.sqlite", "rooms.sqlite"}
    assert not any(CANARY.encode() in path.read_bytes() for path in copy.iterdir())
    assert await worlds[target].run(monkeypatch, "restore", str(copy)) == 0

    async with core(worlds[target].settings, serving=True) as made:
        after = await rows(made)
        assert after["records"] == before["records"]
        assert after["api_keys"] == before["api_keys"] != []
        for room, (epoch, seq) in heads.items():
            head = await made.broker.head(room)
            assert head is not None
            assert head.seq == seq
            assert head.epoch != epoch
        # What is known is not done twice; what is new goes on.
        assert (await send(made, "busy", "c599", "m599")).seq == heads["busy"][1]
        assert (await send(made, "quiet", "new", "on")).seq == heads["quiet"][1] + 1
        assert isinstance(made.projector, Projector)
        await made.projector.project()
        texts = [row for row in (await rows(made))["records"] if row[0] == "quiet"]
        assert [row[1] for row in texts] == [1, 2, 3]
        await made.directory.drain()
    assert await worlds[target].run(monkeypatch, "restore", str(copy)) == 2  # there is something now


@pytest.mark.timeout(60)
async def test_nothing_is_restored_where_servers_work(
    worlds: dict[str, World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with core(worlds["folder"].settings) as made:
        await made.directory.create_room("r", "R", by=OWNER)
    assert await worlds["folder"].run(monkeypatch, "backup", str(tmp_path / "copy")) == 0
    async with core(worlds["other"].settings, serving=True):
        assert await worlds["other"].run(monkeypatch, "restore", str(tmp_path / "copy")) == 2
    assert "servers are at work on this Redis" in capsys.readouterr().err
