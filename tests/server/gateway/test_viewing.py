"""Delays of viewers: what they report on any node comes to the hosts as figures, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.messages import Role
from server.app import App
from server.gateway import viewing as module
from server.gateway.viewing import HEARD_S, VALID_S, Summary, Viewing, delay_of, step_of, summary_of, tell_delay
from server.hosting.line import Letter
from tests.server.running import raw, served, token


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(("delay", "at_least"), [(0, 0), (99, 0), (3_249, 3_200), (19_999, 19_900), (61_500, 61_000)])
def test_a_delay_counts_in_a_step(delay: int, at_least: int) -> None:
    assert delay_of(step_of(delay)) == at_least


def test_the_largest_has_a_step_of_its_own() -> None:
    assert delay_of(step_of(600_000)) == 600_000


def test_half_and_nine_in_ten() -> None:
    steps = {step_of(1_000 * second): 1 for second in range(1, 11)}
    assert summary_of(steps) == Summary(10, 5_000, 9_000)
    assert summary_of({step_of(3_000): 1, step_of(None): 2}) == Summary(3, 3_000, 3_000)
    assert summary_of({step_of(None): 2}) == Summary(2, None, None)
    assert summary_of({}) == Summary(0, None, None)


def test_a_viewer_counts_once_and_for_a_while(clock: Clock) -> None:
    viewing = Viewing(clock=clock)
    viewing.report("r1", "ann", 3_000)
    viewing.report("r1", "ann", 4_000)
    viewing.report("r2", "ann", None)
    viewing.count()
    assert viewing.summary("r1") == Summary(1, 4_000, 4_000)
    assert viewing.summary("r2") == Summary(1, None, None)
    clock.now += VALID_S + 1
    viewing.count()
    assert viewing.summary("r1") == Summary(0, None, None)
    assert viewing.statistics() == {"viewers": 0, "rooms_elsewhere": 0}


def test_nodes_tell_each_other_how_many_never_who(clock: Clock) -> None:
    here, there = Viewing(clock=clock), Viewing(clock=clock)
    letters: list[Letter] = []
    there.send_all = letters.append
    for user in range(250):
        there.report(f"r{user}", "ann-s3cret", 2_000)
    there.report("r1", "ben", 5_000)
    here.report("r1", "cem", 9_000)
    there.count()
    there.count()
    assert [len(letter[1]) for letter in letters] == [100, 100, 50]
    assert "ann-s3cret" not in repr(letters)
    for letter in letters:
        here.heard("n2", letter)
    here.count()
    assert here.summary("r1") == Summary(3, 5_000, 9_000)
    assert here.summary("r7") == Summary(1, 2_000, 2_000)
    clock.now += HEARD_S + 1
    here.count()
    assert here.summary("r7").viewers == 0


def test_all_of_it_has_a_bound(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPORTS", 2)
    monkeypatch.setattr(module, "ROOMS", 2)
    monkeypatch.setattr(module, "NODES", 2)
    viewing = Viewing(clock=clock)
    for user in ("ann", "ben", "cem", "ann"):
        viewing.report("r1", user, 1_000)
    for node in ("n2", "n3", "n4"):
        viewing.heard(node, ("viewing", [("r1", [(1, 1)]), ("r2", [(1, 1)]), ("r3", [(1, 1)])]))
    assert viewing.statistics() == {"viewers": 2, "rooms_elsewhere": 4}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[App, str]]:
    async with served(tmp_path, stream_hosts="live.example") as running:
        yield running


async def test_hosts_alone_are_told(server: tuple[App, str]) -> None:
    app, address = server
    async with (
        raw(address, {"token": token(app, "ann")}) as ann,
        raw(address, {"token": token(app, "host", Role.HOST)}) as host,
    ):
        early = await ann.ask("stream.report", {"id": "s", "room": "r1", "delay_ms": 1_000})
        assert early["error"]["code"] == "not_joined"
        await ann.join()
        await host.join()
        await host.ask("stream.set", {"id": "a", "room": "r1", "address": "https://live.example/a.m3u8"})
        for wrong in (-1, 600_001, "1", 1.5):
            answer = await ann.ask("stream.report", {"id": "s", "room": "r1", "delay_ms": wrong})
            assert answer["error"]["code"] == "invalid"
        for each in (ann, host):  # whoever runs the room is not among those who watch
            assert await each.ask("stream.report", {"id": "s", "room": "r1", "delay_ms": 3_240}) == {"ok": True}

        members = app.core.members.get("r1")
        assert members is not None
        app.viewing.count()
        tell_delay(members, app.viewing)
        _, told = (await host.until("stream.delay"))[:2]
        assert told == {"room": "r1", "viewers": 1, "median_ms": 3_200, "p90_ms": 3_200}
        # What was told to both comes after it.
        await host.ask("chat.send", {"id": "c", "room": "r1", "text": "hi"})
        await ann.until("chat.sent")
        assert "stream.delay" not in [event[0] for event in ann.seen]


async def test_no_stream_no_word(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "host", Role.HOST)}) as host:
        await host.join()
        members = app.core.members.get("r1")
        assert members is not None
        tell_delay(members, app.viewing)
        await host.ask("chat.send", {"id": "c", "room": "r1", "text": "hi"})
        assert "stream.delay" not in [event[0] for event in host.seen]


async def test_a_fault_ends_nothing(server: tuple[App, str], monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = server
    monkeypatch.setattr(module, "TELL_S", 0)
    viewing = Viewing()
    twice = asyncio.Event()
    turns = 0

    def count() -> None:
        nonlocal turns
        turns += 1
        if turns == 2:
            twice.set()
        raise LookupError("broken")

    monkeypatch.setattr(viewing, "count", count)
    telling = asyncio.create_task(module.tell_delays(app.core.members, viewing))
    async with asyncio.timeout(5):
        await twice.wait()
    telling.cancel()
