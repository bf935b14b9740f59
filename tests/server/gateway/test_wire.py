"""One test for each thing that the wire class must do itself, over a real port."""

import asyncio
import gc
import json
import random
import struct
import weakref
from contextlib import suppress
from typing import Any

import pytest
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from protocols.closing import Closing
from server.gateway.config import GatewayConfig
from server.gateway.fanout import Channel
from server.gateway.gateway import Gateway
from server.gateway.wire import websocket_wire
from tests.server.gateway.rig import UPGRADE, FakeTransport, Notes, Served, config, masked, message, serving

TEXT, BINARY, CONTINUED, CLOSE, PING = 1, 2, 0, 8, 9


async def opened(client: ClientConnection) -> dict[str, Any]:
    first = await client.recv()
    assert isinstance(first, str)
    return json.loads(first[1:])  # type: ignore[no-any-return]


async def entered(client: ClientConnection) -> None:
    await opened(client)
    await client.send("40")
    assert str(await client.recv()).startswith("40{")


async def closed_with(client: ClientConnection) -> int | None:
    async with asyncio.timeout(2):
        with suppress(ConnectionClosed):
            async for _ in client:
                pass
        await client.wait_closed()
    return client.close_code


async def frames(reader: asyncio.StreamReader) -> list[tuple[int, bytes]]:
    """All frames until the end, from a connection whose HTTP response was read."""
    data = b""
    async with asyncio.timeout(2):
        while chunk := await reader.read(65536):
            data += chunk
    found = []
    while data:
        size, at = data[1], 2
        if size == 126:
            size, at = int.from_bytes(data[2:4], "big"), 4
        found.append((data[0] & 15, data[at : at + size]))
        data = data[at + size :]
    return found


async def raw_open(served: Served, after: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await served.raw(UPGRADE + after)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    return reader, writer


async def test_opens_a_session_without_compression() -> None:
    async with serving(Notes()) as served, connect(served.ws) as client:
        handshake = await opened(client)

        assert sorted(handshake) == ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]
        assert handshake["upgrades"] == []
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/other/?EIO=4&transport=websocket", 404),
        ("/socket.io/more?EIO=4&transport=websocket", 404),
        ("/socket.io/?transport=websocket", 400),
        ("/socket.io/?EIO=3&transport=websocket", 400),
        ("/socket.io/?EIO=4&EIO=4&transport=websocket", 400),
        ("/socket.io/?EIO=4", 400),
        ("/socket.io/?EIO=4&transport=polling", 400),
        ("/socket.io/?EIO=4&transport=websocket&sid=n1.unknown", 400),
        ("/socket.io/?EIO=4&transport=websocket&" + "a=1&" * 30, 400),
    ],
)
async def test_request_for_something_else(path: str, status: int) -> None:
    async with serving(Notes()) as served:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{served.port}{path}")

        assert refused.value.response.status_code == status
        assert served.gateway.connections == {}


@pytest.mark.parametrize(
    ("origin", "allowed"), [("own", True), ("https://cdn.example", True), ("https://evil.example", False)]
)
async def test_origin(origin: str, allowed: bool) -> None:
    async with serving(Notes(), config(allowed_origins=("https://cdn.example",))) as served:
        name = f"http://127.0.0.1:{served.port}" if origin == "own" else origin
        if allowed:
            async with connect(served.ws, additional_headers={"Origin": name}) as client:
                assert await opened(client)
        else:
            with pytest.raises(InvalidStatus) as refused:
                await connect(served.ws, additional_headers={"Origin": name})
            assert refused.value.response.status_code == 403


async def test_origin_twice_is_no_way_round() -> None:
    async with serving(Notes()) as served:
        twice = UPGRADE.replace(b"Host: x", b"Host: x\r\nOrigin: http://x\r\nOrigin: http://evil")
        reader, writer = await served.raw(twice)
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_cap() -> None:
    async with serving(Notes(), config(max_connections=1)) as served, connect(served.ws) as client:
        await opened(client)
        with pytest.raises(InvalidStatus) as refused:
            await connect(served.ws)
        assert refused.value.response.status_code == 503


@pytest.mark.parametrize(
    ("trusted", "address"), [((), "127.0.0.1"), (("127.0.0.1",), "1.2.3.4")], ids=["nobody", "this proxy"]
)
async def test_forwarded_address(trusted: tuple[str, ...], address: str) -> None:
    application = Notes()
    headers = {"X-Forwarded-For": "6.6.6.6, 1.2.3.4", "User-Agent": "a phone"}
    async with (
        serving(application, config(trusted_proxies=trusted)) as served,
        connect(served.ws, additional_headers=headers, user_agent_header=None) as client,
    ):
        await entered(client)
        (socket,) = application.sockets
        assert socket.address == address
        assert socket.headers["user-agent"] == "a phone"


async def test_request_is_dropped_after_the_handshake() -> None:
    application = Notes()
    async with (
        serving(application) as served,
        connect(served.ws, additional_headers={"X-Big": "x" * 4000}) as client,
    ):
        await entered(client)
        (wire,) = served.state.connections
        assert "x-big" not in application.sockets[0].headers
        assert wire._gateways == ()  # type: ignore[union-attr]
        assert not wire._websocket.events  # type: ignore[union-attr]


async def test_bytes_behind_the_upgrade_in_one_segment() -> None:
    application = Notes()
    async with serving(application) as served:
        _, writer = await raw_open(served, masked(TEXT, b"40"))
        await application.until(lambda: bool(application.sockets))
        writer.close()


async def test_upgrade_in_many_segments() -> None:
    application = Notes()
    async with serving(application) as served:
        _, writer = await served.raw(UPGRADE[:40])
        for at in range(40, len(UPGRADE), 50):
            await asyncio.sleep(0.002)
            writer.write(UPGRADE[at : at + 50])
        writer.write(masked(TEXT, b"40"))
        await application.until(lambda: bool(application.sockets))
        writer.close()


async def test_fragments_are_joined() -> None:
    application = Notes()
    async with serving(application) as served:
        _, writer = await raw_open(served, masked(TEXT, b"40"))
        await application.until(lambda: bool(application.sockets))
        await asyncio.sleep(0)
        whole = '42["long","é"]'.encode()
        cut = whole.index(b"\xa9")  # in the middle of a character
        writer.write(masked(TEXT, whole[:cut], final=False))
        writer.write(masked(PING, b"between"))
        writer.write(masked(CONTINUED, b"", final=False) * 50)
        writer.write(masked(CONTINUED, whole[cut:]))
        await application.until(lambda: bool(application.received))
        assert application.received == [("long", ["é"])]
        writer.close()


def stream(luck: random.Random) -> tuple[list[list[Any]], bytes]:
    """What a client says, and its frames: short and long, whole and in fragments, with pings between."""
    said: list[list[Any]] = []
    data = b""
    for number in range(40):
        size = luck.choice([0, 1, 60, 100, 110, 111, 112, 113, 200, 5000, 65_400, 70_000])
        said.append([number, "é" * (size // 2)])
        text = f'42["x",{number},"{said[-1][1]}"]'.encode()
        mask = luck.randbytes(4)
        if luck.random() < 0.3:
            cut = luck.randrange(len(text))
            data += remasked(masked(TEXT, text[:cut], final=False), mask)
            data += masked(PING, b"p") * luck.randrange(2)
            data += remasked(masked(CONTINUED, text[cut:]), mask)
        else:
            data += remasked(masked(TEXT, text), mask)
        if luck.random() < 0.2:
            data += masked(TEXT, b"3") * luck.randrange(3)
    return said, data


def remasked(frame: bytes, mask: bytes) -> bytes:
    head = {0xFE: 4, 0xFF: 10}.get(frame[1], 2)
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(frame[head + 4 :]))
    return frame[:head] + mask + body


@pytest.mark.parametrize("seed", range(8))
async def test_any_cut_of_the_stream_gives_the_same_messages(seed: int) -> None:
    luck = random.Random(seed)
    application = Notes()
    gateway = Gateway.serving(application, config(max_payload=100_000))
    wire = websocket_wire(gateway)(None, ServerState(), {})
    transport = FakeTransport()
    wire.connection_made(transport)  # type: ignore[arg-type]
    wire.data_received(UPGRADE)
    wire.data_received(masked(TEXT, b"40"))
    await application.until(lambda: bool(application.sockets))
    await asyncio.sleep(0)

    said, data = stream(luck)
    while data:
        cut = luck.choice([1, 2, 3, 7, 8, 50, 1000, 30_000, 200_000])
        wire.data_received(data[:cut])
        data = data[cut:]

    assert [args for _, args in application.received] == said
    assert not transport.closed
    await gateway.stop()


@pytest.mark.parametrize(
    ("sent", "code", "closing"),
    [
        pytest.param(masked(TEXT, b"4\xff"), 1007, Closing.BAD_PACKET, id="invalid UTF-8"),
        pytest.param(
            masked(TEXT, b"4\xc3", final=False) + masked(CONTINUED, b"("), 1007, Closing.BAD_PACKET, id="joined"
        ),
        pytest.param(masked(TEXT, b"4" + b"x" * 300), 1009, Closing.TOO_LARGE, id="too long"),
        pytest.param(
            masked(TEXT, b"4" * 150, final=False) + masked(CONTINUED, b"x" * 150),
            1009,
            Closing.TOO_LARGE,
            id="too long together",
        ),
        pytest.param(b"\x81\x02hi", 1002, Closing.BAD_PACKET, id="not masked"),
        pytest.param(masked(3, b""), 1002, Closing.BAD_PACKET, id="unknown opcode"),
        pytest.param(masked(CONTINUED, b"x"), 1002, Closing.BAD_PACKET, id="continues nothing"),
        pytest.param(
            masked(TEXT, b"4", final=False) + masked(TEXT, b"4"), 1002, Closing.BAD_PACKET, id="two at a time"
        ),
        pytest.param(masked(TEXT, b"abc"), 4008, Closing.BAD_PACKET, id="no packet"),
    ],
)
async def test_bad_frames(sent: bytes, code: int, closing: Closing) -> None:
    async with serving(Notes(), config(max_payload=200)) as served:
        reader, writer = await raw_open(served, sent)
        answer = [data for opcode, data in await frames(reader) if opcode == CLOSE]
        assert [struct.unpack(">H", data[:2])[0] for data in answer] == [code]
        assert served.gateway.statistics().closed == {closing.value: 1}
        writer.close()


async def test_close_frame_is_answered() -> None:
    application = Notes()
    async with serving(application) as served, connect(served.ws) as client:
        await entered(client)
        await client.close(1001, "bye")

        assert client.close_code == 1001
        await application.until(lambda: bool(application.gone))
        assert application.gone[0][1] is Closing.TRANSPORT_CLOSED


@pytest.mark.parametrize("abort", [False, True], ids=["end", "reset"])
async def test_transport_that_ends_without_a_word(abort: bool) -> None:
    application = Notes()
    async with serving(application) as served:
        _, writer = await raw_open(served, masked(TEXT, b"40"))
        await application.until(lambda: bool(application.sockets))
        if abort:
            writer.transport.abort()
        else:
            writer.close()
        await application.until(lambda: bool(application.gone))
        assert served.gateway.connections == {}


async def test_close_code_says_why() -> None:
    application = Notes()
    async with serving(application) as served, connect(served.ws) as client:
        await entered(client)
        application.sockets[0].close(Closing.DRAINING)

        assert await closed_with(client) == Closing.DRAINING.code
        assert client.close_reason == "draining"


async def test_peer_that_answers_no_close_frame_is_cut_off() -> None:
    application = Notes()
    async with serving(application) as served:
        reader, writer = await raw_open(served, masked(TEXT, b"40"))
        await application.until(lambda: bool(application.sockets))
        application.sockets[0].close(Closing.DRAINING)

        assert (await frames(reader))[-1][0] == CLOSE
        writer.close()


async def test_peer_that_does_not_read_is_cut_off_within_its_limit() -> None:
    application = Notes()
    settings = GatewayConfig(outbox_limit=200_000, high_water=20_000)
    async with serving(application, settings) as served:
        _, writer = await raw_open(served, masked(TEXT, b"40"))
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await application.until(lambda: bool(application.sockets))
        await asyncio.sleep(0)
        socket = application.sockets[0]
        channel = Channel()
        channel.add(socket)
        sent = 0
        while not application.gone:
            channel.send([message("x" * 10_000)])
            sent += 10_000
            await asyncio.sleep(0)
            waiting = served.gateway.statistics().outbox_bytes
            assert waiting <= 200_000
        assert application.gone == [(socket, Closing.SLOW_CONSUMER)]
        writer.close()


async def test_pings_to_a_peer_that_does_not_read_are_not_kept_for_ever() -> None:
    application = Notes()
    async with serving(application, GatewayConfig(outbox_limit=100_000, high_water=10_000)) as served:
        _, writer = await raw_open(served, masked(TEXT, b"40"))
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        flood = masked(PING, b"x" * 120) * 500
        async with asyncio.timeout(20):
            while not application.gone:
                writer.write(flood)
                await asyncio.sleep(0)
        assert application.gone[0][1] is Closing.SLOW_CONSUMER
        writer.transport.abort()


async def test_unanswered_commands_stop_the_reading() -> None:
    application = Notes()
    async with serving(application, config(max_unanswered=8)) as served, connect(served.ws) as client:
        await entered(client)
        for number in range(100):
            await client.send(f'42{number}["slow"]')
        await application.until(lambda: len(application.received) >= 9)
        await asyncio.sleep(0.05)
        assert len(application.received) == 9

        answered = 0
        while answered < 100:
            await application.until(lambda: bool(application.acks))
            application.acks.pop(0)(b"1")
            answered += 1
        assert len(application.received) == 100
        for number in range(100):
            assert await client.recv() == f"43{number}[1]"


async def test_uvicorn_stops_a_wire() -> None:
    application = Notes()
    async with serving(application) as served, connect(served.ws) as client:
        await entered(client)
        for wire in list(served.state.connections):
            wire.shutdown()

        assert await closed_with(client) == Closing.DRAINING.code
        assert served.state.connections == set()


async def test_upgrade_from_polling() -> None:
    application = Notes()
    async with serving(application) as served:
        session = served.gateway.open("polling", "127.0.0.1", {})
        session.receive("40")
        await application.until(lambda: bool(application.sockets))
        await asyncio.sleep(0)
        application.sockets[0].emit("waits")
        async with connect(f"{served.ws}&sid={session.session.sid}") as client:
            await client.send("2probe")
            assert await client.recv() == "3probe"
            async with connect(f"{served.ws}&sid={session.session.sid}") as second:
                assert await closed_with(second) is not None
            await client.send("5")
            assert str(await client.recv()).startswith("40{")
            assert await client.recv() == '42["waits"]'
            assert application.sockets[0].transport == "websocket"


async def test_probe_that_says_something_else_leaves_the_polling_session() -> None:
    async with serving(Notes()) as served:
        session = served.gateway.open("polling", "127.0.0.1", {})
        async with connect(f"{served.ws}&sid={session.session.sid}") as client:
            await client.send("4hello")
            assert await closed_with(client) == Closing.BAD_PACKET.code
        assert session.closing is None
        assert not session.session.probing


async def test_probe_that_never_ends_is_given_up() -> None:
    async with serving(Notes(), config(upgrade_timeout_ms=20)) as served:
        session = served.gateway.open("polling", "127.0.0.1", {})
        async with connect(f"{served.ws}&sid={session.session.sid}") as client:
            assert await closed_with(client) is not None
        assert not session.session.probing
        assert session.closing is None


async def test_nothing_is_left_of_those_who_have_gone() -> None:
    application = Notes()
    async with serving(application) as served:
        traces: list[weakref.ref[Any]] = []
        for number in range(30):
            client = await connect(served.ws)
            await entered(client)
            (connection,) = served.gateway.connections.values()
            traces.append(weakref.ref(application.sockets.pop()))
            if number % 2:
                client.transport.abort()
            else:
                await client.close()
            await application.until(lambda: bool(application.gone))
            application.gone.clear()
            del connection, client
        _, writer = await served.raw(UPGRADE[:50])
        writer.close()
        session = served.gateway.open("polling", "", {})
        session.close(Closing.STALE)
        async with asyncio.timeout(5):
            while served.state.connections:  # noqa: ASYNC110 - a fact of the server, which tells nobody
                await asyncio.sleep(0.001)
        gc.collect()

        assert served.gateway.connections == {}
        assert [trace for trace in traces if trace() is not None] == []
