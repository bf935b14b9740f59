"""What the raw HTTP connection must read right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from loadtests.polling import HttpConnection
from loadtests.waiting import until
from loadtests.wire import WireError


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[HttpConnection]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        http = HttpConnection("127.0.0.1", port)
        yield http
        http.cut()


async def test_a_body_by_its_length() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as http:
        assert await http.request("GET", "/") == (200, b"ok")


async def test_a_body_in_chunks() -> None:
    chunks = b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
    async with answering(chunks) as http:
        assert await http.request("GET", "/") == (400, b"abcd")


async def test_half_an_answer_is_an_error() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok") as http:
        with pytest.raises(WireError):
            await http.request("GET", "/")


async def test_a_connection_that_the_server_let_go_of_is_opened_anew() -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()
        await writer.wait_closed()
        closed.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(5):
        http = HttpConnection("127.0.0.1", server.sockets[0].getsockname()[1])
        assert await http.request("GET", "/") == (200, b"ok")
        await closed.wait()
        await until(lambda: http.let_go, within=5)
        assert await http.request("GET", "/") == (200, b"ok")
        http.cut()


async def test_a_kept_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        if asked == 1:
            await reader.read(1)  # the next request gets no answer
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        http = HttpConnection("127.0.0.1", server.sockets[0].getsockname()[1])
        assert await http.request("GET", "/") == (200, b"ok")
        assert await http.request("GET", "/") == (200, b"ok")
        assert asked == 2
        http.cut()


async def test_a_new_connection_without_an_answer_is_an_error() -> None:
    async with answering(b"") as http:
        with pytest.raises(WireError, match="without an answer"):
            await http.request("GET", "/")
