"""A TCP proxy that behaves as badly as a network can, for one connection or for all.

    async with Proxy("127.0.0.1", server.port, Faults(delay=0.15)) as proxy:
        client = Client(proxy.url, …)
        proxy.faults.swallow = True          # half-open from now on: nobody hears anything, nobody is told
        await proxy.cut()                    # a reset for everyone
        for link in proxy.links: link.faults = Faults(rate=2_000)

Delay, jitter and rate count for each direction. What is on its way is bounded: a link that has too much of it is not
read until there is room, as a router's full queue slows TCP down.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

BUFFER = 256 * 1024  # bytes on their way in one direction of one connection
STEP_S = 0.05  # with a rate, what passes at once is about as much as passes in this time
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


@dataclass(slots=True)
class Faults:
    """What a network does to bytes; seconds and bytes a second. May be changed while connections are open.

    ``swallow``       half-open: nothing passes in either direction, also no end of a connection
    ``drop_replies``  what the server says is lost; what the client says arrives
    """

    delay: float = 0.0
    jitter: float = 0.0
    rate: float | None = None
    swallow: bool = False
    drop_replies: bool = False


class Side(asyncio.Protocol):
    """One end of a link: what comes in here goes, later, out at the other end."""

    def __init__(self, link: Link, *, server: bool) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: Side | None = None
        self.link = link
        self.waiting = 0  # bytes that came in here and have not gone out at the other end
        self._from_server = server
        self._queue: deque[tuple[float, bytes]] = deque()
        self._last = 0.0  # when what came last goes out: nothing overtakes
        self._timer: asyncio.TimerHandle | None = None
        self._blocked = False  # the other end takes no more for now
        self._ended = False
        self.said_all = False  # the other end has been told that no more comes from here
        self._lossy = False  # a stream with a hole stays silent: bytes behind the hole would mean something else

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._lost():
            self.link.swallowed += len(data)
            return
        faults, loop = self.link.faults, asyncio.get_running_loop()
        step = len(data) if faults.rate is None else max(1, int(faults.rate * STEP_S))
        for start in range(0, len(data), step):
            part = data[start : start + step]
            due = loop.time() + faults.delay + self.link.luck.uniform(0, faults.jitter)
            on_the_line = 0.0 if faults.rate is None else len(part) / faults.rate
            self._last = max(due, self._last) + on_the_line
            self._queue.append((self._last, part))
        self.waiting += len(data)
        if self.waiting > BUFFER and self.transport is not None:
            self.transport.pause_reading()
        self._pump()

    def eof_received(self) -> bool:
        if not self._lost():
            self.finish()
        return True  # what waits still goes out, and the other end may have more to say

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.link.lost(self, exc)

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.hold(blocked=True)

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.hold(blocked=False)

    def hold(self, *, blocked: bool) -> None:
        """The other end is full, or takes bytes again."""
        self._blocked = blocked
        if not blocked:
            self._pump()

    def finish(self) -> None:
        """No more comes in here: say so at the other end once all that waits is out."""
        self._ended = True
        self._pump()

    def reset(self) -> None:
        """Cut this end with a reset; what waits is gone."""
        self._queue.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self.transport is not None:
            raw = self.transport.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()

    def _lost(self) -> bool:
        faults = self.link.faults
        self._lossy = self._lossy or faults.swallow or (faults.drop_replies and self._from_server)
        return self._lossy

    def _pump(self) -> None:
        """Let out what is due, and come again for the rest."""
        other, loop = self.other, asyncio.get_running_loop()
        while self._queue and not self._blocked and self._queue[0][0] <= loop.time() + 0.0005:
            _, part = self._queue.popleft()
            self.waiting -= len(part)
            if self._lost():
                self.link.swallowed += len(part)
            elif other is not None and other.transport is not None:
                other.transport.write(part)
        if self.waiting <= BUFFER // 2 and self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._queue and not self._blocked:
            self._timer = loop.call_at(self._queue[0][0], self._pump)
        elif not self._queue and self._ended and not self._lost() and other is not None:
            self._say_end(other)

    def _say_end(self, other: Side) -> None:
        if self.transport is None or other.said_all:
            for side in (self, other):
                if side.transport is not None:
                    side.transport.close()
        elif not self.said_all and other.transport is not None and other.transport.can_write_eof():
            other.transport.write_eof()
        self.said_all = True


class Link:
    """One connection through the proxy. ``faults`` are the proxy's unless it is given its own."""

    def __init__(self, proxy: Proxy, luck: random.Random) -> None:
        self.luck = luck
        self.swallowed = 0  # bytes
        self.client, self.server = _Client(self, server=False), Side(self, server=True)
        self.client.other, self.server.other = self.server, self.client
        self._proxy = proxy
        self._own: Faults | None = None

    @property
    def faults(self) -> Faults:
        return self._own or self._proxy.faults

    @faults.setter
    def faults(self, faults: Faults | None) -> None:
        self._own = faults

    def cut(self) -> None:
        """Reset both ends."""
        self.client.reset()
        self.server.reset()

    def lost(self, side: Side, exc: Exception | None) -> None:
        """One end is gone; the other hears of it, unless the network tells nobody."""
        other = self.server if side is self.client else self.client
        if exc is not None and not self.faults.swallow:
            other.reset()
        else:
            side.finish()
        if self.client.transport is None and self.server.transport is None:
            self._proxy.links.discard(self)


class _Client(Side):
    """The end at which clients arrive: it opens the other one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.hold(blocked=True)
        self.link._proxy.arrived(self.link)


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes on to ``host:port``; a seed makes its luck the same again."""

    def __init__(self, host: str, port: int, faults: Faults | None = None, *, seed: int = 1) -> None:
        self.faults = faults or Faults()
        self.links: set[Link] = set()
        self.port = 0
        self._target = host, port
        self._luck = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._opening: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        make: Callable[[], Side] = lambda: Link(self, self._luck).client  # noqa: E731
        self._server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        await self.cut()
        await self._server.wait_closed()

    async def cut(self) -> None:
        """Reset all connections, and wait until they are gone."""
        while self.links:
            for link in tuple(self.links):
                link.cut()
            await asyncio.sleep(0)

    def arrived(self, link: Link) -> None:
        self.links.add(link)
        task = asyncio.get_running_loop().create_task(self._open(link))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, link: Link) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: link.server, *self._target)
        except OSError:
            link.client.reset()  # as a refusal looks behind a proxy
            return
        if link.client.transport is None:
            link.server.reset()
        link.client.hold(blocked=False)
