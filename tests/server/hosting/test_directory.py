import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from server.broker.port import Unavailable
from server.hosting import directory
from server.hosting.directory import IDLE_LOOKS
from server.hosting.host import SNAPSHOT_EVERY
from server.hosting.owners import Alone
from tests.server.house import ANN, BOB, CANARY, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def refused(at: House, room: str = "r") -> Code:
    with pytest.raises(Refused) as error:
        await at.directory.open(room)
    return error.value.code


async def remembered(at: House, room: str = "r") -> int:
    kept = await at.archive.kept(room)
    assert kept is not None
    assert kept.snapshot is not None
    return kept.snapshot.seq


async def test_a_room_is_made_once(at: House) -> None:
    assert await refused(at) is Code.NOT_FOUND
    host = await at.room()
    assert host.live.room.title == "Test"
    with pytest.raises(Refused) as error:
        await at.room()
    assert error.value.code is Code.CONFLICT
    assert await at.directory.open("r") is host


async def test_a_room_that_nobody_was_allowed_to_make_is_not_there(at: House) -> None:
    with pytest.raises(Refused) as error:
        await at.directory.create_room("r", "Test", by=ANN.by)
    assert error.value.code is Code.FORBIDDEN
    assert await refused(at) is Code.NOT_FOUND
    await at.room()
    assert (await at.directory.open("r")).live.room.created


async def test_the_rooms_at_work_are_known_as_they_are(at: House) -> None:
    assert at.directory.at_work() == []
    host = await at.room()
    with pytest.raises(Refused):
        await at.directory.create_room("never", "Test", by=ANN.by)
    await at.send("room.configure", HOST, title="New")
    assert [(room, room.title) for room in at.directory.at_work()] == [(host.live.room, "New")]
    await host.close()
    assert at.directory.at_work() == []


async def test_many_who_open_a_room_get_one_host(at: House) -> None:
    await at.room()
    await at.restart()
    opening = [asyncio.create_task(at.directory.open("r")) for _ in range(50)]
    await asyncio.sleep(0)
    opening[0].cancel()  # one who gives up must not take it from the others
    hosts = await asyncio.gather(*opening[1:])
    assert len({id(host) for host in hosts}) == 1
    assert len(at.directory) == 1


async def test_each_opening_raises_the_term(at: House) -> None:
    await at.room()
    await at.restart()
    await at.send("chat.send", text="hi")
    await at.restart()
    await at.send("chat.send", text="hi")
    terms = [batch.term for batch in at.broker.published]
    await at.restart()
    await at.send("chat.send", text="hi")
    assert at.broker.published[-1].term > max(terms)


async def test_snapshots_are_written_now_and_then(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.hosting.host.SNAPSHOT_EVERY", 5)
    assert SNAPSHOT_EVERY > 5
    host = await at.room()
    for n in range(3):
        await at.ask(host, "chat.send", text=str(n))
    await at.directory.tend()
    assert await at.archive.kept("r") is None
    await at.ask(host, "chat.send", text="5th")
    await at.directory.tend()
    assert await remembered(at) == 5


async def test_idle_rooms_are_closed_and_come_back(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", text="hi")
    at.time.pass_ms(59_000)
    await at.directory.tend()
    assert at.directory.get("r") is host
    at.directory.occupied = lambda room: room == "r"
    at.time.pass_ms(2_000)
    await at.directory.tend()
    assert at.directory.get("r") is host
    at.directory.occupied = lambda room: False
    await at.directory.tend()
    assert len(at.directory) == 0
    assert await remembered(at) == 2
    assert (await at.send("chat.send", text="back")).seq == 3


async def test_a_room_with_something_due_stays(at: House) -> None:
    host = await at.room()
    await at.ask(host, "poll.create", HOST, question="?", kind="single", options=["a", "b"], duration_ms=3_600_000)
    poll = at.told[-1][2].data
    assert poll is not None
    await at.ask(host, "poll.open", HOST, poll=poll.dump()["poll"])
    at.time.pass_ms(100_000)
    await at.directory.tend()
    assert at.directory.get("r") is host


async def test_draining_answers_what_waits_and_takes_nothing_more(at: House) -> None:
    host = await at.room()
    waiting = [asyncio.create_task(at.ask(host, "chat.send", text=str(n))) for n in range(10)]
    await asyncio.sleep(0)
    await at.directory.drain()
    assert [(await task).seq for task in waiting] == list(range(2, 12))
    assert await refused(at) is Code.UNAVAILABLE
    with pytest.raises(Refused):
        await at.room("other")
    assert await remembered(at) == 11
    await at.restart()
    assert (await at.directory.open("r")).live.room.seq == 11


async def test_draining_gives_up_on_a_log_that_does_not_answer(at: House) -> None:
    host = await at.room()
    at.broker.gate.clear()
    waiting = asyncio.create_task(at.outcome("chat.send", text="hi"))
    await at.broker.arrived.wait()
    async with asyncio.timeout(5):
        await at.directory.drain(within_s=0.02)
        outcome = await waiting
    assert isinstance(outcome, Refused)
    assert outcome.code is Code.UNAVAILABLE
    assert host.closed


class Noting(Alone):
    """Owners that note what was released."""

    def __init__(self) -> None:
        self.released: list[str] = []

    async def release(self, room: str) -> bool:
        self.released.append(room)
        return True


async def test_what_draining_gives_up_is_free_for_others(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    owners, told = Noting(), list[str]()
    monkeypatch.setattr(at.directory, "_owners", owners)
    at.directory.on_close = told.append
    await at.room("other")
    await at.room()
    at.broker.gate.clear()
    waiting = asyncio.create_task(at.outcome("chat.send", text="hi"))
    await at.broker.arrived.wait()
    async with asyncio.timeout(5):
        await at.directory.drain(within_s=0.2)
        await waiting
    assert sorted(owners.released) == sorted(told) == ["other", "r"]


async def test_what_was_counted_stays_counted(at: House) -> None:
    await at.room()
    assert at.directory.statistics()["records_total"] == 1
    at.time.pass_ms(61_000)
    await at.directory.tend()
    assert at.directory.statistics()["rooms"] == 0
    assert at.directory.statistics()["records_total"] == 1


async def test_erasing_leaves_no_trace_in_any_file(at: House) -> None:
    host = await at.room()
    for n in range(20):
        await at.ask(host, "chat.send", ANN if n % 2 else BOB, text=f"{CANARY if n % 2 else 'fine'} {n}")
    await at.directory.save(host)
    await at.projector.project()
    assert at.raw("rooms").count(CANARY.encode()) > 10
    assert at.raw("log").count(CANARY.encode()) > 9

    await at.ask(host, "person.erase", HOST, user="ann")
    await at.directory.tend()
    await at.projector.project()
    async with asyncio.timeout(5):
        while CANARY.encode() in at.raw("log"):  # noqa: ASYNC110 - a file tells nobody when it changes
            await asyncio.sleep(0.01)
    assert CANARY.encode() not in at.raw()
    assert b"fine 2" in at.raw()


async def test_an_erasure_before_a_crash_reaches_the_snapshot_after_it(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", text=CANARY)
    await at.directory.save(host)
    await at.ask(host, "person.erase", HOST, user="ann")
    await at.projector.project()
    await at.restart()
    assert CANARY.encode() in at.raw("rooms")
    await at.directory.tend()  # nobody has opened the room: it is found and opened
    await at.directory.tend()
    assert CANARY.encode() not in at.raw()
    assert await at.archive.outdated(at.time.clock().now()) == []


async def test_a_room_opens_without_its_archive(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await at.room()
    await at.send("chat.send", text="hi")
    await at.restart()

    async def away(*_: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(at.archive, "kept", away)
    monkeypatch.setattr(at.archive, "save", away)
    assert (await at.send("chat.send", text="hi")).seq == 3
    assert await refused(at, "unknown") is Code.UNAVAILABLE
    await at.directory.tend()
    assert at.directory.get("r") is not None


def failing_for(at: House, what: str, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive or the opening of one room meets a fault that nobody knows of."""
    right = getattr(at.archive, what)

    async def failing(given: object) -> object:
        if getattr(given, "room", given) == room:
            raise ValueError
        return await right(given)

    monkeypatch.setattr(at.archive, what, failing)


async def test_a_room_that_cannot_be_stored_keeps_no_other_from_it(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("a", "r", "z"):
        (await at.room(room)).wants_snapshot = True
    failing_for(at, "save", "r", monkeypatch)
    await at.directory.tend()
    assert (await remembered(at, "a"), await remembered(at, "z")) == (1, 1)
    await at.send("chat.send", room="z", text="hi")
    await at.directory.drain()
    assert await remembered(at, "z") == 2


async def test_a_room_that_cannot_be_opened_leaves_no_erased_words_elsewhere(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("a", "r", "z"):
        host = await at.room(room)
        await at.ask(host, "chat.send", text=CANARY)
        await at.directory.save(host)
        await at.ask(host, "person.erase", HOST, user="ann")
    await at.projector.project()
    await at.restart()
    failing_for(at, "kept", "r", monkeypatch)
    for _ in range(2):
        await at.directory.tend()
    assert list(await at.archive.outdated(at.time.clock().now())) == ["r"]


async def test_who_listens_is_told_which_host_is_at_work(at: House) -> None:
    opened: list[object] = []
    at.directory.on_open = opened.append
    first = await at.room()
    assert first.live.room.seq == 1
    first.abort()
    second = await at.directory.open("r")
    assert opened == [first, second]
    assert len(at.directory) == 1
    await at.send("chat.send", text="hi")
    assert at.directory.statistics()["records_total"] == 2


async def test_of_somebody_who_was_only_banned_nothing_is_left_either(at: House) -> None:
    """What others said of them stands in their records, not in one of their own."""
    host = await at.room()
    await at.ask(host, "person.ban", HOST, user="lurker-canary", name=CANARY)
    await at.ask(host, "person.role", HOST, user="lurker-canary", role="moderator", name=CANARY)
    await at.directory.save(host)
    await at.projector.project()
    assert CANARY.encode() in at.raw("rooms")

    await at.ask(host, "person.erase", HOST, user="lurker-canary")
    await at.directory.tend()
    await at.projector.project()
    async with asyncio.timeout(5):
        while CANARY.encode() in at.raw("log"):  # noqa: ASYNC110 - a file tells nobody when it changes
            await asyncio.sleep(0.01)
    assert CANARY.encode() not in at.raw()
    assert b"lurker-canary" not in at.raw()
    await at.restart()
    reopened = await at.directory.open("r")
    assert not any(reopened.live.room.dump()["activities"]["people"].values())


async def test_only_rooms_in_which_something_happened_are_tended(at: House) -> None:
    host = await at.room()
    await at.projector.project()
    await at.directory.tend()
    assert host.settled
    assert not at.directory._unsettled
    await at.ask(host, "chat.send", text="hi")
    await at.directory.tend()
    assert list(at.directory._unsettled) == [host], "the database does not have it yet"
    await at.projector.project()
    await at.directory.tend()
    assert not at.directory._unsettled
    assert host.statistics()["kept"] == 0


async def test_of_many_rooms_a_share_is_looked_at_each_time_whether_they_are_idle(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "IDLE_AT_LEAST", 2)
    for number in range(20):
        await at.room(f"r{number}")
    at.time.pass_ms(61_000)
    left = []
    while len(at.directory):
        await at.directory.tend()
        left.append(len(at.directory))
    assert left[0] == 16
    assert len(left) <= 2 * IDLE_LOOKS
