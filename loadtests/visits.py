"""People who come and go, as many as possible: the client's side of the churn, in a process of its own.

Reads what to do as JSON from standard input, and prints the visits done and failed as JSON lines. Each visit is a few
canned bytes: a whole client would cost more than the server that it is to keep busy.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import orjson
import uvloop

from loadtests.wire import PATH

PATIENCE_S = 20.0  # for one visit
RESET = struct.pack("ii", 1, 0)
# Of twenty visits: how many go which way. What ends abruptly is reset, as by a phone that loses its network.
WAYS = (
    *["websocket, abrupt"] * 8,
    *["websocket, clean"] * 5,
    *["websocket, no connect"] * 1,
    *["polling, clean"] * 3,
    *["polling, abrupt"] * 2,
    *["polling, forgotten"] * 1,
)
UPGRADE = (
    f"GET {PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: churn\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()


class VisitFailed(Exception):
    """The server did not answer as it should."""


@dataclass(slots=True)
class Errand:
    """What one process is to do. ``say`` lets every so manyeth visit say something in the room (0: none)."""

    host: str
    port: int
    room: str
    tokens: list[str]
    addresses: list[str]
    first: int  # number of the first visit
    visits: int
    at_once: int = 32
    say: int = 0


@dataclass(slots=True)
class Done:
    """Visits by way, and what went wrong."""

    ways: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


def masked(text: bytes, opcode: int = 1) -> bytes:
    """A client's frame, with the mask that changes nothing."""
    size = len(text)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
    return head + b"\0\0\0\0" + text


class Line(asyncio.Protocol):
    """A connection on which one waits for words."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._words: bytes | None = None
        self._found: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.closed.done():
            self.closed.set_result(None)
        if self._found is not None and not self._found.done():
            self._found.set_exception(VisitFailed(f"closed before {self._words!r}"))

    def say(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    async def hear(self, words: bytes) -> bytes:
        """What came up to these words, which is forgotten then; without words, whatever comes next is waited for.

        Raises VisitFailed if the server closes.
        """
        self._words, self._found = words, asyncio.get_running_loop().create_future()
        if words:
            self._look()
        if self._transport is None and not self._found.done():
            raise VisitFailed(f"closed before {words!r}")
        return await self._found

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer to an HTTP request. Raises VisitFailed unless it is a 200 with a length."""
        self.say(request)
        head = await self.hear(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise VisitFailed(head.split(b"\r\n")[0].decode("latin-1"))
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(self._heard) < length:
            await self.hear(b"")
        body = bytes(self._heard[:length])
        del self._heard[:length]
        return body

    def reset(self) -> None:
        """Gone without a word."""
        if self._transport is not None:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self._transport.abort()

    def _look(self) -> None:
        if self._found is None or self._found.done() or self._words is None:
            return
        if not self._words:
            self._found.set_result(b"")
            return
        at = self._heard.find(self._words)
        if at >= 0:
            end = at + len(self._words)
            found = bytes(self._heard[:end])
            del self._heard[:end]
            self._found.set_result(found)


class Visitor:
    """Visits one after the other, from one address after the other."""

    def __init__(self, errand: Errand, done: Done) -> None:
        self._errand = errand
        self._done = done
        self._left = iter(range(errand.first, errand.first + errand.visits))
        self._join = orjson.dumps(["room.join", {"id": "j", "room": errand.room}])
        self._connects = [b"40" + orjson.dumps({"token": token, "protocol": 1}) for token in errand.tokens]

    async def work(self) -> None:
        for number in self._left:
            way = WAYS[number % len(WAYS)]
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._visit(number, way)
                self._done.ways[way] += 1
            except (OSError, VisitFailed, TimeoutError) as failed:
                self._done.failed[f"{way}: {failed or type(failed).__name__}"] += 1

    async def _visit(self, number: int, way: str) -> None:
        errand = self._errand
        address = errand.addresses[number % len(errand.addresses)]
        loop = asyncio.get_running_loop()
        # Each way with each token.
        connect = self._connects[number // len(WAYS) % len(self._connects)]
        _, line = await loop.create_connection(Line, errand.host, errand.port, local_addr=(address, 0))
        try:
            if way.startswith("websocket"):
                await self._websocket(line, way, connect, number)
            else:
                await self._polling(line, way, connect)
        finally:
            line.reset()

    async def _websocket(self, line: Line, way: str, connect: bytes, number: int) -> None:
        line.say(UPGRADE)
        await line.hear(b'"maxPayload"')
        if way == "websocket, no connect":
            return
        line.say(masked(connect))
        await line.hear(b'40{"sid"')
        line.say(masked(b"420" + self._join))
        await line.hear(b"430[{")
        if self._errand.say and number % self._errand.say == 0:
            body = ["chat.send", {"id": f"c{number}", "room": self._errand.room, "text": f"visit {number}"}]
            line.say(masked(b"421" + orjson.dumps(body)))
            await line.hear(b"431[{")
        if way == "websocket, clean":
            line.say(masked(struct.pack("!H", 1000), 8))
            await line.closed

    async def _polling(self, line: Line, way: str, connect: bytes) -> None:
        path = f"{PATH}?EIO=4&transport=polling"
        opened = await line.ask(_get(path))
        if way == "polling, forgotten":
            return
        path += "&sid=" + orjson.loads(opened[1:])["sid"]
        await line.ask(_post(path, connect))
        while b'40{"sid"' not in await line.ask(_get(path)):
            pass
        await line.ask(_post(path, b"420" + self._join))
        while b"430[{" not in await line.ask(_get(path)):
            pass
        if way == "polling, clean":
            await line.ask(_post(path, b"1"))
        else:
            line.say(_get(path))  # hangs, and is reset


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: churn\r\n\r\n".encode()


def _post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: churn\r\nContent-Type: text/plain;charset=UTF-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def visit(errand: Errand) -> None:
    """All visits of this process; a line each second."""
    done = Done()
    visitor = Visitor(errand, done)

    def tell() -> None:
        sys.stdout.buffer.write(orjson.dumps({"ways": done.ways, "failed": done.failed}) + b"\n")
        sys.stdout.buffer.flush()

    async def tell_on() -> None:
        while True:
            await asyncio.sleep(1)
            tell()

    telling = asyncio.create_task(tell_on())
    await asyncio.gather(*(visitor.work() for _ in range(errand.at_once)))
    telling.cancel()
    tell()


if __name__ == "__main__":
    uvloop.run(visit(Errand(**orjson.loads(sys.stdin.buffer.read()))))
