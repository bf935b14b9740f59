"""Engine.IO v4 from outside: what the public suite checks, in our own words, and what servers get wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

PING_INTERVAL_S, PING_TIMEOUT_S = 0.3, 0.2
PATHS = pytest.mark.parametrize("path", ["/engine.io/", "/socket.io/"])
OPEN_KEYS = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}


def url(path: str = "/engine.io/", sid: str | None = None, transport: str = "polling") -> str:
    return f"{path}?EIO=4&transport={transport}" + (f"&sid={sid}" if sid else "")


def websocket(port: int, path: str = "/engine.io/", sid: str | None = None) -> connect:
    return connect(f"ws://127.0.0.1:{port}{url(path, sid, 'websocket')}")


async def polled(http: httpx.AsyncClient, path: str = "/engine.io/") -> str:
    """A new polling session's URL."""
    response = await http.get(url(path))
    return url(path, json.loads(response.text[1:])["sid"])


async def is_closed(client: ClientConnection, *, answering: bool = False, within: float = 30.0) -> bool:
    """Whether the server closes in time; the client may keep answering pings."""
    with suppress(TimeoutError, ConnectionClosed):
        async with asyncio.timeout(within):
            while True:
                if await client.recv() == "2" and answering:
                    await client.send("3")
    return client.close_code is not None


# Handshake


@PATHS
async def test_polling_handshake(hasty_http: httpx.AsyncClient, path: str) -> None:
    response = await hasty_http.get(url(path))

    assert response.status_code == 200
    assert response.text[0] == "0"
    opening = json.loads(response.text[1:])
    assert set(opening) == OPEN_KEYS
    assert isinstance(opening.pop("sid"), str)
    assert opening == {"upgrades": ["websocket"], "pingInterval": 300, "pingTimeout": 200, "maxPayload": 1_000_000}


@PATHS
async def test_websocket_handshake(port: int, path: str) -> None:
    async with websocket(port, path) as client:
        first = str(await client.recv())

    opening = json.loads(first[1:])
    assert first[0] == "0"
    assert set(opening) == OPEN_KEYS
    assert opening["upgrades"] == []


@PATHS
@pytest.mark.parametrize(
    "query",
    [
        "transport=polling",
        "EIO=abc&transport=polling",
        "EIO=3&transport=polling",
        "EIO=4",
        "EIO=4&transport=abc",
        "EIO=4&transport=polling&sid=unknown",
    ],
)
async def test_bad_query(http: httpx.AsyncClient, path: str, query: str) -> None:
    assert (await http.get(f"{path}?{query}")).status_code == 400


@PATHS
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_method_that_opens_nothing(http: httpx.AsyncClient, path: str, method: str) -> None:
    assert (await http.request(method, url(path))).status_code == 400


@PATHS
@pytest.mark.parametrize(
    "query", ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"]
)
async def test_bad_query_of_a_websocket(port: int, path: str, query: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{port}{path}?{query}")

    assert refused.value.response.status_code == 400


# Messages


@pytest.mark.parametrize("body", ["4hello", "4test1\x1e4test2\x1e4test3", "4hello\x1ebAQIDBA==", "4" + "é" * 1000])
async def test_polling_echo(http: httpx.AsyncClient, body: str) -> None:
    session = await polled(http)

    posted = await http.post(session, content=body)
    answer = await http.get(session)

    assert (posted.status_code, posted.text) == (200, "ok")
    assert (answer.status_code, answer.text) == (200, body)


@pytest.mark.parametrize("message", ["4hello", "4", b"\x01\x02\x03\x04", b"", "4" + "x" * 100_000])
async def test_websocket_echo(port: int, message: str | bytes) -> None:
    async with websocket(port) as client:
        await client.recv()
        await client.send(message)

        assert await client.recv() == message


@pytest.mark.parametrize("body", [b"abc", b"", b"4a\x1e\x1e4b", b"b%%%", b"4\xff", b"2", b"0{}"])
async def test_bad_body_ends_the_session(http: httpx.AsyncClient, body: bytes) -> None:
    session = await polled(http)

    assert (await http.post(session, content=body)).status_code == 400
    assert (await http.get(session)).status_code == 400


@pytest.mark.parametrize("packet", ["abc", "", "7", "2", "2probe", "5", "0{}", "6", "bAQID"])
async def test_bad_packet_closes(port: int, packet: str) -> None:
    async with websocket(port) as client:
        await client.recv()
        await client.send(packet)

        assert await is_closed(client)


async def test_second_poll_while_one_waits(http: httpx.AsyncClient) -> None:
    session = await polled(http)

    # Whichever comes first.
    answers = await asyncio.gather(http.get(session), http.get(session))

    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert "1" in [answer.text for answer in answers if answer.status_code == 200]
    assert (await http.get(session)).status_code == 400


async def test_poll_that_is_given_up(http: httpx.AsyncClient, port: int) -> None:
    async def give_up() -> None:
        session = await polled(http)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.close()
        await writer.wait_closed()

        async with asyncio.timeout(10):
            assert (await http.get(session)).status_code == 400

    await in_one_of_three(give_up)


# Heartbeat


async def in_one_of_three(attempt: Callable[[], Awaitable[None]]) -> None:
    """A pause of this machine of 200 ms looks like a missing pong; a fault looks so each time."""
    for left in (2, 1, 0):
        try:
            await attempt()
            return
        except (AssertionError, ConnectionClosed, TimeoutError):
            if not left:
                raise


@PATHS
async def test_polling_heartbeat(hasty_http: httpx.AsyncClient, path: str) -> None:
    async def beat() -> None:
        session = await polled(hasty_http, path)
        for _ in range(3):
            assert (await hasty_http.get(session)).text == "2"
            assert (await hasty_http.post(session, content="3")).text == "ok"

    await in_one_of_three(beat)


@PATHS
async def test_polling_session_without_pong(hasty_http: httpx.AsyncClient, path: str) -> None:
    session = await polled(hasty_http, path)
    await asyncio.sleep(PING_INTERVAL_S + PING_TIMEOUT_S)

    assert (await hasty_http.get(session)).status_code == 400


@PATHS
async def test_websocket_heartbeat(hasty_port: int, path: str) -> None:
    async def beat() -> None:
        async with websocket(hasty_port, path) as client:
            await client.recv()
            for _ in range(3):
                assert await client.recv() == "2"
                await client.send("3")

    await in_one_of_three(beat)


@PATHS
async def test_websocket_without_pong(hasty_port: int, path: str) -> None:
    async with websocket(hasty_port, path) as client:
        assert await is_closed(client)


async def test_messages_do_not_stand_for_pongs(hasty_port: int) -> None:
    async with websocket(hasty_port) as client:
        await client.recv()
        with suppress(ConnectionClosed):
            async with asyncio.timeout(30):
                while True:
                    await client.send("4still here")
                    await client.recv()

        assert client.close_code is not None


# Close


@PATHS
async def test_close_packet_ends_the_waiting_poll(http: httpx.AsyncClient, path: str) -> None:
    async def close() -> None:
        session = await polled(http, path)
        waiting = asyncio.ensure_future(http.get(session))
        await asyncio.sleep(0.02)

        assert (await http.post(session, content="1")).text == "ok"
        answer = await waiting

        assert (answer.status_code, answer.text) == (200, "6")
        assert (await http.get(session)).status_code == 400

    await in_one_of_three(close)


@PATHS
async def test_close_packet_on_a_websocket(port: int, path: str) -> None:
    async with websocket(port, path) as client:
        await client.recv()
        await client.send("1")

        assert await is_closed(client)


# Upgrade


async def upgraded(http: httpx.AsyncClient, client: ClientConnection) -> None:
    await client.send("2probe")
    assert await client.recv() == "3probe"
    await client.send("5")


def sid_of(session: str) -> str:
    return session.partition("&sid=")[2]


async def test_upgrade(http: httpx.AsyncClient, port: int) -> None:
    session = await polled(http)
    async with websocket(port, sid=sid_of(session)) as client:
        await client.send("2probe")
        assert await client.recv() == "3probe"

        ending = await http.get(session)
        assert (ending.status_code, ending.text) == (200, "6")

        await client.send("5")
        await client.send("4hello")
        assert await client.recv() == "4hello"


async def test_probe_ends_a_poll_that_waits(http: httpx.AsyncClient, port: int) -> None:
    session = await polled(http)
    waiting = asyncio.ensure_future(http.get(session))
    await asyncio.sleep(0.02)
    async with websocket(port, sid=sid_of(session)) as client:
        await client.send("2probe")
        assert await client.recv() == "3probe"

        assert (await waiting).text == "6"


async def test_requests_after_the_upgrade(http: httpx.AsyncClient, port: int) -> None:
    session = await polled(http)
    async with websocket(port, sid=sid_of(session)) as client:
        await upgraded(http, client)
        await client.send("4first")
        assert await client.recv() == "4first"

        assert (await http.get(session)).status_code == 400
        assert (await http.post(session, content="4x")).status_code == 400
        async with websocket(port, sid=sid_of(session)) as second:
            assert await is_closed(second)

        await client.send("4hello")
        assert await client.recv() == "4hello"


async def test_message_posted_before_the_upgrade_is_answered_after_it(http: httpx.AsyncClient, port: int) -> None:
    session = await polled(http)
    async with websocket(port, sid=sid_of(session)) as client:
        await client.send("2probe")
        assert await client.recv() == "3probe"
        await http.post(session, content="4early")
        await client.send("5")

        assert await client.recv() == "4early"
