"""Our gateway without a room behind it, for ``python -m loadtests.peers`` to measure beside node's socket.io.

    python -m tests.rigs.gateway_peer PORT

It does exactly what loadtests/node/server.js does: everybody hears one channel, an event gets a ready-made ack,
and ``fan-out`` speaks at a steady rate.
"""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Mapping
from typing import Any

import orjson
import uvicorn

from protocols.closing import Closing
from protocols.frames import prepare_event
from server.gateway.application import Accepted, Ack, Recovery
from server.gateway.config import GatewayConfig
from server.gateway.conformance import conformance_app
from server.gateway.fanout import Channel
from server.gateway.gateway import Gateway
from server.gateway.listening import uvicorn_config
from server.gateway.socket import Socket

ANSWER = b'{"ok":true,"position":{"epoch":"kQvz","seq":42}}'


class Peer:
    """Speaks when it is told to."""

    namespaces = frozenset(("/",))

    def __init__(self) -> None:
        self.channel = Channel()
        self.speaking: asyncio.Task[None] | None = None

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        """Everybody is let in."""
        self.channel.add(socket)
        return Accepted()

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        """Answer at once, or after the fan-out."""
        assert ack is not None
        if name == "fan-out":
            self.speaking = asyncio.get_running_loop().create_task(self.fan_out(*args, ack=ack))
        else:
            ack(ANSWER)

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        """The channel forgets a socket by itself; one that could not keep up spoils the measurement."""
        if closing is Closing.SLOW_CONSUMER:
            sys.stdout.write("slow consumer\n")

    async def fan_out(self, rate: float, count: int, text: str, *, ack: Ack) -> None:
        """``count`` events of ``text``, ``rate`` a second, each framed anew, as a room's are."""
        loop = asyncio.get_running_loop()
        message = {"room": "r1", "epoch": "kQvz", "data": {"text": text}}
        begun = loop.time()
        for turn in range(count):
            await asyncio.sleep(max(0.0, begun + turn / rate - loop.time()))
            prepared = prepare_event("chat.sent", [orjson.dumps(message)], offset="r1:kQvz:42:everyone")
            self.channel.send([prepared])
        ack(ANSWER)


class Told(uvicorn.Server):
    """Says when it listens."""

    async def startup(self, sockets: Any = None) -> None:
        """As uvicorn does, and a line on top."""
        await super().startup(sockets)
        sys.stdout.write(f"ready showfloor {platform.python_version()}\n")
        sys.stdout.flush()


def main() -> None:
    """Serve until SIGTERM."""
    gateway = Gateway.serving(Peer(), GatewayConfig(ping_interval_ms=600_000, connect_timeout_ms=60_000))
    app = conformance_app(gateway)
    config = uvicorn_config(
        app, gateway, port=int(sys.argv[1]), log_level="critical", lifespan="off", backlog=4096, loop="uvloop"
    )
    Told(config).run()


if __name__ == "__main__":
    main()
