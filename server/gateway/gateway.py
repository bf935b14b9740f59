"""The gateway: all connections of one path, and what they share."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from protocols import engineio
from protocols.closing import Closing
from server.addresses import counted_as
from server.gateway.application import Application
from server.gateway.config import GatewayConfig
from server.gateway.connection import Connection, Layer
from server.gateway.dialogue import Dialogue
from server.gateway.peer import Origins, Proxies
from server.gateway.sweeper import Sweeper

_DRAIN_STEP_S = 0.05


@dataclass(frozen=True, slots=True)
class Statistics:
    """How a gateway is doing: connections by transport, bytes waiting, closes and refusals by reason since the start.

    ``behind``     connections for which something waits        ``unread``     those not read until they are answered
    ``connecting`` CONNECTs that are being decided              ``farewells``  last words kept for polling clients
    ``addresses``  that connections come from; ``address_most`` of them from one
    """

    polling: int
    websocket: int
    outbox_bytes: int
    outbox_most_bytes: int
    behind: int
    unread: int
    connecting: int
    farewells: int
    addresses: int
    address_most: int
    refused: Mapping[str, int]
    closed: Mapping[str, int]


class Gateway:
    """Holds the connections under `config.path`.

    `layer` makes what speaks on a connection; `Gateway.serving` gives it Socket.IO and an application.
    Made before or inside a loop, used inside one.
    """

    def __init__(self, config: GatewayConfig, layer: Callable[[Connection], Layer]) -> None:
        self.config = config
        self.origins = Origins(config.allowed_origins)
        self.proxies = Proxies(config.trusted_proxies)
        self.connections: dict[str, Connection] = {}
        self.draining = False
        self._layer = layer
        self._settings = engineio.Settings(
            ping_interval=config.ping_interval_ms,
            ping_timeout=config.ping_timeout_ms,
            max_payload=config.max_payload,
        )
        self._sweeper: Sweeper | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._farewells: dict[str, bytes] = {}
        self._closed: Counter[str] = Counter()
        self._refused: Counter[str] = Counter(draining=0, full=0, address=0)
        self._addresses: Counter[str] = Counter()

    @classmethod
    def serving(cls, application: Application, config: GatewayConfig | None = None) -> Gateway:
        """A gateway that speaks Socket.IO for an application."""
        return cls(config or GatewayConfig(), lambda connection: Dialogue(connection, application))

    @property
    def sweeper(self) -> Sweeper:
        """The clock of all connections."""
        if self._sweeper is None:
            self._sweeper = Sweeper(asyncio.get_running_loop())
        return self._sweeper

    def now(self) -> int:
        """Milliseconds of a steady clock."""
        return self.sweeper.now()

    def has_no_room_for(self, address: str) -> str | None:
        """Why no further connection from there is taken, which is counted; None if one is."""
        if self.draining:
            why, text = "draining", "This node is going away"
        elif len(self.connections) >= self.config.max_connections:
            why, text = "full", "No room for another connection"
        elif self._addresses[counted_as(address)] >= self.config.max_connections_per_address:
            why, text = "address", "Too many connections from this address"
        else:
            return None
        self._refused[why] += 1
        return text

    def open(self, transport: engineio.Transport, address: str, headers: Mapping[str, str]) -> Connection:
        """A new connection. The caller has asked `has_no_room_for`."""
        # The node comes first, so that a proxy can route the polls of one session to it.
        sid = f"{self.config.node_id}.{secrets.token_urlsafe(15)}"
        session = engineio.Session(sid, transport, self._settings, now=self.now())
        connection = Connection(self, session, address, headers)
        connection.layer = self._layer(connection)
        self.connections[sid] = connection
        self._addresses[counted_as(address)] += 1
        connection.schedule()
        return connection

    def forget(self, connection: Connection, closing: Closing) -> None:
        """A connection has ended."""
        del self.connections[connection.session.sid]
        self._closed[closing.value] += 1
        counted = counted_as(connection.address)
        self._addresses[counted] -= 1
        if not self._addresses[counted]:
            del self._addresses[counted]

    def keep_farewell(self, sid: str, body: bytes) -> None:
        """Keeps the last words to a polling client for a short time."""
        self._farewells[sid] = body
        asyncio.get_running_loop().call_later(self.config.linger_ms / 1000, self._farewells.pop, sid, None)

    def take_farewell(self, sid: str) -> bytes | None:
        """The last words, once."""
        return self._farewells.pop(sid, None)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs the application's side of a CONNECT."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def statistics(self) -> Statistics:
        """Counts, taken now."""
        everyone = self.connections.values()
        polling = sum([connection.session.transport == "polling" for connection in everyone])
        waiting = [connection.outbox.size for connection in everyone if connection.outbox]
        return Statistics(
            polling=polling,
            websocket=len(everyone) - polling,
            outbox_bytes=sum(waiting),
            outbox_most_bytes=max(waiting, default=0),
            behind=len(waiting),
            unread=sum([connection.blocked for connection in everyone]),
            connecting=len(self._tasks),
            farewells=len(self._farewells),
            addresses=len(self._addresses),
            address_most=max(self._addresses.values(), default=0),
            refused=dict(self._refused),
            closed=dict(self._closed),
        )

    async def drain(self, within_ms: int) -> None:
        """Takes no more connections and closes those there are, spread evenly over the time, in random order."""
        self.draining = True
        waiting = list(self.connections.values())
        random.shuffle(waiting)
        steps = max(1, int(within_ms / 1000 / _DRAIN_STEP_S))
        size = -(-len(waiting) // steps) or 1
        while waiting:
            for connection in waiting[:size]:
                connection.close(Closing.DRAINING)
            del waiting[:size]
            if waiting:
                await asyncio.sleep(_DRAIN_STEP_S)

    async def stop(self) -> None:
        """Closes all at once and waits for the application's side to end."""
        await self.drain(0)
        if self._sweeper is not None:
            self._sweeper.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
