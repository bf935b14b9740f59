"""Everybody comes back at once: a full house, the server is killed and started again, and each must be back and whole.

1,000 clients in 20 rooms, in which people go on talking; who comes late has missed what the first ones said. Measured
from the kill: when 99 % and when all were back and recovered; and how often the database was read for that.
Of several gateways one is killed at a time, and its people come back at another while it is away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.behaviour import Settings
from loadtests.checker import report
from loadtests.client import Client
from loadtests.diary import Joined
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.kill import make
from loadtests.nodes import served, spread
from loadtests.rig import MIXED, command, start_all, verdict_of
from loadtests.serving import Served, Serving
from loadtests.waiting import until

MOST, ALL = (0.99, 10.0), 30.0  # that share back within so many seconds; all of them within so many
READS_A_ROOM = 2
SHORT: dict[str, Any] = {"clients": 100, "rooms": 5, "kills": 1, "timed": False}


@dataclass(frozen=True, slots=True)
class Storm:
    """One kill: seconds until the server was ready, until each client was back, and what it cost."""

    ready: float
    back: Sequence[float]
    unrecovered: Sequence[str]
    reads: int
    clients: int

    def most(self) -> float:
        return percentile([*self.back, *[999.0] * (self.clients - len(self.back))], MOST[0])


@dataclass(frozen=True, slots=True)
class Outcome:
    """All storms, and what the checker says of them together."""

    verdict: Verdict
    storms: Sequence[Storm]
    rooms: int
    timed: bool

    @property
    def holds(self) -> bool:
        whole = all(len(storm.back) == storm.clients and not storm.unrecovered for storm in self.storms)
        soon = all(storm.most() <= MOST[1] and max(storm.back) <= ALL for storm in self.storms)
        cheap = all(storm.reads <= READS_A_ROOM * self.rooms for storm in self.storms)
        return self.verdict.clean and whole and cheap and (soon or not self.timed)

    def lines(self) -> list[str]:
        most = max(storm.most() for storm in self.storms)
        last = max(max(storm.back, default=999.0) for storm in self.storms)
        lost = sum(storm.clients - len(storm.back) for storm in self.storms)
        anew = [who for storm in self.storms for who in storm.unrecovered]
        reads = max(storm.reads for storm in self.storms)
        return [
            f"{len(self.storms)} kills under {self.storms[0].clients} clients: 99 % back and recovered {most:.1f} s "
            f"after the kill, all after {last:.1f} s, {lost} never; {reads / self.rooms:.1f} database reads a room",
            *(
                f"ready after {storm.ready:.1f} s; clients back: {milliseconds(storm.back)}; {storm.reads} reads"
                for storm in self.storms
            ),
            *(f"not recovered: {who}" for who in anew[:5]),
            *report(self.verdict).splitlines(),
        ]


async def talk(clients: Sequence[Client], every: float, over: asyncio.Event) -> None:
    """Somebody of a room says something now and then; while the server is away it waits for its answer."""
    number = 0
    while not over.is_set():
        await clients[number % len(clients)].say("still here")
        number += 1
        await asyncio.sleep(every)


def joins_of(client: Client) -> list[Joined]:
    return [entry for entry in client.diary.entries if isinstance(entry, Joined)]


async def storm(server: Served, number: int, everyone: Sequence[Client]) -> Storm:
    """Kill, and wait for everybody who was there; a single server is started at once, one of several behind it."""
    victim = server.gateways[number % len(server.gateways)]
    others = [gateway for gateway in server.gateways if gateway is not victim]
    clients = [client for client in everyone if client.url == victim.url]
    before = [client.connection for client in clients]
    read_before = sum([await database_reads(gateway) for gateway in others])
    killed = time.time()
    await victim.kill()
    if not others:
        await victim.start()
    ready = time.time() - killed

    def back() -> bool:
        return all(client.joined and client.connection > was for client, was in zip(clients, before, strict=True))

    await until(back, 2 * ALL, every=0.05)
    returns, anew = [], []
    for client, was in zip(clients, before, strict=True):
        joins = [join for join in joins_of(client) if join.connection > was]
        if joins and client.joined:
            returns.append(joins[0].at - killed)
            anew += [f"{client.user}: {join.reason}" for join in joins[:1] if not join.recovered]
    reads = sum([await database_reads(gateway) for gateway in others or [victim]]) - read_before
    if others:
        await victim.start()
    return Storm(ready, returns, anew, reads, len(clients))


async def database_reads(server: Serving) -> int:
    """Reading transactions since the server's start that brought rooms to work."""
    _, body = await server.get("/metrics")
    line = next(line for line in body.decode().splitlines() if line.startswith("showfloor_database_reads_rooms_total "))
    return int(float(line.rsplit(" ", 1)[1]))


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 1000,
    rooms: int = 20,
    kills: int = 3,
    every: float = 0.5,
    timed: bool = True,
    nodes: int = 1,
    diaries: Path | None = None,
) -> Outcome:
    """Fill the house, kill under all of them some times, judge."""
    async with served(data, nodes) as server:
        names = [f"storm{number}" for number in range(rooms)]
        await make(server, names)
        hosts = [server.client(name, f"host.{name}", role="host") for name in names]
        people = [
            server.client(names[number % rooms], f"u{number}", Settings(transport=MIXED[number // rooms % len(MIXED)]))
            for number in range(clients)
        ]
        await start_all([*hosts, *people])
        progress.say(f"{clients} clients joined {rooms} rooms")
        over = asyncio.Event()
        seen: list[Storm] = []
        async with asyncio.TaskGroup() as group:
            for number in range(rooms):
                group.create_task(talk(people[number::rooms][:5], every, over))
            for number in range(kills):
                await asyncio.sleep(3)
                for client in [*hosts, *people]:
                    await client.until_joined(2 * ALL)
                seen.append(await storm(server, number, [*hosts, *people]))
                spread([*hosts, *people])
                progress.say(f"kill {number + 1} of {kills}: 99 % back after {seen[-1].most():.1f} s")
            await asyncio.sleep(1)
            over.set()
        return Outcome(await verdict_of(server, [*hosts, *people], diaries), seen, rooms, timed)


def main() -> int:
    return command("storm", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
