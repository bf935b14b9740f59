import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from server.broker.port import Due
from server.hosting.due import RETRY_MS, DueIndex
from tests.server.house import ANN, HOST, House, Time, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def opened_poll(at: House, duration_ms: int) -> str:
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"], duration_ms=duration_ms)
    created = at.told[-1][2].data
    assert created is not None
    poll: str = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=poll)
    return poll


async def closed(at: House) -> list[int]:
    for _ in range(1000):
        host = at.directory.get("r")
        if host is not None and not host.busy:
            break
        await asyncio.sleep(0.001)
    return [record.at for record in await at.log() if record.type == "poll.closed"]


@pytest.mark.parametrize("restart", [False, True])
async def test_a_poll_closes_with_nobody_there_at_its_deadline(at: House, *, restart: bool) -> None:
    await at.room()
    await opened_poll(at, 10_000)
    opened_at = (await at.log())[-1].at
    await at.directory.dues.sweep()
    assert await closed(at) == []
    if restart:
        await at.restart()
        assert len(at.directory) == 0
    at.time.pass_ms(25_000)  # noticed late, stamped with its deadline
    await at.directory.dues.sweep()
    assert await closed(at) == [opened_at + 10_000]
    assert await at.broker.dues() == {}


async def test_a_machine_that_was_set_back_stops_no_room(at: House) -> None:
    at.time.pass_ms(86_400_000)
    await at.restart()
    await at.room(room_rate=1, person_rate=1, person_burst=1)
    head = (await at.send("chat.send", text="a")).seq
    at.time.wall -= 86_400
    await at.restart()
    host = await at.directory.open("r")
    for n in range(3):
        at.time.pass_ms(1_500)  # after which a person may speak again
        assert (await at.send("chat.send", text=str(n))).seq == head + 1 + n
    await opened_poll(at, 10_000)
    opened_at = (await at.log())[-1].at
    assert opened_at == host.now()
    at.time.pass_ms(9_000)
    await at.directory.dues.sweep()
    assert await closed(at) == []
    at.time.pass_ms(2_000)
    await at.directory.dues.sweep()
    assert await closed(at) == [opened_at + 10_000]


async def test_a_poll_closes_with_nobody_there_after_the_machine_was_set_back(at: House) -> None:
    await at.room()
    await opened_poll(at, 10_000)
    opened_at = (await at.log())[-1].at
    at.time.wall -= 86_400
    await at.restart()
    await at.directory.dues.sweep()
    assert await closed(at) == []
    at.time.pass_ms(11_000)
    await at.directory.dues.sweep()
    assert await closed(at) == [opened_at + 10_000]


@pytest.mark.parametrize("days", [1, -1])
async def test_a_jump_of_the_clock_while_the_server_was_down_lets_nothing_be_done_twice(at: House, days: int) -> None:
    await at.room()
    said = await at.send("chat.send", id_="once", text="a")
    at.time.wall += days * 86_400
    await at.restart()
    at.time.pass_ms(9 * 60_000)
    assert await at.send("chat.send", id_="once", text="a") == said
    at.time.pass_ms(25 * 60_000)
    again = await at.send("chat.send", id_="once", text="a")
    assert again.seq > said.seq


async def test_a_vote_after_the_deadline_does_not_count_even_if_nobody_swept(at: House) -> None:
    await at.room()
    poll = await opened_poll(at, 10_000)
    await at.send("poll.vote", ANN, poll=poll, choices=[0])
    at.time.pass_ms(10_000)
    with pytest.raises(Refused) as refused:
        await at.send("poll.vote", ANN, poll=poll, choices=[1])
    assert refused.value.code in {Code.CLOSED, Code.CONFLICT}
    types = [record.type for record in await at.log()]
    assert types.count("poll.voted") == 1
    assert types[-1] == "poll.closed"


async def test_a_room_that_cannot_be_woken_is_tried_again() -> None:
    time = Time()
    woken: list[str] = []

    async def wake(room: str) -> None:
        woken.append(room)
        if len(woken) == 1:
            raise Refused(Code.UNAVAILABLE)

    index = DueIndex(time.clock(), wake)
    index.load({"r": Due(time.clock().now() + 100, 0)})
    assert 0 < index.next_s() <= 0.1
    await index.sweep()
    assert woken == []
    time.pass_ms(100)
    assert index.next_s() == 0
    await index.sweep()
    await index.sweep()
    assert woken == ["r"]
    time.pass_ms(RETRY_MS)
    await index.sweep()
    assert woken == ["r", "r"]
    index.note("r", None)
    assert len(index) == 0


async def test_a_room_with_a_fault_keeps_no_other_from_being_woken() -> None:
    time = Time()
    woken: list[str] = []

    async def wake(room: str) -> None:
        woken.append(room)
        if room == "a":
            raise ValueError

    index = DueIndex(time.clock(), wake)
    index.load({room: Due(time.clock().now(), 0) for room in ("a", "b")})
    await index.sweep()
    assert woken == ["a", "b"]


async def test_it_runs_when_told_of_something_nearer() -> None:
    time = Time()
    woken = asyncio.Event()

    async def wake(room: str) -> None:
        woken.set()

    index = DueIndex(time.clock(), wake)
    running = asyncio.create_task(index.run())
    await asyncio.sleep(0)
    index.note("r", time.clock().now() - 1)
    async with asyncio.timeout(5):
        await woken.wait()
    running.cancel()


async def test_many_dues_are_kept_in_order_and_in_bounds() -> None:
    time = Time()
    woken: list[str] = []

    async def wake(room: str) -> None:
        woken.append(room)
        index.note(room, None)

    index = DueIndex(time.clock(), wake)
    start = time.clock().now()
    for change in range(20):
        for number in range(500):
            index.note(f"r{number}", start + 1_000 + (number * 7919 + change) % 500)
    index.note("r3", None)
    assert len(index) == 499
    assert len(index._order) <= 2 * 499 + 64
    time.pass_ms(999)
    await index.sweep()
    assert woken == []
    time.pass_ms(600)
    await index.sweep()
    assert sorted(woken) == sorted({f"r{number}" for number in range(500)} - {"r3"})
    at = {f"r{number}": (number * 7919 + 19) % 500 for number in range(500)}
    assert [at[room] for room in woken] == sorted(at[room] for room in woken)
    assert index.next_s() == 60.0
