"""A spectator joins a room, answers pings and counts what it is told: so light that thousands cost less than a server.

Nothing is judged here (``member.py`` does that): it counts words in what comes, and times what it is asked to time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import orjson

from loadtests.visits import masked
from loadtests.wire import PATH, WireError

TOLD, ACKED, REFUSED, PING = b'42["chat.sent"', b'{"ok":true', b'{"ok":false', b"\x81\x012"
PATIENCE_S = 60.0  # to connect and join
STAMP = b'"text":"'
KEPT = max(map(len, (TOLD, ACKED, REFUSED))) - 1  # a word that is cut by the end of what came is found in the next


class Seat(NamedTuple):
    """Where somebody sits: the server, the room, who it is, and from which address they come ("" for any)."""

    url: str
    room: str
    token: str
    source: str = ""


class Spectator(asyncio.Protocol):
    """One connection in one room. ``told`` and ``acked`` count, ``took`` holds seconds of deliveries if timed."""

    def __init__(self, seat: Seat, *, timed: bool = False) -> None:
        self.room = seat.room
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told = self.acked = self.refused = self.pinged = self.received = 0
        self.took: list[float] | None = [] if timed else None
        self.ended = False
        self.refusal = b""  # what the last one said
        self.view = 0  # bytes of the answer to the join, and what came before it
        self._seat = seat
        self._transport: asyncio.Transport | None = None
        self._begun = bytearray()
        self._step = 0
        self._tail = b""
        self._sent = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's, though they do all the same.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(
            f"GET {PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: {urlsplit(self._seat.url).netloc}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.ended = True
        if not self.joined.done():
            self.joined.set_exception(WireError(f"closed before it had joined: {bytes(self._begun[-200:])!r}"))
            self.joined.exception()  # looked at, should nobody wait any more

    def data_received(self, data: bytes) -> None:
        if self._step < 3:
            self._enter(data)
            return
        self.received += len(data)
        tail, heard = self._tail, self._tail + data
        told = heard.count(TOLD) - tail.count(TOLD)
        if told:
            self.told += told
            if self.took is not None:
                self._time(heard)
        if self._sent:
            self.acked += heard.count(ACKED) - tail.count(ACKED)
            refused = heard.count(REFUSED) - tail.count(REFUSED)
            if refused:
                self.refused += refused
                self.refusal = heard[heard.index(REFUSED) :][:120]
        if PING in data:
            self.pinged += 1
            self._write(b"3")
        self._tail = heard[-KEPT:]

    def say(self, text: str) -> None:
        """Say something in the room, with the time of sending before it; its ack is counted."""
        self._sent += 1
        words = {"id": f"c{self._sent}", "room": self._seat.room, "text": f"{time.monotonic_ns()} {text}"}
        self._write(b"42%d%s" % (self._sent, orjson.dumps(["chat.send", words])))

    def command(self, kind: str, fields: dict[str, object]) -> None:
        """Send a command; its ack is counted."""
        self._sent += 1
        words = {"id": f"c{self._sent}", "room": self._seat.room, **fields}
        self._write(b"42%d%s" % (self._sent, orjson.dumps([kind, words])))

    @property
    def unanswered(self) -> int:
        """How many commands have no answer yet."""
        return self._sent - self.acked - self.refused

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _write(self, packet: bytes) -> None:
        if self._transport is not None:
            self._transport.write(masked(packet))

    def _enter(self, data: bytes) -> None:
        self._begun += data
        if self._step == 0 and b"pingInterval" in self._begun:
            self._write(b"40" + orjson.dumps({"token": self._seat.token, "protocol": 1}))
            self._step = 1
        if self._step == 1 and b"40{" in self._begun:
            self._write(b"420" + orjson.dumps(["room.join", {"id": "j", "room": self._seat.room}]))
            self._step = 2
        if self._step == 2 and (ACKED in self._begun or REFUSED in self._begun):
            self.view = len(self._begun)
            self._step = 3
            if ACKED in self._begun:
                self.joined.set_result(None)
                self._begun = bytearray()
            else:
                self.joined.set_exception(WireError(f"not let in: {bytes(self._begun[-200:])!r}"))

    def _time(self, heard: bytes) -> None:
        assert self.took is not None
        now, start = time.monotonic_ns(), 0
        while (found := heard.find(STAMP, start)) >= 0:
            start = found + len(STAMP)
            stamp, blank, _ = heard[start : start + 24].partition(b" ")
            if blank and stamp.isdigit():
                self.took.append((now - int(stamp)) / 1e9)


async def sit(seat: Seat, *, timed: bool = False) -> Spectator:
    """A spectator that has joined; raises WireError, OSError, TimeoutError."""
    where = urlsplit(seat.url)
    async with asyncio.timeout(PATIENCE_S):
        _, spectator = await asyncio.get_running_loop().create_connection(
            lambda: Spectator(seat, timed=timed),
            where.hostname or "",
            where.port or 80,
            local_addr=(seat.source, 0) if seat.source else None,
        )
        await spectator.joined
    return spectator


async def seat_all(seats: Sequence[Seat], *, at_once: int = 50, timed_every: int = 0) -> list[Spectator]:
    """All of them, in the order of their seats, ``at_once`` at a time; every so manyeth is timed. Raises as ``sit``."""
    waiting = list(enumerate(seats))
    waiting.reverse()
    found: dict[int, Spectator] = {}

    async def fill() -> None:
        while waiting:
            number, seat = waiting.pop()
            found[number] = await sit(seat, timed=bool(timed_every) and number % timed_every == 0)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(fill())
    return [found[number] for number in range(len(seats))]


def leave_all(spectators: Sequence[Spectator]) -> None:
    """Let them all go at once."""
    for spectator in spectators:
        spectator.leave()
