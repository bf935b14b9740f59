import asyncio
import gc
import socket
import struct
import weakref
from collections.abc import AsyncIterator, Callable

import pytest

from protocols.closing import Closing
from server.gateway import http_wire
from tests.server.gateway.rig import UPGRADE, Notes, Served, serving

GET = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(Notes()) as running:
        yield running


async def answer(served: Served, data: bytes) -> bytes:
    reader, writer = await served.raw(data)
    async with asyncio.timeout(2):
        line = await reader.readline()
    writer.close()
    return line


async def test_ordinary_request(served: Served) -> None:
    assert b" 200 " in await answer(served, GET + b"\r\n")


async def test_head_at_the_limit_and_over_it(served: Served) -> None:
    assert b" 200 " in await answer(served, GET + b"X: " + b"x" * 15_000 + b"\r\n\r\n")
    assert b" 431 " in await answer(served, GET + b"X: " + b"x" * 17_000 + b"\r\n\r\n")
    assert b" 431 " in await answer(served, GET + (b"X: " + b"x" * 1000 + b"\r\n") * 17 + b"\r\n")


async def test_head_that_never_ends(served: Served) -> None:
    assert b" 431 " in await answer(served, GET + b"X: " + b"x" * 17_000)
    assert b" 431 " in await answer(served, b"GET /" + b"x" * 17_000)


async def test_upgrade_with_a_long_head(served: Served) -> None:
    assert b" 431 " in await answer(served, UPGRADE[:-2] + b"X: " + b"x" * 17_000 + b"\r\n\r\n")


async def test_long_body_is_not_taken_for_a_head(served: Served) -> None:
    post = b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n"
    assert b" 400 " in await answer(served, post + b"x" * 40_000)


@pytest.mark.parametrize("start", [b"", b"GET /socket.io/ HT", GET], ids=["nothing", "half a line", "half a head"])
async def test_slow_head(served: Served, start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_wire, "HEAD_TIME_S", 0.05)
    assert b" 408 " in await answer(served, start)


async def test_slow_body(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_wire, "BODY_TIME_S", 0.05)
    session = served.gateway.open("polling", "127.0.0.1", {})
    path = b"/socket.io/?EIO=4&transport=polling&sid=" + session.session.sid.encode()
    assert b" 408 " in await answer(served, b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4a")


CHUNKED = (
    b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n4a\r\n"
)


@pytest.mark.parametrize(
    "line", [b"0\r\n" + b"x-a: b\r\n" * 10, b"0\r\nx-a: ", b"2;a="], ids=["trailers", "a trailer", "an extension"]
)
async def test_what_follows_a_chunk_without_end(served: Served, line: bytes) -> None:
    session = served.gateway.open("polling", "127.0.0.1", {})
    reader, writer = await served.raw(CHUNKED.replace(b"polling", b"polling&sid=" + session.session.sid.encode()))
    writer.write(line)
    async with asyncio.timeout(2):
        waiting = asyncio.create_task(reader.readline())
        while not waiting.done():
            writer.write(b"x" * 1000)
            await asyncio.sleep(0)
        assert b" 431 " in await waiting
    writer.close()


async def test_many_small_chunks_are_a_body(served: Served) -> None:
    session = served.gateway.open("polling", "127.0.0.1", {})
    head = CHUNKED.replace(b"polling", b"polling&sid=" + session.session.sid.encode()).removesuffix(b"2\r\n4a\r\n")
    body = [b'40{"a":"', *[b"b"] * 8_000, b'"}']
    chunks = b"".join(b"%x;c=d\r\n%b\r\n" % (len(chunk), chunk) for chunk in body)
    assert b" 200 " in await answer(served, head + chunks + b"0\r\n\r\n")


async def test_answers_that_nobody_takes(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_wire, "WRITE_TIME_S", 0.05)
    lost = asyncio.Event()
    monkeypatch.setattr(http_wire.HttpWire, "connection_lost", _and_then(http_wire.HttpWire.connection_lost, lost.set))
    with socket.socket() as peer:
        peer.connect(("127.0.0.1", served.port))
        peer.sendall(GET + b"\r\n")
        async with asyncio.timeout(2):
            await asyncio.get_running_loop().run_in_executor(None, peer.recv, 10)
            (wire,) = served.state.connections
            # More than the kernel takes for a peer that does not read.
            wire.transport.write(b"x" * 20_000_000)
            await lost.wait()


def _and_then(method: Callable[..., None], done: Callable[[], None]) -> Callable[..., None]:
    def both(*args: object) -> None:
        method(*args)
        done()

    return both


async def test_who_is_reset_is_not_kept(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = asyncio.Event()
    monkeypatch.setattr(http_wire.HttpWire, "connection_lost", _and_then(http_wire.HttpWire.connection_lost, lost.set))
    reader, writer = await served.raw(GET + b"\r\n")
    await reader.readline()
    (kept,) = map(weakref.ref, served.state.connections)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    async with asyncio.timeout(2):
        await lost.wait()
    await asyncio.sleep(0)
    gc.collect()
    assert kept() is None


async def test_second_request_on_one_connection(served: Served) -> None:
    reader, writer = await served.raw(GET + b"\r\n")
    for _ in range(3):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert (await reader.readexactly(length)).startswith(b"0{")
        writer.write(GET + b"\r\n")
    writer.close()


async def test_peer_that_leaves_with_a_request_behind_the_open_one(served: Served) -> None:
    session = served.gateway.open("polling", "127.0.0.1", {})
    wait = GET.replace(b"polling", b"polling&sid=" + session.session.sid.encode()) + b"\r\n"
    _, writer = await served.raw(GET + b"\r\n" + wait + wait)
    async with asyncio.timeout(2):
        while not session.session.polling:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        writer.close()
        await asyncio.wait(set(served.state.tasks))
    assert session.closing is Closing.TRANSPORT_CLOSED


async def test_upgrade_behind_an_open_request(served: Served) -> None:
    session = served.gateway.open("polling", "127.0.0.1", {})
    wait = GET.replace(b"polling", b"polling&sid=" + session.session.sid.encode())
    assert b" 400 " in await answer(served, wait + b"\r\n" + UPGRADE)


@pytest.mark.parametrize("more", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
async def test_upgrade_with_a_body(served: Served, more: bytes) -> None:
    assert b" 400 " in await answer(served, UPGRADE[:-2] + more)


async def test_upgrade_that_is_no_get(served: Served) -> None:
    assert b" 400 " in await answer(served, UPGRADE.replace(b"GET", b"POST"))


async def test_nonsense(served: Served) -> None:
    assert b" 400 " in await answer(served, b"\x16\x03\x01 hello\r\n\r\n")
