"""Clients that stop reading hurt nobody: each is closed, the others' latency and the server's memory stay.

First the room talks with all reading, then ten of them stop; afterwards they read on, come back and recover.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.client import Client
from loadtests.cores import apart
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.listening import Heard, Talk, talk, until_heard
from loadtests.nodes import served
from loadtests.rig import command, start_all, stop_all
from loadtests.serving import Served, memory_of
from loadtests.waiting import until
from loadtests.websocket import Websocket

ROOM = "slow"
MIB = 1 << 20
SHORT: dict[str, Any] = {"readers": 5, "slow": 5, "rate": 100.0, "seconds": 5.0, "timed": False}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The readers' seconds before and while others stood still; by how many bytes the server's peak grew; how many of
    the slow were closed, and are back and whole.
    """

    before: Sequence[float]
    during: Sequence[float]
    growth: int
    ended: int
    back: int
    slow: int
    wanting: Sequence[str] = ()  # what was refused, or not heard by all
    alone: bool = True  # server and rig had cores of their own
    timed: bool = True

    @property
    def ratio(self) -> float:
        """The readers' p99 while others stood still, against that before."""
        return percentile(self.during, 0.99) / max(percentile(self.before, 0.99), 1e-9)

    @property
    def calm(self) -> bool:
        # Below 20 ms the machine's own noise is larger than what is looked for.
        return self.ratio <= 1.2 or percentile(self.during, 0.99) <= 0.02

    @property
    def holds(self) -> bool:
        bounded = self.growth <= 40 * MIB and self.ended == self.back == self.slow
        return not self.wanting and bounded and (self.calm or not self.timed)

    def lines(self) -> list[str]:
        return [
            f"{self.ended} of {self.slow} closed, {self.back} back and whole; the server grew by "
            f"{self.growth / MIB:.1f} MiB; the readers' p99 × {self.ratio:.2f}",
            f"readers before: {milliseconds(self.before)}",
            f"readers during: {milliseconds(self.during)}",
            *self.wanting,
            *([] if self.alone else ["server and rig shared their cores"]),
        ]


def stop_reading(client: Client) -> None:
    """Read no more, with a small window in the kernel, so that the server feels it soon."""
    wire = client.wire
    assert isinstance(wire, Websocket)
    raw = wire.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    wire.pause()


def read_on(client: Client) -> None:
    """Read what is left, with a large window again, and find that the server has closed."""
    wire = client.wire
    if isinstance(wire, Websocket):
        wire.socket().setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
        wire.resume()


async def missing(heard: Heard, said: Talk, listeners: int) -> list[str]:
    """Wait until all have heard everything; what was refused or is missing, in sentences."""
    expected = len(said.acks) * listeners
    whole = await until_heard(heard, expected, within=30)
    refused = Counter(error["code"] for error in said.refused)
    return [
        *(f"{count} of {said.sent} messages were refused: {code}" for code, count in refused.items()),
        *([] if whole else [f"{len(heard.took)} of {expected} deliveries were heard"]),
    ]


async def watched(server: Served, talking: Coroutine[Any, Any, Talk]) -> tuple[Talk, list[int]]:
    """What was said, and the most that each gateway held meanwhile, in bytes."""
    pids = [gateway.process.pid for gateway in server.gateways if gateway.process is not None]
    said, peaks = asyncio.create_task(talking), [0 for _ in pids]
    while True:
        peaks = [max(peak, memory_of(pid)) for peak, pid in zip(peaks, pids, strict=True)]
        if said.done():
            return said.result(), peaks
        await asyncio.wait({said}, timeout=0.25)


async def run(
    data: Path,
    progress: Progress,
    *,
    readers: int = 16,
    slow: int = 10,
    rate: float = 400.0,
    kib: int = 10,
    seconds: float = 60.0,
    timed: bool = True,
    nodes: int = 1,
) -> Outcome:
    """Serve, talk among readers, talk with some not reading, let them come back; each half takes ``seconds``.

    One person may send 50 commands a second: the readers must be enough for the rate.
    """
    body = "好" * (kib * 1024 // 3)
    async with served(data, nodes) as server:
        host = await server.host(ROOM, text_length=4_000)
        first, second = Heard(), Heard()
        reading = [first.client(server, ROOM, f"r{number}") for number in range(readers)]
        stopping = [first.client(server, ROOM, f"s{number}", heard=False) for number in range(slow)]
        with apart(server.gateways[0], wanted=nodes == 1) as alone:
            await start_all(reading)
            senders = reading[: max(2, int(rate // 25))]
            said, usual = await watched(server, talk(senders, rate, seconds, body))
            wanting = await missing(first, said, len(reading))
            progress.say(f"all read: {milliseconds(first.took)}")

            for client in reading:
                client.on_event = second.on_event
            await start_all(stopping)
            for client in stopping:
                # On a machine that has no time one may have been cut off again.
                await client.until_joined(30)
                stop_reading(client)
            connections = [client.connection for client in stopping]
            said, peaks = await watched(server, talk(senders, rate, seconds, body))
            wanting += await missing(second, said, len(reading))
            # Against what it held at most with everybody reading: buffers that a busy room fills are no one's fault.
            growth = max(peak - before for peak, before in zip(peaks, usual, strict=True))
            progress.say(f"{slow} do not read: {milliseconds(second.took)}, it grew by up to {growth / MIB:.1f} MiB")

            for client in stopping:
                read_on(client)
            head = reading[0].place.seq

            def back() -> int:
                return sum(client.joined and client.place.seq >= head for client in stopping)

            await until(lambda: back() == slow, 20)
            ended = sum(client.connection > before for client, before in zip(stopping, connections, strict=True))
            outcome = Outcome(first.took, second.took, growth, ended, back(), slow, wanting, alone, timed)
            await stop_all([host, *reading, *stopping])
    return outcome


def main() -> int:
    return command("slow", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
