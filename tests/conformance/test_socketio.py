"""Socket.IO v5 from outside: what the public suite checks, in our own words, and harder."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection

from tests.conformance.test_engineio import is_closed, websocket


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[ClientConnection]:
    """Engine.IO is open, nothing more."""
    async with websocket(port, "/socket.io/") as client:
        await client.recv()
        yield client


async def received(client: ClientConnection) -> str | bytes:
    """The next message; pings are answered."""
    while (message := await client.recv()) == "2":
        await client.send("3")
    return message


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[ClientConnection]:
    async with opened(port) as client:
        await client.send("40")
        await received(client)
        await received(client)
        yield client


# Connect


@pytest.mark.parametrize(
    ("sent", "head", "auth"),
    [
        ("40", "40", "{}"),
        ('40{"token":"123"}', "40", '{"token":"123"}'),
        ("40/custom,", "40/custom,", "{}"),
        ("40/custom", "40/custom,", "{}"),
        ('40/custom,{"token":"abc"}', "40/custom,", '{"token":"abc"}'),
    ],
)
async def test_connect(port: int, sent: str, head: str, auth: str) -> None:
    async with opened(port) as client:
        await client.send(sent)
        reply = str(await received(client))

        assert reply.startswith(head)
        body = json.loads(reply[len(head) :])
        assert set(body) == {"sid"}
        assert isinstance(body["sid"], str)
        assert await received(client) == f'42{head[2:]}["auth",{auth}]'


async def test_public_sid_is_not_the_session(port: int) -> None:
    async with websocket(port, "/socket.io/") as client:
        session = json.loads(str(await client.recv())[1:])["sid"]
        await client.send("40")
        reply = str(await received(client))

        assert json.loads(reply[2:])["sid"] != session


async def test_unknown_namespace(port: int) -> None:
    async with opened(port) as client:
        await client.send("40/random")

        assert await received(client) == '44/random,{"message":"Invalid namespace"}'


@pytest.mark.parametrize("packet", ["4abc", "4", "42", '42["early"]', "41", "40[]", "40{", b"\x01"])
async def test_bad_start(port: int, packet: str | bytes) -> None:
    async with opened(port) as client:
        await client.send(packet)

        assert await is_closed(client)


async def test_no_connect_in_time(hasty_port: int) -> None:
    async with opened(hasty_port) as client:
        assert await is_closed(client, answering=True)


# Disconnect


async def test_disconnect_leaves_the_transport_open(pinging_port: int) -> None:
    async with connected(pinging_port) as client:
        await client.send("41")

        assert await client.recv() == "2"


async def test_disconnect_from_one_namespace(port: int) -> None:
    async with connected(port) as client:
        await client.send("40/custom")
        await received(client)
        await received(client)
        await client.send("41/custom")
        await client.send('42["message","to the main namespace"]')

        assert await received(client) == '42["message-back","to the main namespace"]'


# Events


async def test_event(port: int) -> None:
    async with connected(port) as client:
        await client.send('42["message",1,"2",{"3":[true]}]')

        assert await received(client) == '42["message-back",1,"2",{"3":[true]}]'


async def test_ack(port: int) -> None:
    async with connected(port) as client:
        await client.send('42456["message-with-ack",1,"2",{"3":[false]}]')

        assert await received(client) == '43456[1,"2",{"3":[false]}]'


TWO = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (f'452-["message",{TWO}]', f'452-["message-back",{TWO}]'),
        (f'452-789["message-with-ack",{TWO}]', f"462-789[{TWO}]"),
    ],
)
async def test_attachments(port: int, sent: str, answer: str) -> None:
    async with connected(port) as client:
        await client.send(sent)
        await client.send(b"\x01\x02\x03")
        await client.send(b"\x04\x05\x06")

        assert [await received(client) for _ in range(3)] == [answer, b"\x01\x02\x03", b"\x04\x05\x06"]


@pytest.mark.parametrize(
    "packets",
    [
        ["4abc"],
        ["42{}"],
        ['42abc["message-with-ack",1]'],
        ['42-1["message"]'],
        ['42٣["message"]'],
        ["42[]"],
        ["42[1]"],
        ['42["connect"]'],
        ['42["disconnect"]'],
        ['42["message",NaN]'],
        ['42["message",Infinity]'],
        ['42["message",' + "9" * 5000 + "]"],
        ['42["message","\\ud800"]'],
        ['42["message",' + "[" * 20_000 + "]" * 20_000 + "]"],
        ['42["message",{"a":1,"a":2}]'],
        ["40"],
        ["430[]"],
        ["44{}"],
        ['450-["message"]'],
        ['45999999-["message"]'],
        ['451-["message",1]', b"x"],
        ['451-["message",{"_placeholder":true,"num":7}]', b"x"],
        ['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
        [b"x"],
        ['42/custom,["message"]'],
    ],
    ids=lambda packets: str(packets[0])[:40].encode("ascii", "replace").decode(),
)
async def test_malformed_closes(port: int, packets: list[str | bytes]) -> None:
    async with connected(port) as client, connected(port) as neighbour:
        for packet in packets:
            await client.send(packet)

        assert await is_closed(client)

        await neighbour.send('42["message","unharmed"]')
        assert await received(neighbour) == '42["message-back","unharmed"]'
