"""How a gateway whose workers run apart learns how far the database is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from protocols.messages import Position
from server.store import checkpoints as module
from server.store.checkpoints import Checkpoints
from server.store.database import Database
from server.store.tables import checkpoints
from tests.server.house import ANN, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def filled(at: House, count: int = 4) -> Position:
    await at.room()
    for n in range(count):
        head = await at.send("chat.send", ANN, text=str(n))
    return head


async def test_it_learns_of_rooms_that_were_asked_for_or_went_on(at: House) -> None:
    head = await filled(at)
    read = Checkpoints(at.database)
    read.note("r", head)
    assert read.projected("r") == 0
    await read.look()
    assert (read.statistics()["lag_records"], read.statistics()["rooms_behind"]) == (5, 1)
    await at.projector.project()
    await read.look()
    assert read.projected("r") == 5
    assert (read.statistics()["lag_records"], read.statistics()["lag_seconds"]) == (0, 0)

    other = Checkpoints(at.database)
    assert other.projected("r") == 0  # whoever asks is told soon
    await other.look()
    assert other.projected("r") == 5


async def test_a_database_that_went_back_is_believed(at: House) -> None:
    head = await filled(at)
    await at.projector.project()
    read = Checkpoints(at.database)
    read.note("r", head)
    await read.look()
    async with at.database.writing() as connection:
        await connection.execute(update(checkpoints).values(seq=2))
    read.note("r", Position(head.epoch, 6))
    await read.look()
    assert read.projected("r") == 2
    assert read.statistics()["lag_records"] == 4
    async with at.database.writing() as connection:
        await connection.execute(delete(checkpoints))
    await read.look()
    assert read.projected("r") == 0


async def test_a_host_keeps_records_until_others_have_stored_them(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Checkpoints(at.database)
    host = await at.room()
    monkeypatch.setattr(at.directory._around.archive, "projected", read.projected)
    for n in range(4):
        read.note("r", await at.send("chat.send", ANN, text=str(n)))
    await read.look()
    await at.directory.tend()
    assert host.statistics()["kept"] >= 4
    await at.projector.project()
    await read.look()
    await at.directory.tend()
    assert host.statistics()["kept"] == 0


async def test_it_says_when_nobody_stores_anything(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Checkpoints(at.database)
    assert read.trouble() is None
    monkeypatch.setattr(module, "STUCK_S", 0.0)
    assert read.trouble() is None
    read.note("r", await filled(at))
    assert read.trouble() == "no worker stores what is said"
    await at.projector.project()
    await read.look()
    assert read.trouble() is None


async def test_a_database_that_is_away_is_said_and_asked_again(
    tmp_path: Path, at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Checkpoints(Database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/rooms.sqlite"))
    read.projected("r")
    monkeypatch.setattr(module, "FAILING_S", 0.0)

    class Enough(BaseException):
        pass

    async def tick(_: float) -> None:
        raise Enough

    monkeypatch.setattr("server.store.checkpoints.asyncio.sleep", tick)
    with pytest.raises(Enough):
        await read.run()
    assert read.trouble() == "the database cannot be read"
    assert read.statistics()["failures_total"] == 1
    await read._database.close()
    read._database = at.database
    with pytest.raises(Enough):
        await read.run()
    assert read.trouble() is None


async def test_what_is_remembered_has_a_bound(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KNOWN_MOST", 10)
    read = Checkpoints(at.database)
    for n in range(40):
        read.projected(f"r{n}")
        await read.look()
    assert len(read._done) <= 11
