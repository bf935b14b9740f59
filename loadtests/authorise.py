"""People are put out, banned, demoted, their token runs out, their link is withdrawn: from then on they hear nothing.

It happens to people who listen and to people in the middle of coming back to a thousand missed events, by polling and
by websocket, while a hundred messages a second are said and hosts delete some, which only hosts are told. For each,
the last event that still reached them after the act was acknowledged is timed. Afterwards they try the door, the
history and the download, and once more when the server has been started anew.
Of several gateways it is done at one, and holds on the other: people come back at another than they left.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from loadtests.checker import report
from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress
from loadtests.nodes import served
from loadtests.rig import command, crowd, start_all, verdict_on
from loadtests.serving import Served
from loadtests.victim import ACTS, Act, Victim, Way
from loadtests.waiting import until

ROOM = "authorise"
SHORT: dict[str, Any] = {"people": 15, "missed": 100, "bystanders": 6}
WITHIN = 1.0  # seconds after the ack
WATCHED = 2.0  # seconds for which it is looked at what still comes
AT_ONCE = 8
DELETE_EVERY = 0.15

Phase = Literal["listening", "resuming"]


@dataclass(slots=True)
class Case:
    """What is done to one person, in which phase, and what came of it."""

    act: Act
    phase: Phase
    way: Way
    late: float = 0.0  # seconds after the ack at which the last event came that they should not have had
    later: int = 0  # such events
    missed: int = 0  # events that they had of their return
    faults: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.act} while {self.phase} by {self.way}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every case, and the checker's verdict on those to whom nothing was done."""

    cases: Sequence[Case]
    verdict: Verdict
    said: int

    @property
    def faults(self) -> list[str]:
        return [f"{case.name}: {fault}" for case in self.cases for fault in case.faults]

    @property
    def holds(self) -> bool:
        return bool(self.cases) and not self.faults and self.verdict.clean

    def lines(self) -> list[str]:
        longest = max((case.late for case in self.cases), default=0.0)
        resumed = sum(case.missed > 0 for case in self.cases)
        lines = [
            f"{len(self.cases)} people, {self.said} messages: the last event came {longest * 1000:.0f} ms after the "
            f"ack, {len(self.faults)} faults; {resumed} had begun to be given what they missed"
        ]
        for act in ACTS:
            cases = [case for case in self.cases if case.act == act]
            late = max((case.late for case in cases), default=0.0)
            events = sum(case.later for case in cases)
            lines.append(
                f"{act}: {len(cases)} times, {events} events after the ack, the last {late * 1000:.0f} ms after"
            )
        return [*lines, *self.faults[:20], *report(self.verdict).splitlines()]


class Stage:
    """The room while it is talked in: its host, those to whom nothing is done, and where the log stands."""

    def __init__(self, server: Served, host: Client, bystanders: Sequence[Client]) -> None:
        self.server = server
        self.host = host
        self.bystanders = bystanders
        self.said = 0
        self.over = False
        self._message = ""
        host.on_event = self._noticed

    def _noticed(self, _client: Client, kind: str, event: dict[str, Any]) -> None:
        if kind == "chat.sent" and event["data"]:
            self._message = event["data"]["message"]

    async def talk(self, rate: float) -> None:
        """So many messages a second from all bystanders together, until it is ``over``."""
        async with asyncio.TaskGroup() as tasks:
            for client in self.bystanders:
                tasks.create_task(self._say(client, len(self.bystanders) / rate))
            tasks.create_task(self._delete())

    async def _say(self, client: Client, pause: float) -> None:
        loop = asyncio.get_running_loop()
        next_at = loop.time()
        while not self.over:
            next_at += pause
            answer = await client.say("x" * 80)
            self.said += bool(answer.get("ok"))
            await asyncio.sleep(max(0.0, next_at - loop.time()))

    async def _delete(self) -> None:
        """Hosts alone are told of what goes into the bin."""
        while not self.over:
            await asyncio.sleep(DELETE_EVERY)
            if self._message:
                await self.host.send("chat.delete", {"message": self._message})


async def tried(stage: Stage, case: Case, victim: Victim, missed: int, luck: random.Random) -> None:
    """Bring somebody into their phase, do it to them, and watch what still comes."""
    await victim.prepare(stage.server, stage.host)
    if case.phase == "listening":
        await victim.come()
        acked = await victim.suffer(stage.server, stage.host)
    else:
        place = stage.host.place
        since = max(0, place.seq - missed)
        await victim.come()
        await victim.leave()
        heard = len(victim.heard)
        coming = asyncio.create_task(victim.come_back(place.epoch, since, stock=luck.random() < 0.5))
        await asyncio.sleep(luck.uniform(0, 0.06))
        acked = await victim.suffer(stage.server, stage.host)
        await asyncio.wait([coming], timeout=10)
        case.missed = len(victim.heard) - heard
    await asyncio.sleep(max(0.0, acked + WATCHED - asyncio.get_running_loop().time()))
    late = [each.at - acked for each in victim.heard if each.at > acked and victim.forbidden(each)]
    case.late, case.later = max(late, default=0.0), len(late)
    if case.late > WITHIN:
        case.faults.append(f"an event came {case.late:.2f} s after the ack")
    case.faults += await victim.knock(stage.server)


async def whole(stage: Stage, people: int, missed: int, luck: random.Random, progress: Progress) -> list[Case]:
    """Every act on as many people, some at once, in an order that nobody chose."""
    acts = [ACTS[number % len(ACTS)] for number in range(people)]
    luck.shuffle(acts)
    cases: list[Case] = []
    victims: list[Victim] = []
    for number, act in enumerate(acts):
        phase: Phase = "resuming" if luck.random() < 0.5 else "listening"
        way: Way = "polling" if number % 2 else "websocket"
        cases.append(Case(act, phase, way))
        victims.append(Victim(stage.server.urls(number), ROOM, f"v{number}", act, way))
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case, victim: Victim) -> None:
        async with gate:
            await tried(stage, case, victim, missed, luck)
            await victim.leave()

    async with asyncio.TaskGroup() as tasks:
        for case, victim in zip(cases, victims, strict=True):
            tasks.create_task(one(case, victim))
    progress.say(f"{len(cases)} people tried; the server is started anew")
    await stage.server.terminate()
    await stage.server.start()
    for case, victim in zip(cases, victims, strict=True):
        case.faults += [f"after a restart: {fault}" for fault in await victim.knock(stage.server)]
        await victim.leave()
    return cases


async def run(
    data: Path,
    progress: Progress,
    *,
    people: int = 100,
    missed: int = 1000,
    rate: float = 100.0,
    bystanders: int = 20,
    seed: int = 1,
    nodes: int = 1,
) -> Outcome:
    """Serve, talk until a thousand events are there to be missed, try everybody, judge."""
    luck = random.Random(seed)
    async with served(data, nodes) as server:
        host = await server.host(ROOM)
        others = crowd(server, ROOM, bystanders)
        await start_all(others)
        stage = Stage(server, host, others)
        talking = asyncio.create_task(stage.talk(rate))
        if not await until(lambda: host.place.seq > missed + 100, missed / rate * 4 + 20):
            message = f"only {host.place.seq} events were made"
            raise TimeoutError(message)
        progress.say(f"the room stands at {host.place.seq}")
        cases = await whole(stage, people, missed, luck, progress)
        stage.over = True
        await talking
        verdict = await verdict_on(server, ROOM, [host, *others])
    return Outcome(cases, verdict, stage.said)


def main() -> int:
    return command("authorise", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
