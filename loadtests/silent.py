"""Dead peers, and peers that never say who they are: the server lets go of them in time, and others feel nothing.

First the room talks in peace. Then thousands connect and stay silent (websockets without CONNECT, polling sessions,
bare connections), and members' machines vanish: their connections are half-open, nothing tells the server. The room
goes on talking until all of these are gone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from loadtests.behaviour import Settings, TransportName
from loadtests.client import Client
from loadtests.evidence import Idle
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.listening import Heard, talk, until_heard
from loadtests.polling import HttpConnection
from loadtests.proxy import Proxy
from loadtests.rig import command, start_all, stop_all
from loadtests.serving import Serving
from loadtests.waiting import until
from loadtests.wire import PATH, WireError

ROOM = "silent"
GRACE_S = 1.0  # beyond the heartbeat's two times
NOISE_S = 0.06  # below this the machine's own noise is larger than what is looked for
KEPT_S = 75.0  # the server's keep-alive, and some more
SWEPT_S = 1.0  # that whoever sweeps, and a clock here, may be late
AT_ONCE = 100
REQUEST = (
    f"GET {PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: silent\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()
SHORT: dict[str, Any] = {
    "silent": 200,
    "dead": 10,
    "calm_s": 2.0,
    "ping_interval_ms": 2000,
    "ping_timeout_ms": 2000,
    "connect_timeout_ms": 3000,
    "timed": False,
}


class Mute(asyncio.Protocol):
    """Connects, says ``first`` and no more; ``closed`` is set to the seconds until the server ended it."""

    def __init__(self, first: bytes) -> None:
        self.closed: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._first = first
        self._begun = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._begun = time.monotonic()
        self._transport.write(self._first)

    def data_received(self, data: bytes) -> None:
        # A bare connection is told that it was too slow, a websocket gets a close frame.
        if data[0] == 0x88 or not self._first:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.closed.done():
            self.closed.set_result(time.monotonic() - self._begun)
        if self._transport is not None:
            self._transport.abort()


@dataclass(slots=True)
class Crowd:
    """Those who say nothing; seconds until each was closed, by kind."""

    websockets: list[float] = field(default_factory=list)
    polling: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def closed(self) -> int:
        return len(self.websockets) + len(self.polling) + len(self.bare)


async def stay_silent(server: Serving, gate: asyncio.Semaphore, number: int, crowd: Crowd) -> None:
    """One of them, until the server closes it. Of ten six are websockets, two poll, two open a connection only."""
    try:
        if number % 5 == 3:
            await _poll(server, gate, crowd)
            return
        first, kept = (b"", crowd.bare) if number % 5 == 4 else (REQUEST, crowd.websockets)
        async with gate:
            loop = asyncio.get_running_loop()
            _, mute = await loop.create_connection(lambda: Mute(first), server.at, server.port)
        kept.append(await mute.closed)
    except (OSError, WireError):
        crowd.refused += 1


async def _poll(server: Serving, gate: asyncio.Semaphore, crowd: Crowd) -> None:
    http = HttpConnection(server.at, server.port)
    try:
        async with gate:
            begun = time.monotonic()
            status, body = await http.request("GET", f"{PATH}?EIO=4&transport=polling")
        sid = body.decode().split('"sid":"')[1].split('"')[0]
        while status == 200 and body != b"1":  # pings come, and are not answered
            status, body = await http.request("GET", f"{PATH}?EIO=4&transport=polling&sid={sid}")
        crowd.polling.append(time.monotonic() - begun)
    finally:
        http.cut()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds to each delivery before and meanwhile; until who was silent or dead was gone, and what the limits are."""

    before: Sequence[float]
    during: Sequence[float]
    complete: bool
    silent: int
    crowd: Crowd
    dead: int
    dead_after: float | None
    connect_s: float
    dead_s: float
    idle: tuple[Idle, Idle]
    timed: bool

    @property
    def calm(self) -> bool:
        return percentile(self.during, 0.99) <= max(1.2 * percentile(self.before, 0.99), NOISE_S)

    @property
    def gone(self) -> bool:
        """Whether all were let go of in time."""
        crowd = self.crowd
        longest = max((*crowd.websockets, *crowd.polling, *crowd.bare), default=0.0)
        silent = crowd.closed == self.silent and not crowd.refused and longest <= self.connect_s + SWEPT_S
        return silent and self.dead_after is not None and self.dead_after <= self.dead_s

    @property
    def nothing_left(self) -> bool:
        before, after = self.idle
        kept = after.descriptors <= before.descriptors or not self.timed
        return after.sockets <= before.sockets and kept

    @property
    def holds(self) -> bool:
        return (self.calm or not self.timed) and self.gone and self.complete and self.nothing_left

    def lines(self) -> list[str]:
        crowd, (before, after) = self.crowd, self.idle
        dead = "NOT gone" if self.dead_after is None else f"gone after {self.dead_after:.1f} s"
        times = max((*crowd.websockets, *crowd.polling, *crowd.bare), default=0.0)
        return [
            f"{self.silent} silent peers, {crowd.closed} closed within {times:.1f} s "
            f"(limit {self.connect_s + SWEPT_S:.1f} s); {self.dead} dead members {dead} (limit {self.dead_s:.0f} s); "
            f"others' p99 {percentile(self.before, 0.99) * 1000:.0f} → {percentile(self.during, 0.99) * 1000:.0f} ms",
            f"others before: {milliseconds(self.before)}",
            f"others meanwhile: {milliseconds(self.during)}{'' if self.complete else ', NOT all heard'}",
            f"silent at most: websockets {max(crowd.websockets, default=0):.1f} s, "
            f"polling {max(crowd.polling, default=0):.1f} s, bare {max(crowd.bare, default=0):.1f} s; "
            f"{crowd.refused} not let in",
            f"sockets {before.sockets} before, {after.sockets} afterwards; "
            f"descriptors {before.descriptors} before, {after.descriptors} afterwards",
        ]


def members(server: Serving, proxy: Proxy, count: int) -> list[Client]:
    """Members who will die: they come through the proxy, half of them by polling, and never come again."""
    kinds: tuple[TransportName, ...] = ("websocket", "polling")
    return [
        Client(
            proxy.url,
            server.token(ROOM, f"dead{number}"),
            ROOM,
            user=f"dead{number}",
            settings=Settings(transport=kinds[number % 2], reconnect=False, diary=False),
        )
        for number in range(count)
    ]


async def until_gone(server: Serving, sockets: int, limit: float) -> float | None:
    """Seconds until the server holds no more sockets than these; None if it did not come to that."""
    begun = time.monotonic()

    async def gone() -> bool:
        return (await server.idle()).sockets <= sockets

    return time.monotonic() - begun if await until(gone, limit, every=0.1) else None


async def run(
    data: Path,
    progress: Progress,
    *,
    silent: int = 2000,
    dead: int = 200,
    people: int = 20,
    rate: float = 20.0,
    calm_s: float = 15.0,
    ping_interval_ms: int = 25_000,
    ping_timeout_ms: int = 20_000,
    connect_timeout_ms: int = 14_000,
    timed: bool = True,
) -> Outcome:
    """Serve, talk in peace, talk among the silent and the dead, wait until these are gone."""
    env = {
        "SHOWFLOOR_PING_INTERVAL_MS": str(ping_interval_ms),
        "SHOWFLOOR_PING_TIMEOUT_MS": str(ping_timeout_ms),
        "SHOWFLOOR_CONNECT_TIMEOUT_MS": str(connect_timeout_ms),
    }
    dead_s = (ping_interval_ms + ping_timeout_ms) / 1000 + GRACE_S
    connect_s = max(connect_timeout_ms / 1000, 10.0)  # without even a request: 10 s, whatever is set
    async with Serving(data, env=env) as server, Proxy(server.at, server.port) as proxy:
        host = await server.host(ROOM)
        first, second = Heard(), Heard()
        listeners = [first.client(server, ROOM, f"u{number}") for number in range(people)]
        await start_all(listeners)
        said = await talk(listeners, rate, calm_s, "in peace")
        complete = await until_heard(first, len(said.acks) * people) and not said.refused
        progress.say(f"in peace: {milliseconds(first.took)}")
        before = await server.idle()

        vanishing = members(server, proxy, dead)
        await start_all(vanishing)
        for client in listeners:
            client.on_event = second.on_event
        crowd, gate = Crowd(), asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(talk(listeners, rate, max(dead_s, connect_s), "among the dead"))
            proxy.faults.swallow = True
            watching = group.create_task(until_gone(server, before.sockets, dead_s + connect_s + 10))
            for number in range(silent):
                group.create_task(stay_silent(server, gate, number, crowd))
        said = talking.result()
        complete &= await until_heard(second, len(said.acks) * people) and not said.refused
        progress.say(f"among {silent} silent and {dead} dead: {milliseconds(second.took)}")
        await until_gone(server, before.sockets, 5)
        after = await until_closed(server, before) if timed else await server.idle()
        await proxy.cut()
        await stop_all([host, *listeners, *vanishing])
    gone = watching.result()
    return Outcome(
        first.took, second.took, complete, silent, crowd, dead, gone, connect_s, dead_s, (before, after), timed
    )


async def until_closed(server: Serving, before: Idle) -> Idle:
    """Kept connections end about a minute after their last answer; what is open then."""

    async def closed() -> bool:
        return (await server.idle()).descriptors <= before.descriptors

    await until(closed, KEPT_S, every=0.25)
    return await server.idle()


def main() -> int:
    return command("silent", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
