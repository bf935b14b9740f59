from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.broker.port import Unavailable
from server.hosting.archive import Kept, Snapshot
from tests.server.house import CANARY, House, house
from tests.server.records import said

SNAPSHOT = Snapshot("r", "e", 7, 1_000, {"text": "fine"})


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def test_a_room_that_was_never_heard_of(at: House) -> None:
    assert await at.archive.kept("r") is None
    assert [chunk async for chunk in at.archive.records("r", 0, 100)] == []
    assert await at.archive.answered("r", 0) == []


@pytest.mark.sqlite
async def test_the_newest_snapshot_stays_and_the_one_before_leaves_no_trace(at: House) -> None:
    await at.archive.save(replace(SNAPSHOT, seq=5, state={"text": CANARY}))
    assert CANARY.encode() in at.raw()
    await at.archive.save(SNAPSHOT)
    assert CANARY.encode() not in at.raw()
    await at.archive.save(replace(SNAPSHOT, seq=6))  # one that took long to be written
    assert await at.archive.kept("r") == Kept(7, SNAPSHOT)


@pytest.mark.sqlite
async def test_an_unreadable_snapshot_still_says_how_far_the_room_was(at: House) -> None:
    await at.archive.save(SNAPSHOT)
    async with at.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE snapshots SET body = x'c1'")
    assert await at.archive.kept("r") == Kept(7, None)


async def test_what_the_log_has_lost_is_kept_once(at: House) -> None:
    # The catalogue of real rooms does not know these: only their stubs can be read back.
    lost = [said(seq, data=None, command=bytes([seq]) * 32) for seq in range(1, 4)]
    await at.archive.keep("r", "e", lost)
    await at.archive.keep("r", "e", lost[1:])
    assert [record async for chunk in at.archive.records("r", 1, 3) for record in chunk] == lost[1:]
    assert [answer.seq for answer in await at.archive.answered("r", lost[1].at)] == [2, 3]


async def test_a_database_that_is_away_is_unavailable(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: object) -> None:
        raise OSError

    monkeypatch.setattr(at.database, "reading", away)
    monkeypatch.setattr(at.database, "writing", away)
    with pytest.raises(Unavailable):
        await at.archive.kept("r")
    with pytest.raises(Unavailable):
        await at.archive.save(SNAPSHOT)
