"""What a store that fails is told as: it refuses, hangs, breaks off, or is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from loadtests.serving import free_port
from server.blobs.port import BlobError, BlobRefused, Blobs, BlobUnavailable, NoSuchBlob
from server.blobs.s3 import LOOK_AGAIN_S, LOOK_S, S3Blobs

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
DATE = 'Last-Modified: Sun, 22 Nov 2026 10:00:00 GMT\r\nETag: "e"\r\n'


@asynccontextmanager
async def store(serve: Serve) -> AsyncIterator[S3Blobs]:
    """A store on a server that does to each request what ``serve`` does, after its head."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield at(server.sockets[0].getsockname()[1])
    finally:
        server.close()


def at(port: int) -> S3Blobs:
    endpoint = f"http://127.0.0.1:{port}"
    return S3Blobs(
        "bucket", endpoint=endpoint, region="r", key="key-canary", secret="secret-canary", answer_s=0.4, tries=0
    )


def says(status: str, body: str = "") -> Serve:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            f"HTTP/1.1 {status}\r\n{DATE}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()

    return serve


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Half of what was announced."""
    writer.write(f"HTTP/1.1 200 OK\r\n{DATE}Content-Length: 100\r\n\r\n".encode() + b"x" * 50)
    await writer.drain()


async def once() -> AsyncIterator[bytes]:
    yield b"x"


async def all_fail(blobs: Blobs, error: type[BlobError], *, put: type[BlobError] | None = None) -> None:
    with pytest.raises(put or error):
        await blobs.put("a", once())
    with pytest.raises(error):
        await blobs.stat("a")
    with pytest.raises(error):
        async for _ in blobs.get("a"):
            pass


@pytest.mark.parametrize("status", ["403 Forbidden", "401 Unauthorized"])
async def test_who_is_refused_is_told_so(status: str) -> None:
    async with store(says(status, "<Error><Code>AccessDenied</Code></Error>")) as blobs:
        await all_fail(blobs, BlobRefused)
        assert blobs.statistics()["failures_total"] == 3


async def test_what_is_not_there_is_no_failure() -> None:
    async with store(says("404 Not Found", "<Error><Code>NoSuchKey</Code></Error>")) as blobs:
        await all_fail(blobs, NoSuchBlob, put=BlobRefused)
        assert blobs.statistics()["failures_total"] == 0


@pytest.mark.parametrize("serve", [says("503 Slow Down"), says("500 Oops"), hang], ids=["503", "500", "hangs"])
async def test_who_gets_no_answer_may_try_again(serve: Serve) -> None:
    async with store(serve) as blobs:
        await all_fail(blobs, BlobUnavailable)


async def test_a_blob_that_breaks_off_is_not_taken_for_a_whole_one() -> None:
    async with store(cut) as blobs:
        with pytest.raises(BlobUnavailable):
            async for _ in blobs.get("a"):
                pass


async def test_nobody_there() -> None:
    await all_fail(at(free_port()), BlobUnavailable)


async def test_trouble_is_remembered_for_a_while_and_names_no_secret() -> None:
    now = 0.0
    asked = 0
    well = False

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        body = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
        await (says("200 OK", body) if well else says("403 Forbidden"))(reader, writer)

    async with store(serve) as blobs:
        blobs._clock = lambda: now
        for _ in range(2):
            assert await blobs.trouble() == "the blob store refuses us"
        assert asked == 1
        well, now = True, now + LOOK_AGAIN_S
        assert await blobs.trouble() is None
        now += LOOK_S - 1
        assert await blobs.trouble() is None
        assert asked == 2
        now += 1
        assert await blobs.trouble() is None
        assert asked == 3
        assert "canary" not in f"{blobs!r}{blobs.statistics()}"
