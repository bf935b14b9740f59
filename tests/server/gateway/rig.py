"""What the gateway's tests share: an application that notes everything, a wire without a network, a server."""

from __future__ import annotations

import asyncio
import logging
import socket as sockets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from uvicorn.server import ServerState

from protocols.closing import Closing
from protocols.frames import Prepared, prepare_packet
from server.gateway.application import Accepted, Ack, Recovery
from server.gateway.config import GatewayConfig
from server.gateway.conformance import conformance_app
from server.gateway.connection import Connection
from server.gateway.gateway import Gateway
from server.gateway.http_wire import HttpWire
from server.gateway.listening import uvicorn_config
from server.gateway.socket import Socket

Hook = Callable[[Socket, Mapping[str, Any], Recovery | None], Awaitable[Accepted]]


class Notes:
    """An application that accepts all, answers `ping-me`, and remembers what it was told."""

    namespaces = frozenset(("/", "/custom"))

    def __init__(self, decide: Hook | None = None) -> None:
        self.decide = decide
        self.sockets: list[Socket] = []
        self.auth: list[Mapping[str, Any]] = []
        self.recovery: list[Recovery | None] = []
        self.received: list[tuple[str, list[Any]]] = []
        self.acks: list[Ack] = []
        self.gone: list[tuple[Socket, Closing]] = []
        self.changed = asyncio.Event()

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        self.auth.append(auth)
        self.recovery.append(recovery)
        accepted = Accepted() if self.decide is None else await self.decide(socket, auth, recovery)
        self.sockets.append(socket)
        self.changed.set()
        return accepted

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        self.received.append((name, args))
        if name == "boom":
            raise LookupError("a secret of the server")
        if ack is not None and name == "ping-me":
            ack(b'"pong"')
        elif ack is not None:
            self.acks.append(ack)
        self.changed.set()

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        self.gone.append((socket, closing))
        self.changed.set()

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not fact():
                self.changed.clear()
                await self.changed.wait()


class FakeWire:
    """A websocket without a network; `full` makes it pause as a transport does."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.written: list[bytes] = []
        self.held = 0
        self.full = False
        self.reading = True
        self.closed: Closing | None = None
        connection.session.transport = "websocket"
        connection.attach(self)

    def write(self, data: bytes) -> None:
        self.written.append(data)
        if self.full:
            self.held += len(data)
            self.connection.pause_writing()

    def drain(self) -> None:
        self.full, self.held = False, 0
        self.connection.resume_writing()

    def buffered(self) -> int:
        return self.held

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self, closing: Closing) -> None:
        self.closed = closing

    @property
    def bytes(self) -> bytes:
        return b"".join(self.written)


async def joined(gateway: Gateway, application: Notes, *, polling: bool = False) -> Socket:
    """A socket in the main namespace, over a fake wire or by polling."""
    connection = gateway.open("polling", "127.0.0.1", {})
    if not polling:
        FakeWire(connection)
    before = len(application.sockets)
    connection.receive("40")
    await application.until(lambda: len(application.sockets) > before)
    socket = application.sockets[-1]
    await asyncio.sleep(0)  # the reply goes out when connect() has returned
    connection.take()
    if not polling:
        wire_of(socket).written.clear()
    return socket


def wire_of(socket: Socket) -> FakeWire:
    wire = socket.connection._wire
    assert isinstance(wire, FakeWire)
    return wire


class FakeTransport:
    """A transport that takes everything."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else None

    def set_write_buffer_limits(self, **limits: int) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


def message(text: str) -> Prepared:
    return prepare_packet(b"4" + text.encode())


@dataclass
class Served:
    """A gateway on a real port."""

    gateway: Gateway
    port: int
    state: ServerState

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=polling"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"

    async def raw(self, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        return reader, writer


def config(**changes: Any) -> GatewayConfig:
    return GatewayConfig(**changes)


@asynccontextmanager
async def serving(application: Any, settings: GatewayConfig | None = None) -> AsyncIterator[Served]:
    """The production stack on a free port, in this loop, without uvicorn's signals and waits."""
    gateway = Gateway.serving(application, settings or GatewayConfig())
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    uvicorn = uvicorn_config(conformance_app(gateway), gateway, log_config=None)
    uvicorn.load()
    state = ServerState()
    listener = sockets.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpWire(config=uvicorn, server_state=state, app_state={}), sock=listener)
    try:
        yield Served(gateway, listener.getsockname()[1], state)
    finally:
        server.close()
        await gateway.stop()
        for connection in list(state.connections):
            transport = getattr(connection, "_transport", None) or connection.transport
            transport.abort()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await asyncio.sleep(0)
        await server.wait_closed()


UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def masked(opcode: int, data: bytes, *, final: bool = True) -> bytes:
    """A client's frame; the mask of zeros leaves the data readable."""
    first = opcode | (0x80 if final else 0)
    size = len(data)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size <= 0xFFFF:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + data
