"""Locust's people against a real server: 200 of them find nothing wrong, and one planted fault is found."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loadtests.figures import Progress
from loadtests.serving import Serving
from loadtests.show import ROOM, Plan, locust, run

DROPPED_AFTER = 3  # deliveries that the one connection still gets


class Dropping:
    """A proxy that withholds one delivery from one connection, and changes nothing else."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.dropped = 0
        self._let_through = 0
        self._pumps: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.behind)
        both = (self._pump(reader, back), self._tell(there, writer))
        tasks = [asyncio.create_task(self._until_end(way)) for way in both]
        self._pumps.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, back):
            end.transport.abort()

    async def _until_end(self, way: object) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await way  # type: ignore[misc]

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        while True:
            head = await reader.readexactly(2)
            size = head[1]
            if size >= 126:
                head += await reader.readexactly(2 if size == 126 else 8)
                size = int.from_bytes(head[2:], "big")
            frame = head + await reader.readexactly(size)
            if not self._withheld(frame):
                writer.write(frame)

    def _withheld(self, frame: bytes) -> bool:
        if self.dropped or b'42["chat.sent"' not in frame:
            return False
        self._let_through += 1
        self.dropped = int(self._let_through > DROPPED_AFTER)
        return bool(self.dropped)


@asynccontextmanager
async def dropping(port: int) -> AsyncIterator[tuple[Dropping, str]]:
    proxy = Dropping(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in proxy._pumps:
            task.cancel()
        await asyncio.gather(*proxy._pumps, return_exceptions=True)


async def test_two_hundred_people_find_nothing_wrong(tmp_path: Path) -> None:
    plan = Plan(users=200, shape="storm", seconds=14, pause=5, voting=4)
    html = tmp_path / "report.html"
    outcome = await run(plan, tmp_path, Progress(quiet=True), html)
    assert outcome.failures == [], outcome.output
    assert outcome.holds, outcome.output
    assert outcome.count("connect", "connect") >= 200
    assert outcome.count("resume") > 200  # three storms, and those who lose the network by themselves
    assert outcome.count("ack", "chat.send") > 50
    assert outcome.count("ack", "poll.vote") > 50
    assert outcome.count("verify", "ballots") >= 1
    assert outcome.count("delivery") > 5_000
    assert html.stat().st_size > 10_000


async def test_one_withheld_delivery_fails_the_run(tmp_path: Path) -> None:
    async with Serving(tmp_path / "server") as server:
        await (await server.host(ROOM)).stop()
        async with dropping(server.port) as (proxy, url):
            plan = Plan(users=10, shape="burst", seconds=10, pause=1, voting=1, within=2)
            outcome = await locust(plan, url, server.secret, tmp_path)
    assert proxy.dropped == 1
    assert not outcome.holds
    assert outcome.code == 1
    assert [failure for failure in outcome.failures if "verify gap" in failure or "verify ack" in failure]
