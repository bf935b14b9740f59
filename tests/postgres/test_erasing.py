"""What was erased is in no file of PostgreSQL's data folder but its write-ahead log."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import delete, insert, select

from loadtests.engines import Postgres
from protocols.messages import By, Role
from server.hosting.draft import Sender
from server.seats import Seat
from server.store import postgres as store
from server.store.seats import StoredSeats
from server.store.tables import unwiped
from tests.server.house import ANN, CANARY, HOST, House, house

WHO = Sender(By(f"u-{CANARY}", f"Name {CANARY}", Role.ATTENDEE, guest=True))
NOW = 1_800_000_000_000


@pytest.fixture
async def at(own: Postgres, own_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(store, "OVERWRITE_EVERY_S", 0.0)
    async with house(tmp_path) as made:
        # So that what is long can be found as it is.
        async with made.database.writing() as connection:
            for column in ("records ALTER data", "snapshots ALTER body"):
                await connection.exec_driver_sql(f"ALTER TABLE {column} SET STORAGE EXTERNAL")
        yield made
    await own.execute(f'DROP DATABASE "{name_of(own_url)}"')


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


async def files_with(own: Postgres, at: House, needle: str = CANARY) -> list[str]:
    """The files that hold it, once all pages are in them; those of the write-ahead log left out."""
    await run(at, "CHECKPOINT")
    found = []
    for folder, folders, names in os.walk(own.folder):
        if "pg_wal" in folders:
            folders.remove("pg_wal")
        for path in (Path(folder) / name for name in names):
            if path.is_file() and needle.encode() in path.read_bytes():
                found.append(str(path.relative_to(own.folder)))
    return found


async def run(at: House, *statements: str) -> None:
    async with store.connected(at.database.url) as connection:
        for statement in statements:
            await connection.execute(statement)


async def marked(at: House) -> list[str]:
    async with at.database.reading() as connection:
        return list((await connection.execute(select(unwiped.c.room))).scalars())


async def filled(at: House) -> Any:
    """A room in which the person to be erased has left traces in every table, among those of others."""
    host = await at.room(text_length=2000)
    await at.ask(host, "poll.create", HOST, question="?", kind="single", options=["a", "b"])
    made = at.told[-1][2].data
    assert made is not None
    poll = made.dump()["poll"]
    await at.ask(host, "poll.open", HOST, poll=poll)
    for n in range(60):
        await at.ask(host, "chat.send", WHO, text=f"{CANARY} {n} " + "长" * (n * 5 if n % 7 else 1900))
        await at.ask(host, "chat.send", ANN, text=f"someone else {n}")
        voter = WHO if n == 0 else Sender(By(f"v{n}", f"V{n}", Role.ATTENDEE, guest=True))
        await at.ask(host, "poll.vote", voter, poll=poll, choices=[n % 2])
        if n % 20 == 0:
            await at.directory.save(host)
            await at.projector.project()
    await at.ask(host, "poll.vote", WHO, poll=poll, choices=[1])
    seat = Seat(
        room="r", user=WHO.by.id, digest=b"d" * 32, salt="s", number="n", name=WHO.by.name, link=None,
        created_at=NOW, expires_at=NOW * 2,
    )  # fmt: skip
    await StoredSeats(at.database).keep(seat, NOW, 10)
    await at.directory.save(host)
    await at.projector.project()
    # The planner's samples, and plain vacuuming as it happens now and then.
    await run(at, "ANALYZE", "VACUUM")
    return host


async def test_an_erased_person_is_in_no_file(own: Postgres, at: House) -> None:
    host = await filled(at)
    tables = await files_with(own, at)
    assert len(tables) >= 5, "planted in records, ballots, snapshots, seats and an index"

    await at.ask(host, "person.erase", HOST, user=WHO.by.id)
    await at.projector.project()
    await at.directory.save(host)
    await at.projector.project()

    assert await marked(at) == []
    assert await files_with(own, at) == []


async def test_vacuuming_alone_would_not_do(own: Postgres, at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why tables are written anew: should this ever fail, a cheaper way has become possible."""
    host = await filled(at)
    monkeypatch.setattr(store, "OVERWRITE_EVERY_S", 3600.0)
    await at.ask(host, "person.erase", HOST, user=WHO.by.id)
    await at.projector.project()
    await at.directory.save(host)
    await run(at, "VACUUM", f'REINDEX DATABASE "{name_of(at.database.url)}"')
    assert await files_with(own, at) != []
    assert await marked(at) == ["r"], "still to be done"

    monkeypatch.setattr(store, "OVERWRITE_EVERY_S", 0.0)
    await at.projector.project()
    assert await files_with(own, at) == []


async def test_a_crash_before_overwriting_is_made_good_by_the_next_start(
    own: Postgres, at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await filled(at)
    monkeypatch.setattr(store, "OVERWRITE_EVERY_S", 3600.0)
    await at.ask(host, "chat.delete", HOST, message=await first_message(at))
    await at.projector.project()
    await at.crash()
    monkeypatch.setattr(store, "OVERWRITE_EVERY_S", 0.0)
    await at.open()
    assert at.database.uncut
    await at.projector.project()
    assert await marked(at) == []
    assert not at.database.uncut


async def first_message(at: House) -> str:
    for _, _, record in at.told:
        if record.type == "chat.sent" and record.data is not None:
            message: str = record.data.dump()["message"]
            return message
    raise AssertionError


async def test_a_transaction_that_can_still_see_it_is_waited_out(own: Postgres, at: House) -> None:
    host = await filled(at)
    other = await asyncpg.connect(host="127.0.0.1", port=own.port, user="showfloor", database=name_of(at.database.url))
    try:
        await other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await other.fetch("SELECT 1 FROM rooms")
        await at.ask(host, "person.erase", HOST, user=WHO.by.id)
        await at.projector.project()
        assert await marked(at) == ["r"]
        assert at.database.uncut
        await other.execute("COMMIT")
    finally:
        await other.close()
    await at.directory.save(host)
    await at.projector.project()
    assert await marked(at) == []
    assert await files_with(own, at) == []


async def test_a_table_in_use_keeps_nobody_waiting_for_long(
    at: House, own: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "OVERWRITE_LOCK_S", 0.1)
    await at.room()
    await at.projector.project()
    async with at.database.writing() as connection:
        await at.database.erased(connection, ["r"])
    async with at.database.engine.connect() as reader:
        await reader.exec_driver_sql("SELECT * FROM records")
        assert not await at.database.overwrite_erased()
        assert await marked(at) == ["r"]
    assert await at.database.overwrite_erased()
    assert await marked(at) == []


async def test_what_became_old_waits_for_the_end_of_the_day_unless_somebody_asks(at: House) -> None:
    async with at.database.writing() as connection:
        await at.database.erased(connection, ["old", store.NO_ROOM], soon=False)
    assert await at.database.overwrite_erased()
    assert sorted(await marked(at)) == [store.NO_ROOM, "old"]
    async with at.database.writing() as connection:
        await at.database.erased(connection, ["old"])
        await at.database.erased(connection, ["old"], soon=False)
    assert await at.database.overwrite_erased()
    assert await marked(at) == [store.NO_ROOM]
    async with at.database.writing() as connection:
        await connection.execute(delete(unwiped))
        await connection.execute(insert(unwiped).values(room=store.NO_ROOM, due_at=1, mark=1))
    assert await at.database.overwrite_erased()
    assert await marked(at) == []


async def test_what_another_node_left_is_looked_for_now_and_then(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await at.database.overwrite_erased()
    assert not at.database.uncut
    monkeypatch.setattr("server.store.database.OTHERS_S", 0.0)
    assert at.database.uncut
