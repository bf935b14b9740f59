"""Kill the server, and look into its log before anybody can mend it: what was acknowledged must stand there already.

First the room talks in peace, which says how long an acknowledgement takes. Then, again and again, the process is
killed together with its log and database, the log's file is copied as it lies there, and each message that somebody had
in hand as acknowledged is searched in the copy. In the end the checker judges the whole.
"""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtests.checker import report
from loadtests.client import Client
from loadtests.diary import Answered
from loadtests.evidence import Verdict
from loadtests.figures import Progress, ack_times, milliseconds, percentile
from loadtests.kill import PIPELINED, populate, talk
from loadtests.nodes import Nodes, served
from loadtests.rig import command, verdict_of
from loadtests.serving import Served

SHORT: dict[str, Any] = {"clients": 20, "rooms": 2, "rate": 100.0, "kills": 3, "calm": 2.0, "timed": False}
ACK_LIMIT = 0.150  # seconds, p99 in peace
MARK = re.compile(rb"#([a-z]+[0-9]+\.[0-9]+)\b")


@dataclass(slots=True)
class Outcome:
    """Seconds to each ack in peace, how many acked messages were looked for after kills, and those not found."""

    kills: int
    calm: Sequence[float]
    looked: int
    missing: Sequence[str]
    verdict: Verdict
    timed: bool = True
    nodes: int = 1

    @property
    def p99(self) -> float:
        return percentile(self.calm, 0.99)

    @property
    def holds(self) -> bool:
        return not self.missing and self.verdict.clean and (self.p99 <= ACK_LIMIT or not self.timed)

    def lines(self) -> list[str]:
        return [
            f"{self.kills} kills{of_all(self.nodes)}, {self.looked} acked messages looked for in the log's file as it "
            f"lay there: {len(self.missing)} missing; acks in peace p99 {self.p99 * 1000:.1f} ms",
            f"acks in peace: {len(self.calm)}, {milliseconds(self.calm)}",
            *(f"acked but not in the file: {mark}" for mark in self.missing[:5]),
            *report(self.verdict).splitlines(),
        ]


def of_all(nodes: int) -> str:
    """As it follows the word kills."""
    return f" of {nodes} gateways, Redis and PostgreSQL at once" if nodes > 1 else ""


@dataclass(slots=True)
class Hands:
    """What people have in hand as acknowledged; ``new`` gives what came since it was asked last."""

    clients: Sequence[Client]
    _read: dict[str, int] = field(default_factory=dict)

    def new(self) -> set[str]:
        found: set[str] = set()
        for client in self.clients:
            entries = client.diary.entries
            start = self._read.get(client.user, 0)
            self._read[client.user] = len(entries)
            found |= {entry.id for entry in entries[start:] if isinstance(entry, Answered) and entry.ok}
        return found


def marks_in(log: Path, copy: Path) -> set[str]:
    """The marks of all messages in a copy of the log, made with what SQLite has not moved into the file yet."""
    copy.mkdir()
    for path in log.parent.glob(f"{log.name}*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, copy / path.name)
    with closing(sqlite3.connect(copy / log.name)) as connection:
        return {
            mark.decode() for (body,) in connection.execute("SELECT body FROM batches") for mark in MARK.findall(body)
        }


def marks_beside(data: Path) -> set[str]:
    """The marks of all messages in the append-only files of Redis, as they lie there."""
    return {mark.decode() for path in data.glob("redis/appendonlydir/*") for mark in MARK.findall(path.read_bytes())}


def look(server: Served, copy: Path) -> set[str]:
    """The marks of all messages in the log's files, of which no process holds anything any more."""
    if isinstance(server, Nodes):
        return marks_beside(server.data)
    return marks_in(server.data / "log.sqlite", copy)


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    calm: float = 30.0,
    kills: int = 20,
    shortest: float = 1.0,
    longest: float = 3.0,
    size: int = 300,
    seed: int = 1,
    timed: bool = True,
    nodes: int = 1,
) -> Outcome:
    """Serve, talk for ``calm`` seconds, kill after ``shortest`` to ``longest`` seconds, look, judge."""
    luck = random.Random(seed)
    async with served(data / "served", nodes) as server:
        hosts, talkers, _ = await populate(server, rooms, clients, 0)
        hands, over = Hands(talkers), asyncio.Event()
        looked, missing = 0, []
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(talkers):
                pipelined = number % PIPELINED == 0
                group.create_task(talk(client, clients / rate, size, over, pipelined=pipelined))
            await asyncio.sleep(calm)
            in_peace = ack_times(client.diary for client in talkers)
            progress.say(f"in peace: {milliseconds(in_peace)}")
            for number in range(1, kills + 1):
                await asyncio.sleep(luck.uniform(shortest, longest))
                await server.kill()
                wanted = hands.new()
                there = await asyncio.to_thread(look, server, data / f"kill-{number}")
                missing += sorted(wanted - there)
                looked += len(wanted)
                progress.say(f"kill {number} of {kills}: {len(wanted)} acked, {len(wanted - there)} not in the file")
                await server.start()
            over.set()
        verdict = await verdict_of(server, [*hosts, *talkers], within=60)
    return Outcome(kills, in_peace, looked, missing, verdict, timed, nodes)


def main() -> int:
    return command("durable", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
