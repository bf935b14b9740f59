"""The whole server in this process, on a free port, and a raw websocket client for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect

from loadtests.waiting import until
from protocols.messages import By, Role
from server.app import App, running
from server.config import Settings
from server.serve import Listener
from tests.server.gateway.rig import masked

PATIENCE_S = 30.0  # on a machine that does much else
OWNER = By("owner", "Owner", Role.HOST)


@asynccontextmanager
async def served(data: Path, **settings: Any) -> AsyncIterator[tuple[App, str]]:
    """The app and its address as host:port; the room r1 is there."""
    made = Settings(data=data, secret=SecretStr("a secret for tests 0123456789 abcdefg"), **settings)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with running(made) as app:
            server = Listener(app, listener)
            await server.start()
            if app.services.directory is not None and not await app.core.broker.heads_of(["r1"]):
                await app.core.directory.create_room("r1", "Room one", by=OWNER)
            yield app, f"127.0.0.1:{listener.getsockname()[1]}"
            await server.leave(1.0)


async def ready(app: App) -> None:
    """Until the server would get people: on a machine that does much else its loop is late now and then."""
    assert await until(lambda: not any(why() for why in app.services.checks.values()), PATIENCE_S)


def token(app: App, user: str, role: Role = Role.ATTENDEE, room: str = "r1", **more: Any) -> str:
    """A token of this app."""
    return app.identity.issue(user=user, name=user.title(), role=role, room=room, **more).token


class Raw:
    """Socket.IO over a websocket by hand: what comes is kept, pings are answered."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._acks = 0
        self.seen: list[list[Any]] = []
        self.connected: dict[str, Any] = {}

    async def packet(self) -> str:
        """The next packet that is no ping."""
        while True:
            packet = await asyncio.wait_for(self._connection.recv(), PATIENCE_S)
            assert isinstance(packet, str)
            if packet != "2":
                return packet
            await self._connection.send("3")

    async def until(self, kind: str) -> list[Any]:
        """Reads on until an event of this type; others are kept in ``seen``."""
        while True:
            packet = await self.packet()
            if packet.startswith("42"):
                self.seen.append(orjson.loads(packet[2:]))
                if self.seen[-1][0] == kind:
                    return self.seen[-1]

    def send(self, name: str, data: Any) -> asyncio.Future[None]:
        """Emits with an ack id; answers come in ``acks`` order."""
        self._acks += 1
        return asyncio.ensure_future(self._connection.send(f"42{self._acks}" + orjson.dumps([name, data]).decode()))

    async def answer(self) -> dict[str, Any]:
        """The next ack; events before it are kept."""
        while True:
            packet = await self.packet()
            if packet.startswith("43"):
                answer: dict[str, Any] = orjson.loads(packet[packet.index("[") :])[0]
                return answer
            if packet.startswith("42"):
                self.seen.append(orjson.loads(packet[2:]))

    async def answerless(self) -> str:
        """The next packet that is no event."""
        while (packet := await self.packet()).startswith("42"):
            self.seen.append(orjson.loads(packet[2:]))
        return packet

    def at_once(self, packets: Iterable[str]) -> None:
        """Sends packets as they are, all in one write."""
        self._connection.transport.write(b"".join([masked(1, packet.encode()) for packet in packets]))

    async def until_packet(self, start: str) -> str:
        """The next packet that begins so; what is no event before it is dropped."""
        while not (packet := await self.answerless()).startswith(start):
            pass
        return packet

    async def ask(self, name: str, data: Any) -> dict[str, Any]:
        """Emits and waits for the ack."""
        await self.send(name, data)
        return await self.answer()

    async def join(self, **more: Any) -> dict[str, Any]:
        """Joins r1."""
        return await self.ask("room.join", {"id": "j", "room": "r1", **more})

    async def close(self) -> None:
        """Cuts the connection."""
        await self._connection.close()

    @property
    def close_code(self) -> int | None:
        """The code that the server closed with."""
        return self._connection.close_code

    async def ended(self) -> None:
        """Waits until the server has closed."""
        await asyncio.wait_for(self._connection.wait_closed(), PATIENCE_S)


@asynccontextmanager
async def raw(address: str, auth: dict[str, Any], *, refused: bool = False) -> AsyncIterator[Raw]:
    """A connected client; ``refused`` leaves the CONNECT's answer to the caller."""
    async with connect(f"ws://{address}/socket.io/?EIO=4&transport=websocket", compression=None) as connection:
        client = Raw(connection)
        assert (await client.packet()).startswith("0")
        await connection.send("40" + orjson.dumps(auth).decode())
        while not refused:
            packet = await client.packet()
            if packet.startswith("40"):
                client.connected = orjson.loads(packet[2:])
                break
            assert packet.startswith("42"), packet
            client.seen.append(orjson.loads(packet[2:]))
        yield client
