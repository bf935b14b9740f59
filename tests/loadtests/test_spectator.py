"""A spectator counts every word once, however the bytes are cut."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.spectator import Seat, Spectator, seat_all
from loadtests.wire import WireError

SEAT = Seat("http://127.0.0.1:9", "r1", "token")
HELLO = b'HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x100{"pingInterval":1}'
WELCOME = b'\x81\x0940{"sid":"s"}\x81\x20430[{"ok":true,"view":{}}]'


class Line(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def abort(self) -> None:
        self.written += b"(cut)"


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def joined(loop: asyncio.AbstractEventLoop, *, timed: bool = False) -> tuple[Spectator, Line]:
    async def made() -> Spectator:
        return Spectator(SEAT, timed=timed)

    spectator, line = loop.run_until_complete(made()), Line()
    spectator.connection_made(line)
    spectator.data_received(HELLO)
    spectator.data_received(WELCOME)
    return spectator, line


def event(text: str) -> bytes:
    packet = b'42["chat.sent",{"room":"r1","data":{"text":"%s"}},"r1:e:1:everyone"]' % text.encode()
    return b"\x81\x7e" + len(packet).to_bytes(2, "big") + packet


def test_it_says_who_it_is_and_joins(loop: asyncio.AbstractEventLoop) -> None:
    spectator, line = joined(loop)
    assert spectator.joined.done()
    assert not spectator.joined.exception()
    assert b'40{"token":"token","protocol":1}' in line.written
    assert b'420["room.join",{"id":"j","room":"r1"}]' in line.written


def test_who_is_refused_is_told(loop: asyncio.AbstractEventLoop) -> None:
    spectator, _ = joined(loop)
    again, line = loop.run_until_complete(_made()), Line()
    again.connection_made(line)
    again.data_received(HELLO + b'40{"sid":"s"}430[{"ok":false,"error":{"code":"banned"}}]')
    assert isinstance(again.joined.exception(), WireError)
    spectator.connection_lost(None)
    assert spectator.ended


async def _made() -> Spectator:
    return Spectator(SEAT)


@given(cuts=st.lists(st.integers(1, 400), max_size=20), count=st.integers(0, 5))
def test_no_cut_hides_a_word_or_doubles_it(cuts: list[int], count: int) -> None:
    loop = asyncio.new_event_loop()
    try:
        spectator, line = joined(loop)
        spectator.say("hello")
        data = b"".join(event(f"m{number}") for number in range(count)) + b'\x81\x10431[{"ok":true}]' + b"\x81\x012"
        start = 0
        for cut in cuts:
            spectator.data_received(data[start : start + cut])
            start += cut
        spectator.data_received(data[start:])
        assert (spectator.told, spectator.acked, spectator.refused, spectator.unanswered) == (count, 1, 0, 0)
        assert line.written.endswith(b"\0\0\0\x003") or len(cuts) > 0
    finally:
        loop.close()


def test_a_delivery_is_timed_from_its_sending(loop: asyncio.AbstractEventLoop) -> None:
    spectator, _ = joined(loop, timed=True)
    spectator.data_received(event(f"{time.monotonic_ns() - 5_000_000} hello") + event("no time"))
    assert spectator.told == 2
    assert spectator.took is not None
    assert len(spectator.took) == 1
    assert 0.005 <= spectator.took[0] < 1


def test_pings_are_answered_and_commands_counted(loop: asyncio.AbstractEventLoop) -> None:
    spectator, line = joined(loop)
    spectator.data_received(b"\x81\x012")
    assert spectator.pinged == 1
    spectator.command("poll.vote", {"poll": "p", "choices": [1]})
    assert b'421["poll.vote",{"id":"c1","room":"r1","poll":"p","choices":[1]}]' in line.written
    assert spectator.unanswered == 1
    spectator.data_received(b'\x81\x14431[{"ok":false,"error":{}}]')
    assert (spectator.refused, spectator.unanswered) == (1, 0)
    spectator.leave()
    assert line.written.endswith(b"(cut)")


async def test_nobody_there_is_an_error() -> None:
    with pytest.raises(BaseExceptionGroup):
        await seat_all([SEAT])
