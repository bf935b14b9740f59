"""The barest client, against a server that says what a peer says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from loadtests.guest import Guest, masked, open_guest
from loadtests.wire import WireError


def frame(text: bytes) -> bytes:
    return bytes((0x81, len(text))) + text


class Server:
    """Greets, and answers each event with its ack; ``silent`` ends the connection instead."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.closing = False
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 ok\r\n\r\n" + frame(b'0{"sid":"s","pingInterval":1}'))
        while head := await reader.read(2):
            size = head[1] & 0x7F
            if size == 126:
                size = int.from_bytes(await reader.readexactly(2), "big")
            text = (await reader.readexactly(4 + size))[4:]
            self.heard.append(text)
            if self.closing:
                break
            if text == b"40":
                writer.write(frame(b'40{"sid":"x"}'))
            elif text.startswith(b"42"):
                ack = text[2 : text.index(b"[")]
                writer.write(frame(b"43" + ack + b"[1]"))
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, int]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        yield server, listening.sockets[0].getsockname()[1]
        for writer in server.writers:
            writer.transport.abort()


async def opened(port: int) -> Guest:
    async with asyncio.timeout(5):
        return await open_guest(port)


async def test_a_guest_speaks_one_message_for_each_ack(server: tuple[Server, int]) -> None:
    peer, port = server
    guest = await opened(port)
    async with asyncio.timeout(5):
        await guest.speak(3)
    said = [text for text in peer.heard if b"chat.send" in text]
    assert [text[:3] for text in said] == [b"423", b"422", b"421"]
    assert guest.received == 3 * len(frame(b"431[1]"))
    guest.leave()


async def test_a_guest_waits_for_what_it_asked(server: tuple[Server, int]) -> None:
    peer, port = server
    guest = await opened(port)
    async with asyncio.timeout(5):
        await guest.ask(b'["fan-out",1]')
    assert peer.heard[-1] == b'4299999["fan-out",1]'
    guest.leave()


async def test_a_lost_connection_fails_who_waits(server: tuple[Server, int]) -> None:
    peer, port = server
    guest = await opened(port)
    peer.closing = True
    with pytest.raises(WireError):
        await asyncio.wait_for(guest.speak(1), 5)


def test_a_frame_has_its_length_in_front() -> None:
    assert masked(b"40") == b"\x81\x82\0\0\0\x0040"
    assert masked(b"x" * 200)[:4] == b"\x81\xfe\x00\xc8"
