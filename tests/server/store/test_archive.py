import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from protocols.limits import DEDUPE_WINDOW_MS
from server.broker.port import Answered, Unavailable
from server.hosting.archive import Kept, Snapshot
from server.store.tables import rooms
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


async def test_snapshots_are_outdated_by_an_erasure_after_them_or_when_their_time_is_over(at: House) -> None:
    erased = [Answered(b"k" * 16, 2, 5_000)]
    for room, seq, erased_seq, remembered in (
        ("fresh", 7, 0, ()),
        ("forgetting", 7, 7, erased),
        ("erased since", 7, 8, ()),
        ("both", 7, 8, erased),
    ):
        row = {"id": room, "title": "", "status": "open", "settings": {}, "created_at": 1, "active_at": 1}
        async with at.database.writing() as connection:
            await connection.execute(insert(rooms).values(**row, retention_days=0, erased_seq=erased_seq))
        await at.archive.save(replace(SNAPSHOT, room=room, seq=seq, erased=remembered))
    over = 5_000 + DEDUPE_WINDOW_MS
    assert sorted(await at.archive.outdated(over)) == ["both", "erased since"]
    assert sorted(await at.archive.outdated(over + 1)) == ["both", "erased since", "forgetting"]


@pytest.mark.sqlite
async def test_of_many_rooms_only_those_are_looked_at_that_may_be_outdated(at: House) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(
        at.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
    )
    await at.archive.outdated(1)
    statement, parameters = next(each for each in asked if "UNION" in each[0])
    async with at.database.reading() as connection:
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()  # type: ignore[arg-type]
    steps = " ".join(row.detail for row in plan)
    assert "ix_rooms_erased_seq" in steps
    assert "ix_snapshots_forget_at" in steps
    assert not re.search(r"SCAN (rooms|snapshots)(?! USING)", steps), steps
