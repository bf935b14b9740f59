import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from server.store.tables import ballots, checkpoints
from tests.server.house import CANARY, House, house

ROW = {"reader": "p", "room": "r", "epoch": "e", "seq": 1}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def stored(at: House) -> list[dict[str, object]]:
    async with at.database.reading() as connection:
        return [dict(row._mapping) for row in await connection.execute(select(checkpoints))]


async def test_an_upsert_replaces_all_but_the_key_and_what_is_to_be_kept(at: House) -> None:
    for changes, keep in (({}, ()), ({"seq": 2, "epoch": "f"}, ("epoch",)), ({"seq": 3, "epoch": "g"}, ())):
        async with at.database.writing() as connection:
            await at.database.upsert(connection, checkpoints, [ROW | changes], keep=keep)
        expected = {"seq": 2, "epoch": "e"} if keep else changes
        assert await stored(at) == [ROW | expected]


async def test_an_upsert_of_what_is_older_changes_nothing(at: House) -> None:
    for seq, epoch in ((5, "e"), (4, "old"), (5, "same"), (6, "new"), (1, "older")):
        async with at.database.writing() as connection:
            rows = [ROW | {"seq": seq, "epoch": epoch}, ROW | {"room": "q"}]
            await at.database.upsert(connection, checkpoints, rows, newer="seq")
    assert sorted((row["room"], row["seq"], row["epoch"]) for row in await stored(at)) == [
        ("q", 1, "e"),
        ("r", 6, "new"),
    ]


async def test_what_fails_is_taken_back(at: House) -> None:
    async def failing() -> None:
        async with at.database.writing() as connection:
            await connection.execute(insert(checkpoints).values(ROW))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await stored(at) == []


async def test_writers_take_turns_and_readers_see_whole_transactions(at: House) -> None:
    async def add(n: int) -> None:
        async with at.database.writing(durable=n % 2 == 0) as connection:
            for half in "ab":
                await connection.execute(insert(checkpoints).values(ROW | {"room": f"{n}{half}"}))

    async def look() -> None:
        for _ in range(10):
            assert len(await stored(at)) % 2 == 0

    await asyncio.gather(*(add(n) for n in range(20)), look(), look())
    assert len(await stored(at)) == 40


@pytest.mark.sqlite
async def test_what_is_overwritten_is_in_no_file(at: House) -> None:
    ballot = {"room": "r", "poll": "p", "choices": [1], "at": 1, "seq": 1}
    async with at.database.writing() as connection:
        await connection.execute(insert(ballots), [ballot | {"voter": f"{CANARY}{n}"} for n in range(200)])
    assert CANARY.encode() in at.raw()
    async with at.database.writing() as connection:
        await connection.execute(ballots.delete())
    assert await at.database.overwrite_erased()
    assert CANARY.encode() not in at.raw()


async def test_transactions_are_counted_and_those_that_open_rooms_apart(at: House) -> None:
    before = at.database.statistics()
    await stored(at)
    await at.archive.kept("r")
    async with at.database.writing() as connection:
        await at.database.upsert(connection, checkpoints, [ROW])
    idle = {"waiting": 0, "connections": 0}
    assert before == {"reads": {"rooms_total": 0, "rest_total": 0}, "writes_total": 0} | idle
    assert at.database.statistics() == {"reads": {"rooms_total": 1, "rest_total": 1}, "writes_total": 1} | idle


async def test_who_waits_to_write_is_counted(at: House) -> None:
    async def write() -> None:
        async with at.database.writing() as connection:
            await at.database.upsert(connection, checkpoints, [ROW])

    async with at.database.writing():
        second = asyncio.create_task(write())
        await asyncio.sleep(0)
        assert at.database.statistics()["waiting"] == 1
        assert at.database.statistics()["connections"] == 1
    await second
    assert at.database.statistics()["waiting"] == 0


async def test_whoever_is_cancelled_is_told_so_and_not_that_the_database_is_away(at: House) -> None:
    """As a loop that goes on after the database's errors: it must end when it is told to, wherever it is then."""

    async def loop() -> None:
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError):
                async with at.database.writing() as connection:
                    await at.database.upsert(connection, checkpoints, [ROW])
                await at.database.overwrite_erased()

    async with at.database.writing() as connection:
        await at.database.upsert(connection, checkpoints, [ROW])
    for steps in range(0, 600, 10):
        task = asyncio.create_task(loop())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=5)
        assert done, f"cancelled after {steps} steps, it goes on"
        assert task.cancelled()
    assert await stored(at) == [ROW]
