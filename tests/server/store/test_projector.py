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
from server.broker import log_file
from server.store import projector
from server.store.projection import Projection
from server.store.projector import Projector
from server.store.rows import record_of
from server.store.tables import ballots, records, rooms
from tests.server.house import ANN, BOB, CANARY, HOST, House, house, opened_database


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


@pytest.mark.sqlite
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
    monkeypatch.setattr(at.projector, "_look_s", 0.0)
    await at.projector.project()
    other = await House(at.folder).open()
    await other.room("made-elsewhere")
    await other.crash()
    await at.projector.project()
    assert len(await stored(at, "made-elsewhere")) == 1
    assert (await at.directory.open("made-elsewhere")).live.room.title == "Test"


async def test_a_room_that_is_always_behind_keeps_no_other_waiting(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.broker.embedded.CHUNK", 10)
    monkeypatch.setattr("server.store.projector.ROUND", 10)
    host = await at.room()
    for n in range(100):
        await at.ask(host, "chat.send", text=str(n))
    await at.room("quiet")
    await at.projector._look()
    for _ in range(2):
        await at.projector._round()
    assert at.projector.projected("r") < 100
    assert at.projector.projected("quiet") == 1


async def test_a_room_that_cannot_be_projected_keeps_no_other_waiting(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Projection.write

    async def failing(self: Projection, connection: Any, batches: Any, **more: Any) -> Any:
        if "r" in batches:
            raise ValueError
        return await write(self, connection, batches, **more)

    monkeypatch.setattr(Projection, "write", failing)
    for room in ("a", "r", "z"):
        await at.room(room)
    await at.projector.project()
    await at.send("chat.send", text="hi")
    assert [at.projector.projected(room) for room in ("a", "r", "z")] == [1, 0, 1]
    assert at.projector.statistics()["rooms_unreadable"] == 1
    assert at.projector.statistics()["rooms_behind"] == 0


@pytest.mark.sqlite
async def test_what_a_reader_kept_from_being_overwritten_is_overwritten_later(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", text=CANARY)
    await at.directory.save(host)
    await at.ask(host, "person.erase", HOST, user="ann")
    await at.projector.project()
    reader = sqlite3.connect(at.folder / "rooms.sqlite")
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM snapshots").fetchall()
        await at.directory.tend()  # which stores it without
        assert CANARY.encode() in at.raw("rooms")  # the reader keeps the old pages alive
    finally:
        reader.close()
    await at.projector.project()
    assert CANARY.encode() not in at.raw("rooms")


@pytest.mark.sqlite
async def test_a_crash_before_overwriting_is_made_good_at_the_next_start(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", text=CANARY)
    await at.projector.project()
    await at.ask(host, "person.erase", HOST, user="ann")
    reader = sqlite3.connect(at.folder / "rooms.sqlite")
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM records").fetchall()
        await at.projector.project()
        await at.restart()  # the log of the database stays, for the reader
        assert CANARY.encode() in at.raw("rooms")
    finally:
        # A second connection, or closing the first would already move it into the file.
        held = sqlite3.connect(at.folder / "rooms.sqlite")
        held.execute("SELECT * FROM records").fetchall()
        reader.close()
    try:
        await at.projector.project()
        assert CANARY.encode() not in at.raw("rooms")
    finally:
        held.close()


async def test_of_two_projectors_the_slower_brings_nothing_back_that_was_erased(at: House) -> None:
    """It has read the words before they were erased, and writes after the other has stored the stub."""
    host = await at.room()
    await at.ask(host, "chat.send", text=CANARY)
    slower = at.projector
    await slower._learn(["r"])
    read = {"r": (host.live.epoch, await slower._next("r"))}
    await at.ask(host, "person.erase", HOST, user="ann")
    database = await opened_database(at.folder)
    await Projector(at.broker, database, REGISTRY.events).project()
    await slower._store(read)
    await slower.project()
    await at.directory.tend()
    async with at.database.reading() as connection:
        rows = (await connection.execute(select(records).where(records.c.room == "r"))).all()
    assert len(rows) == host.live.room.seq
    assert CANARY not in repr(rows)
    await database.close()


async def test_of_long_messages_all_are_stored_without_a_pause(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await at.room()
    for n in range(12):
        await at.send("chat.send", ANN, text=f"{n}")
    # So that no more than one batch is read at once, as where they are long.
    monkeypatch.setattr(log_file, "CHUNK_BYTES", 1)
    monkeypatch.setattr(projector, "PAUSE_S", 3_600.0)
    running = asyncio.create_task(at.projector.run())
    async with asyncio.timeout(30):
        while at.projector.projected("r") < 13:  # noqa: ASYNC110 - nobody is told how far it is
            await asyncio.sleep(0.01)
    running.cancel()
    assert await stored(at) == await at.log()
