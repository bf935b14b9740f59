from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.messages import Audience
from rooms.registry import REGISTRY
from server.store.retention import DAY_MS, Retention
from tests.server.house import ANN, CANARY, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def aged(at: House, days: int, *, retention_days: int) -> int:
    """A room with old and new messages; the time now."""
    await at.room(retention_days=retention_days)
    for n in range(5):
        await at.send("chat.send", ANN, text=f"{CANARY} {n}")
    at.time.pass_ms(days * DAY_MS)
    for n in range(5):
        await at.send("chat.send", ANN, text=f"new {n}")
    return at.time.clock().now()


async def seqs(at: House) -> list[int]:
    return [record.seq async for chunk in at.history.export("r") for record in chunk]


async def test_old_records_go_and_the_room_stays(at: House) -> None:
    now = await aged(at, 8, retention_days=7)
    retention = Retention(at.database, at.broker, REGISTRY.events)
    host = await at.directory.open("r")
    await at.projector.project()
    assert await retention.sweep(now) == 0  # no snapshot yet: the log still needs them
    await at.directory.save(host)
    assert await retention.sweep(now) == 6  # five messages; the room's making loses its author
    assert await retention.sweep(now) == 0
    assert await seqs(at) == [1, 7, 8, 9, 10, 11]
    assert [record.seq for record in await at.log()] == [7, 8, 9, 10, 11]

    before = host.live
    await at.restart()
    after = (await at.directory.open("r")).live
    assert after.room.dump() == before.room.dump()
    page = await at.history.page(after, Audience.EVERYONE)
    assert page.records[-1].seq == 11
    assert (await at.send("chat.send", text="on")).seq == 12


async def test_a_room_whose_snapshot_is_unreadable_is_made_again_from_what_stays(at: House) -> None:
    now = await aged(at, 8, retention_days=7)
    await at.projector.project()
    await at.directory.save(await at.directory.open("r"))
    await Retention(at.database, at.broker, REGISTRY.events).sweep(now)
    async with at.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE snapshots SET version = 99")
    await at.restart()
    live = (await at.directory.open("r")).live
    assert live.room.title == "Test"
    assert live.room.seq == 11
    assert b"new 4" in live.view(Audience.EVERYONE)
    assert CANARY.encode() not in live.view(Audience.HOSTS)


@pytest.mark.parametrize(("days", "retention_days"), [(6, 7), (400, 0)])
async def test_what_is_not_old_enough_stays(at: House, days: int, retention_days: int) -> None:
    now = await aged(at, days, retention_days=retention_days)
    await at.projector.project()
    await at.directory.save(await at.directory.open("r"))
    assert await Retention(at.database, at.broker, REGISTRY.events).sweep(now) == 0
    assert len(await seqs(at)) == 11


async def test_nothing_is_retired_before_it_is_projected(at: House) -> None:
    now = await aged(at, 8, retention_days=7)
    await at.directory.save(await at.directory.open("r"))
    assert await Retention(at.database, at.broker, REGISTRY.events).sweep(now) == 0
    assert len(await at.log()) == 11
    assert HOST.by.id in str([record.by for record in await at.log()])
