import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from protocols.messages import Audience, Position
from server.broker.port import Unavailable
from server.catalogue import Unreadable
from server.hosting.host import Host
from server.hosting.replica import NotRecovered, Reason
from server.store import trimming as module
from server.store.projection import READER
from server.store.tables import checkpoints, snapshots
from server.store.trimming import HOUR_MS, Trimming
from tests.server.house import ANN, HOST, House, house

HOURS = 3


@pytest.fixture
async def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    # The same with fewer records.
    monkeypatch.setattr(module, "KEPT_RECORDS", 4)
    monkeypatch.setattr(module, "WORTH", 2)
    monkeypatch.setattr(module, "HELD", 3)
    async with house(tmp_path) as opened:
        yield opened


def trimming(at: House, hours: int = HOURS) -> Trimming:
    return Trimming(at.database, at.broker, hours=hours)


async def looked(at: House, trims: Trimming | None = None, looks: int = 2) -> int:
    """How many rooms were cut; by two looks, for the first only says what the second cuts."""
    trims = trims or trimming(at)
    return sum([await trims.look(at.time.clock().now()) for _ in range(looks)])


async def talk(at: House, count: int, room: str = "r") -> None:
    for _ in range(count):
        await at.send("chat.send", ANN, room=room, text="hi")
        at.time.pass_ms(1)


async def stored(at: House, room: str = "r") -> Host:
    """The room as it is, in the database as a whole."""
    await at.projector.project()
    host = await at.directory.open(room)
    await at.directory.save(host)
    return host


async def first(at: House, room: str = "r") -> int:
    """Where the log begins; 0 if nothing is left."""
    return next((record.seq for record in await at.log(room)), 0)


async def spread(at: House) -> None:
    """A room that goes on: 20 records from before, 10 of now."""
    await at.room()
    await talk(at, 19)
    at.time.pass_ms((HOURS + 2) * HOUR_MS)
    await talk(at, 10)
    assert (await at.broker.head("r")) == (await at.directory.open("r")).live.position


async def test_what_is_old_and_stored_goes_from_the_log(at: House) -> None:
    await spread(at)
    host = await stored(at)
    assert await looked(at) == 1
    assert await first(at) == 21
    assert await at.broker.head("r") == host.live.position
    assert await looked(at) == 0
    exported = [record.seq async for chunk in at.history.export("r") for record in chunk]
    assert exported == list(range(1, 31))

    before = host.live
    await at.restart()
    after = (await at.directory.open("r")).live
    assert after.room.dump() == before.room.dump()
    page = await at.history.page(after, Audience.EVERYONE)
    assert [record.seq for record in page.records] == list(range(1, 31))
    assert (await at.send("chat.send", text="on")).seq == 31


@pytest.mark.parametrize(("kept", "begins"), [(0, 21), (12, 19), (1_000, 1)])
async def test_so_many_records_stay_however_old(
    at: House, monkeypatch: pytest.MonkeyPatch, kept: int, begins: int
) -> None:
    monkeypatch.setattr(module, "KEPT_RECORDS", kept)
    await spread(at)
    await stored(at)
    await looked(at)
    assert await first(at) == begins
    await at.restart()
    live = (await at.directory.open("r")).live
    told = live.join(Position(live.epoch, 14), Audience.EVERYONE, live.room.at)
    assert isinstance(told, NotRecovered)
    assert told.reason in {Reason.TRIMMED, Reason.EXPIRED}


async def test_the_last_hour_of_a_room_stays_while_it_goes_on(at: House) -> None:
    await at.room()
    await talk(at, 9)
    at.time.pass_ms(HOUR_MS // 2)
    await talk(at, 10)
    at.time.pass_ms(HOURS * HOUR_MS - 60_000)
    await stored(at)
    # Not quiet for long enough to go as a whole; what is old enough is of its last hour.
    assert await looked(at) == 0
    assert await first(at) == 1


@pytest.mark.parametrize("held_by", ["projector", "snapshot", "unreadable snapshot", "no snapshot"])
async def test_nothing_goes_that_somebody_still_needs(at: House, held_by: str) -> None:
    await at.room()
    await talk(at, 7)
    host = await stored(at)
    await talk(at, 12)
    at.time.pass_ms((HOURS + 2) * HOUR_MS)
    await talk(at, 10)
    if held_by == "projector":
        await at.directory.save(host)
    else:
        await at.projector.project()
    async with at.database.writing() as connection:
        if held_by == "unreadable snapshot":
            await connection.execute(update(snapshots).values(version=99))
        if held_by == "no snapshot":
            await connection.execute(snapshots.delete())
    trims = trimming(at)
    await looked(at, trims)
    # For the database the room is quiet, and its log says that it is not: it waits.
    assert await first(at) == {"snapshot": 9}.get(held_by, 1)
    assert (trims.trouble() is None) is (held_by == "projector")

    await stored(at)
    assert await looked(at, trims) == 1
    assert await first(at) == 21
    assert trims.trouble() is None
    assert trims.statistics()["held"] == 0


async def test_every_reader_of_the_log_counts(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READERS", (READER, "another"))
    await spread(at)
    await stored(at)
    assert await looked(at) == 0
    async with at.database.writing() as connection:
        await connection.execute(insert(checkpoints).values(reader="another", room="r", epoch="", seq=10))
    assert await looked(at) == 1
    assert await first(at) == 7  # four before it, as many as stay at least


async def test_of_a_room_quiet_for_long_nothing_stays(at: House) -> None:
    await at.room()
    await at.send("chat.send", ANN, id_="x", text="hi")
    await talk(at, 5)
    host = await stored(at)
    at.time.pass_ms((HOURS + 1) * HOUR_MS)
    assert await looked(at) == 1
    assert await at.log() == []
    # It is still open; a person comes back, and another after a restart.
    now = host.now()
    assert host.live.join(host.live.position, Audience.EVERYONE, now).records == ()  # type: ignore[union-attr]
    assert isinstance(host.live.join(Position(host.live.epoch, 3), Audience.EVERYONE, now), NotRecovered)
    before = host.live.room.dump()
    await at.restart()
    live = (await at.directory.open("r")).live
    assert live.room.dump() == before
    assert isinstance(live.join(Position(live.epoch, 3), Audience.EVERYONE, live.room.at), NotRecovered)
    assert (await at.send("chat.send", ANN, id_="x", text="hi")).seq == 2  # sent again
    assert (await at.send("chat.send", text="on")).seq == 8
    assert [record.seq for record in await at.log()] == [8]
    await at.projector.project()
    assert [record.seq async for chunk in at.history.export("r") for record in chunk] == list(range(1, 9))


async def test_a_room_that_speaks_again_in_between_is_not_cut_as_a_whole(at: House) -> None:
    await at.room()
    await talk(at, 5)
    await stored(at)
    at.time.pass_ms((HOURS + 1) * HOUR_MS)
    trims = trimming(at)
    assert await looked(at, trims, 1) == 0
    await talk(at, 1)  # not in the database yet
    assert await looked(at, trims, 1) == 0
    assert await first(at) == 1


async def test_who_read_how_far_the_database_is_still_finds_the_rest(at: House) -> None:
    await spread(at)
    await stored(at)
    trims = trimming(at)
    assert await looked(at, trims, 1) == 0
    assert await first(at) == 1
    assert trims.statistics()["announced"] == 1
    assert await looked(at, trims, 1) == 1


async def test_a_person_who_is_erased_is_erased_though_the_log_was_cut(at: House) -> None:
    await spread(at)
    await stored(at)
    await looked(at)
    await at.send("person.erase", HOST, user="ann")
    await at.projector.project()
    everything = [record async for chunk in at.history.export("r") for record in chunk]
    assert {record.seq for record in everything if record.data is None} == set(range(2, 31))
    assert all(record.by is None or record.by.id != "ann" for record in everything)


async def test_rooms_with_nothing_to_cut_cost_nothing(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        await at.room(f"quiet{n}")
        await stored(at, f"quiet{n}")
    at.time.pass_ms((HOURS + 48) * HOUR_MS)
    await spread(at)
    await stored(at)
    asked: list[str] = []

    def mine(room: str) -> bool:
        asked.append(room)
        return True

    trims = Trimming(at.database, at.broker, hours=HOURS, mine=mine)
    for _ in range(2):
        await trims.look(at.time.clock().now(), all_rooms=False)
    assert set(asked) == {"r"}  # the others are looked at once a day,
    assert await looked(at, trims) == 3
    asked.clear()
    assert await looked(at, trims) == 0
    assert set(asked) == {"r"}  # and then never again


async def test_a_room_of_another_process_is_left_to_it(at: House) -> None:
    await spread(at)
    await stored(at)
    assert await looked(at, Trimming(at.database, at.broker, hours=HOURS, mine=lambda _room: False)) == 0
    assert await first(at) == 1


async def test_a_room_that_cannot_be_cut_keeps_no_other_from_it(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("a", "b"):
        await at.room(room)
        await stored(at, room)
    at.time.pass_ms((HOURS + 1) * HOUR_MS)
    trim = at.broker.inner.trim

    async def failing(room: str, upto: int) -> None:
        if room == "a":
            raise Unreadable("of a newer program")
        await trim(room, upto)

    monkeypatch.setattr(at.broker.inner, "trim", failing)
    assert await looked(at) == 1
    assert (await first(at, "a"), await first(at, "b")) == (1, 0)


@pytest.mark.parametrize("error", [Unavailable("away"), ValueError()])
async def test_it_looks_by_itself_and_says_when_it_cannot(
    at: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    await spread(at)
    await stored(at)
    failed, done = asyncio.Event(), asyncio.Event()
    trim = at.broker.inner.trim
    said: list[str | None] = []

    async def cut(room: str, upto: int) -> None:
        if not failed.is_set():
            failed.set()
            raise error
        said.append(trims.trouble())
        await trim(room, upto)
        done.set()

    monkeypatch.setattr(at.broker.inner, "trim", cut)
    trims = trimming(at)
    running = asyncio.create_task(trims.run(at.time.clock().now))
    async with asyncio.timeout(5):
        await done.wait()
        while trims.trouble() is not None:  # noqa: ASYNC110 - it sets no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    # It begins anew: one look finds, and the next one cuts.
    assert said == [None]
    assert trims.statistics()["failures_total"] == 1


async def test_a_database_that_is_behind_is_said(at: House) -> None:
    behind = 0.0
    trims = Trimming(at.database, at.broker, hours=HOURS, behind_s=lambda: behind)
    assert trims.trouble() is None
    behind = HOURS * 3600 + 1
    assert trims.trouble() == "logs are not trimmed: the database is behind"


async def test_how_far_logs_are_cut_is_no_reader(at: House) -> None:
    await spread(at)
    await stored(at)
    await looked(at)
    kept = await at.archive.kept("r")
    assert kept is not None
    assert kept.seq == 30
    async with at.database.reading() as connection:
        rows = (await connection.execute(select(checkpoints.c.reader, checkpoints.c.seq))).all()
    assert {row.reader: row.seq for row in rows} == {READER: 30, module.CUT: 20}
