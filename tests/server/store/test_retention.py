import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from protocols.limits import DAY_MS, DEDUPE_WINDOW_MS, KEY_LENGTH
from protocols.messages import Audience
from rooms.dedupe import fingerprint
from rooms.registry import REGISTRY
from server.broker.port import Unavailable
from server.store.retention import Retention
from server.store.tables import ballots
from tests.server.house import ANN, BOB, CANARY, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def aged(at: House, days: int, *, retention_days: int) -> None:
    """A room with old and new messages."""
    await at.room(retention_days=retention_days)
    for n in range(5):
        await at.send("chat.send", ANN, text=f"{CANARY} {n}")
    at.time.pass_ms(days * DAY_MS)
    for n in range(5):
        await at.send("chat.send", ANN, text=f"new {n}")


def retention(at: House) -> Retention:
    return Retention(at.database, at.broker, REGISTRY.events, retire=at.directory.retire)


async def sweep(at: House) -> int:
    return await retention(at).sweep(at.time.clock().now())


async def seqs(at: House) -> list[int]:
    return [record.seq async for chunk in at.history.export("r") for record in chunk]


def said(at: House, kind: str) -> str:
    """The id in the last event of this type."""
    data = next(record.data for _, _, record in reversed(at.told) if record.type == kind)
    assert data is not None
    return str(next(iter(data.dump().values())))


async def test_old_records_go_and_the_room_stays(at: House) -> None:
    await aged(at, 8, retention_days=7)
    host = await at.directory.open("r")
    await at.projector.project()
    assert await sweep(at) == 6  # five messages; the room's making loses its author
    assert await sweep(at) == 0
    retired = at.told[-1][2]
    assert (retired.seq, retired.type, retired.by, retired.erases) == (12, "room.retired", None, (2, 3, 4, 5, 6))
    assert await seqs(at) == [1, 7, 8, 9, 10, 11, 12]
    assert [record.seq for record in await at.log()] == [7, 8, 9, 10, 11, 12]

    before = host.live
    await at.restart()
    after = (await at.directory.open("r")).live
    assert after.room.dump() == before.room.dump()
    page = await at.history.page(after, Audience.EVERYONE)
    assert page.records[-1].seq == 12
    assert (await at.send("chat.send", text="on")).seq == 13


@pytest.mark.sqlite
async def test_an_old_text_is_in_no_view_and_in_no_file(at: House) -> None:
    host = await at.room(retention_days=7)
    messages = []
    for n in range(4):
        await at.send("chat.send", ANN, text=f"{CANARY} {n}")
        messages.append(said(at, "chat.sent"))
    await at.send("chat.pin", HOST, message=messages[0])
    await at.send("chat.delete", HOST, message=messages[1])
    at.time.pass_ms(5 * DAY_MS)
    await at.send("chat.delete", HOST, message=messages[2])
    await at.send("chat.restore", HOST, message=messages[1])
    await at.send("chat.send", BOB, text="young")
    await at.directory.save(host)
    await at.projector.project()
    for prefix in ("log", "rooms"):
        assert CANARY.encode() in at.raw(prefix)
    at.time.pass_ms(3 * DAY_MS)

    assert await sweep(at) > 0
    await at.projector.project()
    for audience in (Audience.EVERYONE, Audience.HOSTS):
        assert CANARY.encode() not in host.live.view(audience)
        assert b"young" in host.live.view(audience)
    await at.crash()  # which waits for the log to be cut
    assert CANARY.encode() not in at.raw()
    assert b"young" in at.raw()
    await at.open()
    assert b"young" in (await at.directory.open("r")).live.view(Audience.HOSTS)


async def test_a_crash_in_between_is_made_good(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await aged(at, 8, retention_days=7)
    await at.projector.project()
    await at.directory.save(await at.directory.open("r"))
    monkeypatch.setattr(at.directory, "save", never)
    assert await sweep(at) == 0
    await at.restart()
    assert await sweep(at) == 6
    assert [record.type for _, _, record in at.told].count("room.retired") == 1
    await at.projector.project()
    await at.crash()
    assert CANARY.encode() not in at.raw()
    await at.open()


async def never(*_: object) -> bool:
    raise RuntimeError


async def test_rooms_without_anything_old_are_left_alone(at: House) -> None:
    await aged(at, 8, retention_days=7)
    await at.room("young", retention_days=7)
    await at.room("for-ever", retention_days=0)
    await at.projector.project()
    await at.restart()
    assert await sweep(at) == 6
    assert len(at.directory) == 1
    await at.directory.tend()
    assert len(at.directory) == 0  # opened for this alone
    head = await at.broker.head("r")
    at.time.pass_ms(DAY_MS // 2)
    assert await sweep(at) == 0
    assert len(at.directory) == 0
    assert await at.broker.head("r") == head


async def test_a_room_that_keeps_longer_by_now_is_not_touched(at: House) -> None:
    await aged(at, 8, retention_days=7)
    await at.projector.project()
    await at.send("room.configure", HOST, settings={"retention_days": 30})  # the database does not know yet
    assert await sweep(at) == 0
    assert len(await at.log()) == 12
    await at.projector.project()
    assert len(await seqs(at)) == 12


async def test_ballots_of_closed_polls_go(at: House) -> None:
    await at.room(retention_days=7)
    polls = []
    for n in range(2):
        await at.send("poll.create", HOST, question=f"{n}?", kind="single", options=["a", "b"])
        polls.append(said(at, "poll.created"))
        await at.send("poll.open", HOST, poll=polls[n])
        await at.send("poll.vote", ANN, poll=polls[n], choices=[1])
    await at.send("poll.close", HOST, poll=polls[0])
    at.time.pass_ms(8 * DAY_MS)
    await at.projector.project()
    assert await sweep(at) > 0
    async with at.database.reading() as connection:
        assert [row.poll for row in await connection.execute(select(ballots))] == [polls[1]]
    live = (await at.directory.open("r")).live
    assert list(live.mine("ann")["polls"]["ballots"]) == [polls[1]]


async def test_a_room_whose_snapshot_is_unreadable_is_made_again_from_what_stays(at: House) -> None:
    await aged(at, 8, retention_days=7)
    await at.projector.project()
    await at.directory.save(await at.directory.open("r"))
    await sweep(at)
    async with at.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE snapshots SET version = 99")
    await at.restart()
    live = (await at.directory.open("r")).live
    assert live.room.title == "Test"
    assert live.room.seq == 12
    assert b"new 4" in live.view(Audience.EVERYONE)
    assert CANARY.encode() not in live.view(Audience.HOSTS)


@pytest.mark.parametrize(("days", "retention_days"), [(6, 7), (400, 0)])
async def test_what_is_not_old_enough_stays(at: House, days: int, retention_days: int) -> None:
    await aged(at, days, retention_days=retention_days)
    await at.projector.project()
    await at.directory.save(await at.directory.open("r"))
    assert await sweep(at) == 0
    assert len(await seqs(at)) == 11


async def test_nothing_is_retired_before_it_is_projected(at: House) -> None:
    await aged(at, 8, retention_days=7)
    await at.directory.save(await at.directory.open("r"))
    assert await sweep(at) == 0
    assert len(await at.log()) == 11
    assert HOST.by.id in str([record.by for record in await at.log()])


async def test_keys_of_deleted_messages_go_after_the_dedupe_window(at: House) -> None:
    await at.room()
    await at.send("chat.send", ANN, id_="x", text="hi")
    await at.send("chat.delete", ANN, message=said(at, "chat.sent"))
    await at.directory.save(await at.directory.open("r"))
    await at.projector.project()
    key = fingerprint("ann", "x", b"")[:KEY_LENGTH]
    await retention(at).forget_keys(at.time.clock().now())
    assert key in at.raw("log")

    at.time.pass_ms(DEDUPE_WINDOW_MS + 1)
    for _ in range(2):  # the snapshot's memory of it goes too
        await at.directory.tend()
        at.time.pass_ms(1_000)
    for _ in range(2):
        await retention(at).forget_keys(at.time.clock().now())
    await at.crash()
    assert key not in at.raw()
    await at.open()
    assert [record.command for record in await at.log()][1] is None


async def test_a_room_with_a_fault_keeps_no_other_from_being_retired(at: House) -> None:
    await aged(at, 8, retention_days=7)
    await at.room("a", retention_days=7)
    await at.send("chat.send", ANN, room="a", text="old")
    at.time.pass_ms(8 * DAY_MS)
    await at.projector.project()

    async def retire(room: str, before: int, upto: int) -> None:
        if room == "a":
            raise ValueError
        await at.directory.retire(room, before, upto)

    looking = Retention(at.database, at.broker, REGISTRY.events, retire=retire)
    assert await looking.sweep(at.time.clock().now()) > 0


@pytest.mark.parametrize("error", [Unavailable("away"), ValueError()])
async def test_it_looks_by_itself_and_goes_on_after_an_error(
    at: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr("server.store.retention.KEYS_EVERY_S", 0.0)
    monkeypatch.setattr("server.store.retention.LOOKS", 1)
    await aged(at, 8, retention_days=7)
    await at.projector.project()
    asked: list[tuple[str, int]] = []
    done = asyncio.Event()

    async def retire(room: str, before: int, upto: int) -> None:
        asked.append((room, upto))
        if len(asked) == 1:
            raise error
        await at.directory.retire(room, before, upto)
        done.set()

    looking = Retention(at.database, at.broker, REGISTRY.events, retire=retire)
    running = asyncio.create_task(looking.run(at.time.clock().now))
    async with asyncio.timeout(5):
        await done.wait()
    running.cancel()
    assert asked == [("r", 6), ("r", 6)]
    assert at.told[-1][2].type == "room.retired"
