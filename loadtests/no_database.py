"""The database is away: rooms at work go on as before, and it catches up by itself once it is back.

PostgreSQL is killed while people talk, and started again a minute later. The log alone carries the rooms; people
leave and come back meanwhile. In the end the database holds everything that was acknowledged.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.chat import Chat, chatting
from loadtests.checker import report
from loadtests.client import Client
from loadtests.diary import Joined
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.kill import cut
from loadtests.rig import command
from loadtests.scene import Scene, scene
from loadtests.stored import rows
from loadtests.waiting import until

SHORT: dict[str, Any] = {"clients": 20, "rooms": 4, "rate": 60.0, "away": 5.0, "before": 3.0, "judge_latency": False}
TIMES, CAUGHT_UP_S = 2.0, 30.0
CUT_EVERY = 1.0
LAG_S = 1.0  # as little as this is usual
LEAST_S = 0.02  # a p99 below this is as good as this


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds to each ack before and while the database was away, and until it had caught up."""

    verdict: Verdict
    before: Sequence[float]
    meanwhile: Sequence[float]
    refused: int
    away: float
    caught_up_after: float | None
    recovered: int
    rejoined: int
    judge_latency: bool

    @property
    def times(self) -> float:
        """The p99 meanwhile, as a multiple of the one before."""
        return percentile(self.meanwhile, 0.99) / max(LEAST_S, percentile(self.before, 0.99))

    @property
    def holds(self) -> bool:
        went_on = bool(self.meanwhile) and not self.refused and self.recovered == self.rejoined
        caught_up = self.caught_up_after is not None and self.caught_up_after <= CAUGHT_UP_S
        return self.verdict.clean and went_on and caught_up and (self.times <= TIMES or not self.judge_latency)

    def lines(self) -> list[str]:
        caught_up = "never" if self.caught_up_after is None else f"{self.caught_up_after:.1f} s"
        return [
            f"PostgreSQL away for {self.away:.0f} s: acks p99 {self.times:.2f} × as before, {self.refused} refused, "
            f"caught up {caught_up} after it was back, {len(self.verdict.faults.get('I2', ()))} faults in what is "
            "stored",
            f"before: {milliseconds(self.before)}",
            f"meanwhile: {milliseconds(self.meanwhile)}",
            f"{self.rejoined} came back meanwhile, {self.recovered} of them recovered all they had missed",
            *report(self.verdict).splitlines(),
        ]


def joined_since(clients: Sequence[Client], at: float, until_: float) -> list[Joined]:
    """Who came back in that time, by the wall clock."""
    return [
        entry
        for client in clients
        for entry in client.diary.entries
        if isinstance(entry, Joined) and at <= entry.at < until_
    ]


def heads(stage: Scene) -> dict[str, int]:
    """Up to where the database has each room."""
    found = rows(stage.nodes.database, "SELECT room, max(seq) FROM records GROUP BY room")
    return {str(room): int(seq) for room, seq in found}


async def caught_up(stage: Scene, since: float) -> float | None:
    """Seconds until the database was no more than LAG_S behind what the rooms' hosts are told."""
    told: deque[tuple[float, dict[str, int]]] = deque()
    while time.monotonic() - since < 3 * CAUGHT_UP_S:
        now = time.monotonic()
        told.append((now, {client.room: client.place.seq for client in stage.hosts}))
        while len(told) > 1 and told[1][0] <= now - LAG_S:
            told.popleft()
        stored = await asyncio.to_thread(heads, stage)
        at, seqs = told[0]
        if at <= now - LAG_S and all(stored.get(room, 0) >= seq for room, seq in seqs.items()):
            return time.monotonic() - since
        await asyncio.sleep(0.1)
    return None


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    before: float = 20.0,
    away: float = 60.0,
    judge_latency: bool = True,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways, take the database away once, judge."""
    async with scene(data, clients=clients, rooms=rooms) as stage:
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        postgres, over = stage.nodes.postgres, asyncio.Event()
        async with chatting(stage.talkers, rate) as chat, asyncio.TaskGroup() as group:
            group.create_task(cut(stage.talkers, CUT_EVERY, over, random.Random(1)))
            try:
                begun, gone, gone_at = await _without(stage, chat, before, away)
                back, back_at = time.monotonic(), time.time()
                await asyncio.to_thread(postgres.start)
                progress.say("the database is back")
                took = await _quietly(stage, back)
            finally:
                over.set()
        joins = joined_since(stage.talkers, gone_at, back_at)
        spent = [each for each in chat.since(gone, back) if each.begun >= gone]
        verdict = await stage.verdict(diaries)
        return Outcome(
            verdict,
            chat.acks(begun, gone),
            [each.took for each in spent if not each.code],
            sum(bool(each.code) for each in spent),
            away,
            took,
            sum(join.recovered for join in joins),
            len(joins),
            judge_latency,
        )


async def _without(stage: Scene, chat: Chat, before: float, away: float) -> tuple[float, float, float]:
    """So long with the database, so long without: when measuring began and when it went, also by the wall clock."""
    await asyncio.sleep(1)
    begun = time.monotonic()
    await until(lambda: bool(chat.acks(begun)), 10)
    await asyncio.sleep(before)
    gone, gone_at = time.monotonic(), time.time()
    await asyncio.to_thread(stage.nodes.postgres.kill)
    await asyncio.sleep(away)
    return begun, gone, gone_at


async def _quietly(stage: Scene, back: float) -> float | None:
    took = await caught_up(stage, back)
    await asyncio.sleep(1)
    return took


def main() -> int:
    return command("no_database", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
