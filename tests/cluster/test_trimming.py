"""Logs are cut on a real Redis, by what a real PostgreSQL has; the rooms go on as they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtests.engines import Postgres, RedisServer
from protocols.messages import Audience, By, Position, Role
from rooms.registry import REGISTRY
from rooms.settings import RoomSettings
from server.broker.redis import RedisBroker
from server.broker.redis_log import keys_of
from server.config import LOG_HOURS, Settings
from server.core import Core, core
from server.hosting.draft import Sender
from server.hosting.host import Host
from server.hosting.replica import NotRecovered
from server.hosting.shared import SharedDirectory
from server.store.history import History
from server.store.projector import Projector
from server.store.trimming import HOUR_MS

ANN = Sender(By("ann", "Ann", Role.ATTENDEE))
OWNER = By("owner", "Owner", Role.HOST)
LATER = (LOG_HOURS + 1) * HOUR_MS


@pytest.fixture
def settings(redis_server: RedisServer, tmp_path: Path) -> Iterator[Settings]:
    with Postgres(durable=False) as postgres:
        env = {"SHOWFLOOR_REDIS_URL": redis_server.url, "SHOWFLOOR_DATABASE_URL": postgres.url("postgres")}
        env["SHOWFLOOR_DATABASE_URL"] = env["SHOWFLOOR_DATABASE_URL"].replace("+asyncpg", "")
        yield Settings.load(env | {"SHOWFLOOR_SECRET": "a secret for tests 0123456789 abcdefg"}, data=tmp_path)


async def say(made: Core, count: int, *, first: int = 0) -> None:
    host = await made.directory.open("r")
    for n in range(first, first + count):
        await host.ask(REGISTRY.command("chat.send", {"id": f"c{n}", "room": "r", "text": f"{n}"}), ANN)


async def stored(made: Core) -> Host:
    assert isinstance(made.projector, Projector)
    await made.projector.project()
    host = await made.directory.open("r")
    assert isinstance(host, Host)
    assert isinstance(made.directory, SharedDirectory)
    await made.directory._directory.save(host)
    return host


async def bytes_of(made: Core) -> int:
    assert isinstance(made.broker, RedisBroker)
    keys = [keys_of("r").log, keys_of("r").order]
    return sum([await made.broker.lanes.call(key, "MEMORY", "USAGE", key) or 0 for key in keys])


async def test_a_room_goes_on_after_its_log_was_cut(settings: Settings) -> None:
    loose = RoomSettings(person_rate=10_000, person_burst=10_000, room_rate=10_000)
    async with core(settings, serving=True) as made:
        assert made.trimming is not None
        assert "trimming" in made.checks()
        await made.directory.create_room("r", "Room", loose, by=OWNER)
        await say(made, 200)
        host = await stored(made)
        epoch = host.live.epoch
        assert await bytes_of(made) > 10_000
        for cut in (0, 1):
            assert await made.trimming.look(made.clock.now() + LATER) == cut
        assert await bytes_of(made) == 0
        await say(made, 3, first=200)
        await made.directory.drain()

    # Another process: from the snapshot, the rest of the log, and the database.
    async with core(settings, serving=True) as made:
        host = await stored(made)
        assert (host.live.epoch, host.live.room.seq) == (epoch, 204)
        history = History(made.database, made.broker, REGISTRY.events)
        assert [r.seq async for chunk in history.export("r") for r in chunk] == list(range(1, 205))
        page = await history.page(host.live, Audience.EVERYONE, limit=100)
        assert [record.seq for record in page.records] == list(range(105, 205))
        assert isinstance(host.live.join(Position(epoch, 150), Audience.EVERYONE, host.now()), NotRecovered)
        await say(made, 203)  # all of them again
        assert host.live.room.seq == 204
