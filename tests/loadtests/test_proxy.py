"""Each fault of the proxy on a line to an echo."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from loadtests.proxy import BUFFER, Faults, Proxy
from loadtests.waiting import until


@dataclass
class Echo:
    """A server that says back what it hears."""

    proxy: Proxy
    heard: bytearray = field(default_factory=bytearray)
    ended: int = 0

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.proxy.port)


@asynccontextmanager
async def echo(faults: Faults | None = None) -> AsyncIterator[Echo]:
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            while data := await reader.read(65536):
                made.heard += data
                writer.write(data)
        except ConnectionError:
            pass
        made.ended += 1
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, Proxy("127.0.0.1", server.sockets[0].getsockname()[1], faults) as proxy:
        made = Echo(proxy)
        try:
            yield made
        finally:
            for writer in writers:
                writer.transport.abort()


async def silent(reader: asyncio.StreamReader) -> bool:
    """Whether nothing has come by the time in which an echo always comes."""
    try:
        await asyncio.wait_for(reader.read(1), 0.05)
    except TimeoutError:
        return True
    return False


async def test_without_faults_it_is_not_there() -> None:
    async with echo() as line:
        reader, writer = await line.open()
        sent = bytes(range(256)) * 4096
        writer.write(sent)
        assert await reader.readexactly(len(sent)) == sent
        writer.close()
        assert await until(lambda: line.ended == 1, 2)
        assert await until(lambda: not line.proxy.links, 2)


async def test_an_end_of_the_server_reaches_the_client_behind_what_it_said() -> None:
    async with echo(Faults(delay=0.02)) as line:
        reader, writer = await line.open()
        writer.write(b"last words")
        writer.write_eof()
        assert await reader.readexactly(10) == b"last words"
        writer.transport.abort()


async def test_delay_and_jitter_keep_the_order() -> None:
    async with echo(Faults(delay=0.05, jitter=0.02)) as line:
        reader, writer = await line.open()
        begun = time.monotonic()
        for number in range(20):
            writer.write(b"%02d" % number)
            await asyncio.sleep(0)
        assert await reader.readexactly(40) == b"".join(b"%02d" % number for number in range(20))
        assert 0.1 <= time.monotonic() - begun < 1
        writer.transport.abort()


async def test_a_rate_holds_back() -> None:
    async with echo(Faults(rate=20_000)) as line:
        reader, writer = await line.open()
        begun = time.monotonic()
        writer.write(b"x" * 4000)
        await reader.readexactly(4000)
        assert 0.2 <= time.monotonic() - begun < 1
        writer.transport.abort()


async def test_what_is_on_its_way_is_bounded() -> None:
    async with echo(Faults(delay=60)) as line:
        _, writer = await line.open()
        writer.write(b"x" * (16 * BUFFER))
        (link,) = line.proxy.links
        assert await until(lambda: link.client.waiting > BUFFER, 2)
        await asyncio.sleep(0.05)  # for what must not happen
        assert link.client.waiting <= 2 * BUFFER
        writer.transport.abort()


async def test_half_open_tells_nobody_anything() -> None:
    async with echo() as line:
        reader, writer = await line.open()
        writer.write(b"a")
        assert await reader.readexactly(1) == b"a"
        line.proxy.faults.swallow = True
        writer.write(b"b")
        assert await silent(reader)
        writer.transport.abort()
        await asyncio.sleep(0.05)  # for what must not happen
        assert bytes(line.heard) == b"a"
        assert line.ended == 0


async def test_a_stream_with_a_hole_stays_silent() -> None:
    async with echo() as line:
        reader, writer = await line.open()
        line.proxy.faults.swallow = True
        writer.write(b"lost")
        assert await until(lambda: any(link.swallowed for link in line.proxy.links), 2)
        line.proxy.faults.swallow = False
        writer.write(b"behind the hole")
        assert await silent(reader)
        assert bytes(line.heard) == b""
        writer.transport.abort()


async def test_replies_are_dropped_but_requests_arrive() -> None:
    async with echo(Faults(drop_replies=True)) as line:
        reader, writer = await line.open()
        writer.write(b"store this")
        assert await until(lambda: bytes(line.heard) == b"store this", 2)
        assert await silent(reader)
        writer.transport.abort()


async def test_a_cut_is_a_reset_for_both() -> None:
    async with echo() as line:
        reader, writer = await line.open()
        writer.write(b"a")
        await reader.readexactly(1)
        await line.proxy.cut()
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        assert await until(lambda: line.ended == 1, 2)
        writer.transport.abort()


async def test_one_link_may_have_faults_of_its_own() -> None:
    async with echo() as line:
        one, other = await line.open(), await line.open()
        for reader, writer in (one, other):
            writer.write(b"a")
            await reader.readexactly(1)
        port = one[1].get_extra_info("sockname")[1]
        for link in line.proxy.links:
            assert link.client.transport is not None
            if link.client.transport.get_extra_info("peername")[1] == port:
                link.faults = Faults(swallow=True)
        for _, writer in (one, other):
            writer.write(b"b")
        assert await other[0].readexactly(1) == b"b"
        assert await silent(one[0])
        for _, writer in (one, other):
            writer.transport.abort()


async def test_nobody_behind_it_looks_like_a_reset() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with Proxy("127.0.0.1", port) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.transport.abort()
