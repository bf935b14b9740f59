"""The barest websocket client there is: it counts bytes, and says what it is told to.

Cheap enough that a thousand of them on one core do not slow down the server on the other.
"""

from __future__ import annotations

import asyncio
from typing import cast

from loadtests.wire import PATH, WireError

REQUEST = (
    f"GET {PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: guest\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()


def masked(text: bytes) -> bytes:
    """A client's text frame, with the mask that changes nothing."""
    size = len(text)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
    return head + b"\0\0\0\0" + text


class Guest(asyncio.Protocol):
    """Connects to the main namespace; ``received`` counts the bytes since."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.received = 0
        self._transport: asyncio.Transport | None = None
        self._begun = bytearray()
        self._greeted = False
        self._left = 0
        self._said: asyncio.Future[None] | None = None
        self._answer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's, though they do all the same.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        lost = WireError("the server closed a guest's connection")
        for waiting in (self.opened, self._said, self._answer):
            if waiting is not None and not waiting.done():
                waiting.set_exception(lost)
                waiting.exception()  # looked at, should nobody wait any more

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self._open(data)
            return
        self.received += len(data)
        if self._left:
            self._left -= 1
            self._speak()
        elif self._answer is not None and not self._answer.done() and b"4399999[" in data:
            self._answer.set_result(None)

    def _open(self, data: bytes) -> None:
        self._begun += data
        if not self._greeted and b"pingInterval" in self._begun:
            self._greeted = True
            self.say(b"40")
        elif b"40{" in self._begun and not self.opened.done():
            self.opened.set_result(None)

    def say(self, text: bytes) -> None:
        if self._transport is not None:
            self._transport.write(masked(text))

    async def ask(self, event: bytes) -> None:
        """Emit and wait for the ack."""
        self._answer = asyncio.get_running_loop().create_future()
        self.say(b"4299999" + event)
        await self._answer

    async def speak(self, count: int) -> None:
        """Emit ``count`` chat messages, each after the ack of the one before."""
        self._said, self._left = asyncio.get_running_loop().create_future(), count
        self._speak()
        await self._said

    def _speak(self) -> None:
        if self._left:
            self.say(b'42%d["chat.send",{"id":"c%d","room":"r1","text":"%s"}]' % (self._left, self._left, b"x" * 90))
        elif self._said is not None and not self._said.done():
            self._said.set_result(None)

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def open_guest(port: int) -> Guest:
    """A guest that has connected; raises WireError, OSError."""
    _, guest = await asyncio.get_running_loop().create_connection(Guest, "127.0.0.1", port)
    await guest.opened
    return guest
