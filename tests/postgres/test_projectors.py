"""Several projectors on one database, late batches, and a database that holds less than it did."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from protocols.messages import Record
from rooms.registry import REGISTRY
from server.store import projection
from server.store.database import Database
from server.store.projection import Projection, WentBack
from server.store.projector import Projector
from server.store.rows import record_of, row_of
from server.store.tables import ballots, checkpoints, records, rooms, seat_codes, snapshots
from tests.server.house import ANN, BOB, CANARY, HOST, House, house

ALL = (records, ballots, rooms, checkpoints, snapshots, seat_codes)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


@pytest.fixture
async def second(at: House) -> AsyncIterator[Projector]:
    """A projector of another process: with connections of its own."""
    database = Database(at.database.url)
    try:
        yield Projector(at.broker, database, REGISTRY.events)
    finally:
        await database.close()


async def everything(at: House) -> dict[str, list[tuple[Any, ...]]]:
    async with at.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]
            for table in ALL
        }


async def stored(at: House, room: str = "r") -> list[Record]:
    async with at.database.reading() as connection:
        rows = await connection.execute(select(records).where(records.c.room == room).order_by(records.c.seq))
        return [record_of(row, REGISTRY.events) for row in rows]


async def write(at: House, batch: list[Record]) -> None:
    async with at.database.writing() as connection:
        await Projection(at.database, REGISTRY.events).write(connection, {"r": ("e", batch)})


async def poll(at: House) -> str:
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    created = at.told[-1][2].data
    assert created is not None
    made: str = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=made)
    return made


async def test_a_batch_that_comes_late_changes_nothing_and_brings_nothing_back(at: House, second: Projector) -> None:
    await at.room()
    made = await poll(at)
    await at.send("chat.send", ANN, text=CANARY)
    for voter in (ANN, BOB):
        await at.send("poll.vote", voter, poll=made, choices=[0])
    early = await at.log()
    at.time.pass_ms(60_000)
    await at.send("poll.vote", BOB, poll=made, choices=[1])
    await at.send("room.close", HOST)
    await at.send("person.erase", HOST, user="ann")
    await second.project()
    before = await everything(at)
    assert {row[3][0] for row in before["ballots"]} == {0, 1}

    for late in (early, early[:3], early[3:], early[-1:]):
        await write(at, late)

    assert await everything(at) == before
    assert CANARY not in str(before)
    assert before["rooms"][0][2] == "closed"


async def test_a_batch_that_is_late_in_part_is_stored_in_part(at: House, second: Projector) -> None:
    await at.room()
    for n in range(10):
        await at.send("chat.send", ANN, text=str(n))
    await second.project()
    for n in range(10):
        await at.send("chat.send", ANN, text=str(n))
    await write(at, (await at.log())[5:])
    assert await stored(at) == await at.log()
    second._looked = 0.0
    await second.project()
    assert second.projected("r") == 21


async def test_projectors_that_race_store_everything_once(at: House, second: Projector) -> None:
    names = [f"r{n}" for n in range(12)]
    for name in names:
        await at.room(name)

    async def talk(name: str) -> None:
        for n in range(40):
            await at.send("chat.send", ANN, room=name, text=str(n))

    async def follow(projector: Projector) -> None:
        for _ in range(8):
            projector._looked = 0.0
            await projector.project()
            await asyncio.sleep(0)

    await asyncio.gather(*map(talk, names), follow(at.projector), follow(second))
    await follow(second)
    for name in names:
        assert await stored(at, name) == await at.log(name)
    await at.projector.project()
    assert at.projector.statistics()["lag_records"] == 0


async def test_rooms_that_are_new_to_both_are_waited_for(at: House) -> None:
    """Neither has a row that the other could lock."""
    await at.room()
    log = await at.log()
    await asyncio.wait_for(asyncio.gather(*(Once(at.database.url).write(log) for _ in range(4))), 60)
    assert await stored(at) == log


class Once:
    """One batch, from a process of its own."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    async def write(self, log: list[Record]) -> None:
        try:
            async with self._database.writing() as connection:
                await Projection(self._database, REGISTRY.events).write(connection, {"r": ("e", log), "s": ("e", log)})
        finally:
            await self._database.close()


async def test_what_a_database_has_lost_is_projected_again(at: House) -> None:
    """As after a failover to one that had not got the last transactions."""
    await at.room()
    for n in range(10):
        await at.send("chat.send", ANN, text=str(n))
    await at.projector.project()
    async with at.database.writing() as connection:
        await connection.execute(delete(records).where(records.c.seq > 4))
        await connection.execute(update(checkpoints).values(seq=4))
    with pytest.raises(WentBack):
        async with at.database.writing() as connection:
            await at.projector._projection.write(connection, {"r": ("e", [])}, after=at.projector._done)
    await at.send("chat.send", ANN, text="after")
    await at.projector.project()
    assert await stored(at) == await at.log()
    assert len(await stored(at)) == 12


async def test_what_the_database_will_never_take_keeps_no_other_room_waiting(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfit(room: str, epoch: str, record: Record) -> dict[str, Any]:
        return row_of(room, epoch, record) | ({"name": "\0"} if room == "r" else {})

    monkeypatch.setattr(projection, "row_of", unfit)
    for room in ("a", "r", "z"):
        await at.room(room)
    await at.projector.project()
    assert [at.projector.projected(room) for room in ("a", "r", "z")] == [1, 0, 1]
    assert at.projector.statistics()["rooms_unreadable"] == 1


async def test_the_lag_is_told_in_records_and_in_seconds(at: House) -> None:
    await at.room()
    for n in range(5):
        await at.send("chat.send", ANN, text=str(n))
    counts = at.projector.statistics()
    assert (counts["lag_records"], counts["rooms_behind"]) == (6, 1)
    assert counts["lag_seconds"] > 0
    await at.projector.project()
    counts = at.projector.statistics()
    assert (counts["lag_records"], counts["lag_seconds"], counts["rooms_behind"]) == (0, 0, 0)


async def test_a_transaction_that_another_holds_up_is_given_up(
    at: House, second: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.postgres.LOCK_S", 0.2)
    await at.room()
    await at.projector.project()
    await at.send("chat.send", ANN, text="hi")
    impatient = Database(at.database.url)
    projector = Projector(at.broker, impatient, REGISTRY.events)
    try:
        async with at.database.writing() as connection:
            await projection.reached(at.database, connection, ["r"])
            with pytest.raises(Exception, match="lock timeout"):
                await projector.project()
        await projector.project()
    finally:
        await impatient.close()
    assert len(await stored(at)) == 2
