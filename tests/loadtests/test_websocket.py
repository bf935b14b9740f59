"""Frames as a server may send them, in whatever pieces the network makes of them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from loadtests.websocket import Websocket, open_websocket
from loadtests.wire import WireError

ACCEPT = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
HELLO = b'0{"sid":"s","pingInterval":1,"pingTimeout":1}'


def frame(payload: bytes, opcode: int = 1, *, final: bool = True) -> bytes:
    first = opcode | (0x80 if final else 0)
    if len(payload) < 126:
        return bytes([first, len(payload)]) + payload
    if len(payload) < 65536:
        return bytes([first, 126]) + struct.pack("!H", len(payload)) + payload
    return bytes([first, 127]) + struct.pack("!Q", len(payload)) + payload


class Peer:
    """A server that says what it is told to, and keeps what it hears."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.heard = bytearray()
        self.wake = asyncio.Event()
        self.websocket: Websocket | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.answer = ACCEPT + frame(HELLO)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        while data := await reader.read(65536):
            self.heard += data
            self.wake.set()
        writer.close()

    def take(self, text: str) -> None:
        self.texts.append(text)
        self.wake.set()

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(5):
            while len(self.texts) < count:
                self.wake.clear()
                await self.wake.wait()
        return self.texts


@asynccontextmanager
async def connected(answer: bytes | None = None) -> AsyncIterator[Peer]:
    peer = Peer()
    peer.answer = answer or peer.answer
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        try:
            peer.websocket = await open_websocket(url, peer.take, peer.ended.set_result)
            yield peer
        finally:
            if peer.websocket is not None:
                peer.websocket.abort()
            if peer.writer is not None:
                peer.writer.transport.abort()


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 300_000])
async def test_texts_of_any_length(size: int) -> None:
    async with connected() as peer:
        assert peer.writer is not None
        assert peer.websocket is not None
        assert peer.websocket.handshake["sid"] == "s"
        peer.writer.write(frame(b"x" * size) + frame("末".encode()))
        assert await peer.until(2) == ["x" * size, "末"]


async def test_one_byte_at_a_time() -> None:
    async with connected() as peer:
        assert peer.writer is not None
        for byte in frame(b"a" * 200) + frame(b"b"):
            peer.writer.write(bytes([byte]))
            await peer.writer.drain()
        assert await peer.until(2) == ["a" * 200, "b"]


async def test_fragments_are_joined_and_pings_answered() -> None:
    async with connected() as peer:
        assert peer.writer is not None
        pieces = frame(b"one ", final=False) + frame(b"p", 9) + frame(b"two", 0)
        peer.writer.write(pieces)
        assert await peer.until(1) == ["one two"]
        async with asyncio.timeout(5):
            while not peer.heard:
                peer.wake.clear()
                await peer.wake.wait()
        assert bytes(peer.heard) == b"\x8a\x81\0\0\0\0p"


async def test_a_close_ends_it_with_its_code() -> None:
    async with connected() as peer:
        assert peer.writer is not None
        peer.writer.write(frame(struct.pack("!H", 4004), 8))
        assert await asyncio.wait_for(peer.ended, 5) == "websocket close 4004"


async def test_another_answer_than_101_is_an_error() -> None:
    with pytest.raises(WireError, match="403"):
        async with connected(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"):
            pass


async def test_no_handshake_is_an_error() -> None:
    with pytest.raises(WireError, match="no handshake"):
        async with connected(ACCEPT + frame(b"44{}")):
            pass
