"""Two nodes of a stock chat, a Redis that is killed under load, and what the checker says about it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtests.behaviour import Settings
from loadtests.checker import judge
from loadtests.client import Client
from loadtests.diary import Delivered
from loadtests.evidence import Verdict
from loadtests.figures import Progress
from loadtests.rig import start_all, stop_all
from loadtests.stock.adapter import evidence, on_event
from loadtests.stock.processes import Process, running
from loadtests.waiting import until

ROOM = "stock"
QUIET_S = 1.5  # nobody has been told anything for so long: it is over


@dataclass(frozen=True, slots=True)
class Plan:
    """``clients`` on two nodes say ``rate`` messages a second in all; each round lasts ``seconds``.

    In each Redis is killed and stays away for ``down`` seconds; with 0 it is not killed.
    """

    clients: int = 20
    rate: float = 100
    seconds: float = 8
    down: float = 1.5
    rounds: int = 5
    until_found: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The checker's verdict over all rounds, the kills, and the clients that are not judged."""

    verdict: Verdict
    kills: int
    left_out: int

    @property
    def lost(self) -> list[str]:
        """Acked messages that a member who was there all the time was never told."""
        return self.verdict.faults["I1"]

    @property
    def unordered(self) -> list[str]:
        """Messages that stand elsewhere for one member than for another."""
        return self.verdict.faults["I3"]

    @property
    def holds(self) -> bool:
        """Whether the checker found both kinds: it is the checker that is on trial."""
        return bool(self.lost) and bool(self.unordered)

    def lines(self) -> list[str]:
        figures = self.verdict.figures
        lost = {fault.rpartition("the acked ")[2].split(" ")[0] for fault in self.lost}
        return [
            f"{self.kills} kills of Redis; {figures['sent']:.0f} sent, {figures['acked']:.0f} acked, "
            f"{figures['deliveries']:.0f} deliveries; {self.left_out} clients not judged",
            f"lost: {len(lost)} acked messages were not told to all ({len(self.lost)} deliveries that never came)",
            f"order: {len(self.unordered)} times a member heard a message after one that others heard later",
            *self.verdict.sentences(most=3),
        ]


class Round:
    """One kill under load."""

    def __init__(self, plan: Plan, redis: Process, urls: Sequence[str], number: int) -> None:
        self.plan = plan
        self.redis = redis
        # Each round has people of its own, so that no id comes twice.
        self.clients = [
            Client(
                urls[place % len(urls)],
                f"r{number}u{place}",
                ROOM,
                user=f"r{number}u{place}",
                settings=Settings(answer_within=10),
                on_volatile=on_event,
            )
            for place in range(plan.clients)
        ]

    async def run(self) -> None:
        await start_all(self.clients)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.talk())
            if self.plan.down:
                group.create_task(self.kill())
        await self.quiet()
        await stop_all(self.clients)

    async def talk(self) -> None:
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(self.plan.rate * self.plan.seconds)):
                # Two at a time, one on each node: what they race for is their order.
                if (wait := begun + number // 2 * 2 / self.plan.rate - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                group.create_task(self.clients[number % len(self.clients)].say())

    async def kill(self) -> None:
        await asyncio.sleep(self.plan.seconds / 3)
        await self.redis.end(signal.SIGKILL)
        await asyncio.sleep(self.plan.down)
        await self.redis.start()

    async def quiet(self, within: float = 15.0) -> None:
        """Wait until no deliveries come any more."""
        last, since = -1, time.monotonic()

        def over() -> bool:
            nonlocal last, since
            told = sum(isinstance(entry, Delivered) for client in self.clients for entry in client.diary.entries)
            if told != last:
                last, since = told, time.monotonic()
            return time.monotonic() - since > QUIET_S

        await until(over, within, every=0.1)


async def run(plan: Plan, data: Path, progress: Progress) -> Outcome:
    """The rounds, and one judgement for each; with ``until_found`` no more than it takes to find both kinds."""
    whole, kills, left_out = Verdict({}, {}), 0, 0
    async with running(data) as (redis, urls):
        for number in range(plan.rounds):
            turn = Round(plan, redis, urls, number)
            await turn.run()
            kills += bool(plan.down)
            found, dropped = evidence([client.diary for client in turn.clients])
            left_out += dropped
            _add(whole, judge(found))
            outcome = Outcome(whole, kills, left_out)
            progress.say(f"round {number + 1}: {len(outcome.lost)} lost, {len(outcome.unordered)} out of order so far")
            if plan.until_found and outcome.holds:
                break
    return Outcome(whole, kills, left_out)


def _add(whole: Verdict, verdict: Verdict) -> None:
    for name, faults in verdict.faults.items():
        whole.faults.setdefault(name, []).extend(faults)
    for name, figure in verdict.figures.items():
        whole.figures[name] = whole.figures.get(name, 0) + figure
