import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from protocols.messages import Record
from rooms.registry import REGISTRY
from server.store.rows import record_of
from server.store.tables import ballots, records, rooms
from tests.server.house import ANN, BOB, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def stored(at: House, room: str = "r") -> list[Record]:
    async with at.database.reading() as connection:
        rows = await connection.execute(select(records).where(records.c.room == room).order_by(records.c.seq))
        return [record_of(row, REGISTRY.events) for row in rows]


async def table(at: House, which: Any) -> list[dict[str, Any]]:
    async with at.database.reading() as connection:
        return [dict(row._mapping) for row in await connection.execute(select(which))]


async def poll(at: House) -> str:
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    created = at.told[-1][2].data
    assert created is not None
    made: str = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=made)
    return made


async def test_the_database_holds_what_the_log_holds(at: House) -> None:
    await at.room()
    await at.room("other")
    for n in range(30):
        await at.send("chat.send", ANN, text=f"谢谢 {n}")
        await at.send("chat.send", BOB, room="other", text=f"{n}")
    made = await poll(at)
    await at.send("poll.vote", ANN, poll=made, choices=[1])
    await at.projector.project()
    for room in ("r", "other"):
        assert await stored(at, room) == await at.log(room)
    assert at.projector.statistics()["lag_records"] == 0
    assert at.projector.projected("r") == (await at.log())[-1].seq


async def test_projecting_again_changes_nothing(at: House) -> None:
    await at.room()
    made = await poll(at)
    await at.send("poll.vote", ANN, poll=made, choices=[1])
    await at.send("chat.send", BOB, text="hi")
    await at.projector.project()
    before = [await table(at, which) for which in (records, rooms, ballots)]
    async with at.database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM checkpoints")
    await at.restart()
    await at.projector.project()
    assert [await table(at, which) for which in (records, rooms, ballots)] == before


async def test_it_goes_on_while_the_database_is_away(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.store.projector.BACKOFF_S", 0.001)
    monkeypatch.setattr("server.store.projector.PAUSE_S", 0.0)
    away = True
    upsert = at.database.upsert
    failed = asyncio.Event()

    async def failing(*args: Any, **kwargs: Any) -> None:
        if away:
            failed.set()
            raise OperationalError("", {}, Exception("away"))
        await upsert(*args, **kwargs)

    monkeypatch.setattr(at.database, "upsert", failing)
    await at.room()
    running = asyncio.create_task(at.projector.run())
    for n in range(20):
        await at.send("chat.send", text=str(n))  # the room does not notice
    await failed.wait()
    assert at.projector.statistics()["lag_records"] == 21
    assert at.projector.statistics()["failing_s"] > 0
    away = False
    async with asyncio.timeout(5):
        while at.projector.projected("r") < 21:  # noqa: ASYNC110 - it has no bell for this
            await asyncio.sleep(0.001)
    assert await stored(at) == await at.log()
    running.cancel()


async def test_a_locked_database_is_waited_for(at: House) -> None:
    await at.room()
    await at.directory.drain()
    other = sqlite3.connect(at.folder / "rooms.sqlite", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            await at.projector.project()
        other.execute("ROLLBACK")
        await at.projector.project()
    finally:
        other.close()
    assert len(await stored(at)) == 1


async def test_a_room_made_by_another_process_is_found(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.store.projector.LOOK_S", 0.0)
    await at.projector.project()
    other = await House(at.folder).open()
    await other.room("made-elsewhere")
    await other.crash()
    await at.projector.project()
    assert len(await stored(at, "made-elsewhere")) == 1
    assert (await at.directory.open("made-elsewhere")).live.room.title == "Test"
