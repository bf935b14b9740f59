"""How long it takes until all have heard what one said, with every guarantee on: at a usual rate, and at five times it.

Server and rig have a core each, so that it is the server that is measured. Several gateways, their Redis and the rig
share what there is; the room's people are spread over them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.cores import apart
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.listening import Heard, talk, until_heard
from loadtests.nodes import served
from loadtests.rig import command, start_all, stop_all
from loadtests.serving import Served, cpu_seconds

ROOM = "latency"
SHORT: dict[str, Any] = {"seconds": 2.0, "crowds": 60, "timed": False}


@dataclass(frozen=True, slots=True)
class Level:
    """A rate of deliveries a second, and how long they may take; no median is promised where ``p50`` is None."""

    clients: int
    rate: float
    p50: float | None
    p99: float


LEVELS = (Level(200, 10, 0.020, 0.060), Level(1_000, 10, None, 0.100))


@dataclass(frozen=True, slots=True)
class Heights:
    """What was seen at one level: seconds of each delivery and each ack, the server's share of its core."""

    level: Level
    heard: Sequence[float]
    acks: Sequence[float]
    refused: int
    complete: bool
    per_second: float
    cpu: float

    @property
    def quick(self) -> bool:
        p50, p99 = percentile(self.heard, 0.5), percentile(self.heard, 0.99)
        return p99 <= self.level.p99 and (self.level.p50 is None or p50 <= self.level.p50)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both levels; ``alone`` says that server and rig had cores of their own."""

    seen: Sequence[Heights]
    alone: bool
    timed: bool = True
    nodes: int = 1

    @property
    def who(self) -> str:
        return "server" if self.nodes == 1 else f"{self.nodes} gateways together"

    @property
    def holds(self) -> bool:
        return all(each.complete and not each.refused and (each.quick or not self.timed) for each in self.seen)

    def lines(self) -> list[str]:
        figures = [
            f"{each.per_second:,.0f}/s: p50 {percentile(each.heard, 0.5) * 1000:.1f} ms, "
            f"p99 {percentile(each.heard, 0.99) * 1000:.1f} ms"
            for each in self.seen
        ]
        lines = ["; ".join(figures)]
        for each in self.seen:
            lines += [
                f"{each.level.clients} clients, {each.level.rate:g} messages a second: {milliseconds(each.heard)}; "
                f"acks {milliseconds(each.acks)}; {self.who} at {each.cpu:.0%} of a core",
                *([] if each.complete else ["NOT everything was heard"]),
                *([f"{each.refused} messages were refused"] if each.refused else []),
            ]
        return [*lines, *([] if self.alone else [f"{self.who} and rig shared their cores"])]


def cpu_of(server: Served) -> float:
    """Seconds of a core that the gateways have had."""
    return sum(cpu_seconds(each.process.pid) for each in server.gateways if each.process is not None)


async def measure(level: Level, data: Path, progress: Progress, seconds: float, nodes: int) -> tuple[Heights, bool]:
    """One crowd on a server of its own."""
    heard = Heard()
    async with served(data, nodes) as server:
        host = await server.host(ROOM)
        clients = [heard.client(server, ROOM, f"u{number}") for number in range(level.clients)]
        await start_all(clients)
        progress.say(f"{level.clients} clients joined")
        with apart(server.gateways[0], wanted=nodes == 1) as alone:
            await talk(clients[:10], level.rate, 1.0, "x" * 300)  # what is slow the first time
            await until_heard(heard, int(level.rate) * level.clients)
            heard.took.clear()
            before, begun = cpu_of(server), time.monotonic()
            said = await talk(clients[:10], level.rate, seconds, "x" * 300)
            complete = await until_heard(heard, len(said.acks) * level.clients)
            cpu, took = cpu_of(server) - before, time.monotonic() - begun
            await stop_all([host, *clients])
    seen = Heights(level, heard.took, said.acks, len(said.refused), complete, len(heard.took) / took, cpu / took)
    progress.say(f"{seen.per_second:,.0f} deliveries a second: {milliseconds(seen.heard)}")
    return seen, alone


async def run(
    data: Path,
    progress: Progress,
    *,
    seconds: float = 30.0,
    crowds: int = 1_000,
    timed: bool = True,
    nodes: int = 1,
) -> Outcome:
    """Measure each level, with no crowd larger than ``crowds``."""
    seen, alone = [], True
    for number, level in enumerate(LEVELS):
        fitting = Level(min(level.clients, crowds), level.rate, level.p50, level.p99)
        heights, by_itself = await measure(fitting, data / str(number), progress, seconds, nodes)
        seen.append(heights)
        alone = alone and by_itself
    return Outcome(seen, alone, timed, nodes)


def main() -> int:
    return command("latency", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
