"""What `serve --conformance` mounts: small peers for the public protocol suites, on the production stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from protocols.closing import Closing
from protocols.engineio import Message
from protocols.frames import prepare_binary, prepare_packet
from server.gateway.application import Accepted, Ack, Recovery
from server.gateway.config import GatewayConfig
from server.gateway.gateway import Gateway
from server.gateway.listening import uvicorn_config
from server.gateway.polling import PollingEndpoint

if TYPE_CHECKING:
    from server.gateway.connection import Connection
    from server.gateway.socket import Socket


class Echo:
    """Engine.IO alone: every message goes back."""

    due = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def message(self, message: Message) -> None:
        """Sends it back."""
        if isinstance(message, str):
            self._connection.send(prepare_packet(b"4" + message.encode()))
        else:
            self._connection.send(prepare_binary(message))

    def moved(self) -> None:
        """Nothing follows the transport here."""

    def closed(self, closing: Closing) -> None:
        """Nothing is kept."""


class ConformanceApplication:
    """The events that the Socket.IO suite expects."""

    namespaces = frozenset(("/", "/custom"))

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        """Takes everybody and tells them what they said."""
        socket.emit("auth", auth)
        return Accepted()

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        """`message` comes back as an event, `message-with-ack` as its ack."""
        if name == "message":
            socket.emit("message-back", *args)
        elif name == "message-with-ack" and ack is not None:
            ack.answer(args)

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        """Nothing is kept."""


def conformance_gateways() -> tuple[Gateway, Gateway]:
    """The Socket.IO and the Engine.IO gateway, with the figures that the suites expect."""
    socketio = _config("/socket.io/")
    return Gateway.serving(ConformanceApplication(), socketio), Gateway(_config("/engine.io/"), Echo)


def _config(path: str) -> GatewayConfig:
    return GatewayConfig(
        path=path,
        ping_interval_ms=300,
        ping_timeout_ms=200,
        connect_timeout_ms=1_000,
        max_payload=1_000_000,
        outbox_limit=4_000_000,
    )


def conformance_app(*gateways: Gateway) -> Starlette:
    """The gateways' polling side, by path."""
    return Starlette(routes=[Mount(g.config.path.rstrip("/"), app=PollingEndpoint(g)) for g in gateways])


def serve_conformance(host: str, port: int) -> None:
    """Serves the peers until interrupted."""
    gateways = conformance_gateways()
    config = uvicorn_config(conformance_app(*gateways), *gateways, host=host, port=port, log_level="warning")
    uvicorn.Server(config).run()
