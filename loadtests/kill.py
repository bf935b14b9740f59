"""Kill the server again and again under load; the checker says whether anything acknowledged was lost.

40 clients say 100 messages a second in one room, half of them come by polling. The server is killed (SIGKILL) ten
times at random moments and started again; clients lose their connection between times, and moderators delete and
restore what was said. Then: no acked message missing, none twice, one order, every send answered.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress, ack_times, milliseconds
from loadtests.rig import arguments, crowd, execute, start_all, tell, verdict_on
from loadtests.serving import Serving

ROOM = "kill"
PIPELINED = 4  # every fourth client does not wait for an answer before it says the next thing


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: messages a second in all, seconds between a start and the next kill."""

    clients: int = 40
    moderators: int = 2
    rate: float = 100
    kills: int = 10
    cut_every: float = 0.5
    delete_every: float = 0.3
    between: tuple[float, float] = (1.0, 4.0)
    size: int = 300
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: the verdict, seconds to each ack, seconds to be ready after each kill."""

    verdict: Verdict
    acks: Sequence[float]
    starts: Sequence[float]

    @property
    def acked_within_15_s(self) -> float:
        sent = self.verdict.figures["sent"]
        return sum(took <= 15 for took in self.acks) / sent if sent else 0.0

    @property
    def holds(self) -> bool:
        return self.verdict.clean and self.acked_within_15_s >= 0.99


async def talk(client: Client, every: float, size: int, over: asyncio.Event, *, pipelined: bool) -> None:
    """Say something every so many seconds until it is over, and wait for all answers."""
    said: set[asyncio.Task[object]] = set()
    due = time.monotonic() + random.uniform(0, every)
    while not over.is_set():
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due = max(time.monotonic(), due + every)
        if pipelined and len(said) < 32:
            said.add(task := asyncio.create_task(client.say("x" * size)))
            task.add_done_callback(said.discard)
        else:
            await client.say("x" * size)
    await asyncio.gather(*said)


async def cut(clients: Sequence[Client], every: float, over: asyncio.Event, luck: random.Random) -> None:
    """Cut somebody's connection now and then."""
    while not over.is_set():
        await asyncio.sleep(every)
        luck.choice(clients).cut()


class Moderator:
    """Deletes what was just said, and brings some of it back; each of several has a share of its own."""

    def __init__(self, client: Client, luck: random.Random, number: int, of: int) -> None:
        self.client = client
        self._share = number, of
        self._luck = luck
        self._latest: deque[str] = deque(maxlen=20)
        self._deleted: deque[str] = deque(maxlen=20)
        client.on_event = self.on_event

    def on_event(self, _client: Client, kind: str, event: dict[str, Any]) -> None:
        number, of = self._share
        if kind == "chat.sent" and event["data"] and event["seq"] % of == number:
            self._latest.append(event["data"]["message"])

    async def work(self, every: float, over: asyncio.Event) -> None:
        while not over.is_set():
            await asyncio.sleep(every)
            if self._deleted and self._luck.random() < 0.3:
                await self.client.send("chat.restore", {"message": self._deleted.popleft()})
            elif self._latest:
                message = self._latest.pop()
                await self.client.send("chat.delete", {"message": message})
                self._deleted.append(message)


async def run(plan: Plan, data: Path, progress: Progress, diaries: Path | None = None) -> Outcome:
    """Serve, talk, kill, judge."""
    luck = random.Random(plan.seed)
    async with Serving(data) as server:
        host = await server.host(ROOM)
        talkers = crowd(server, ROOM, plan.clients)
        staff = [server.client(ROOM, f"m{number}", role="moderator") for number in range(plan.moderators)]
        clients = [host, *talkers, *staff]
        await start_all(clients[1:])
        progress.say(f"{plan.clients} clients joined")
        over = asyncio.Event()
        every = plan.clients / plan.rate
        async with asyncio.TaskGroup() as group:
            group.create_task(cut(clients, plan.cut_every, over, luck))
            for number, client in enumerate(staff):
                group.create_task(Moderator(client, luck, number, len(staff)).work(plan.delete_every, over))
            for number, client in enumerate(talkers):
                group.create_task(talk(client, every, plan.size, over, pipelined=number % PIPELINED == 0))
            for number in range(1, plan.kills + 1):
                await asyncio.sleep(luck.uniform(*plan.between))
                await server.kill()
                took = await server.start()
                progress.say(f"kill {number} of {plan.kills}: ready again in {took:.2f} s, at seq {host.place.seq}")
            await asyncio.sleep(plan.between[0])
            over.set()
        progress.say("every send has its answer; waiting for all to catch up")
        verdict = await verdict_on(server, ROOM, clients, diaries)
        return Outcome(verdict, ack_times(client.diary for client in clients), server.started_in[1:])


def main() -> int:
    parser = arguments("kill", __doc__)
    parser.add_argument("--clients", type=int, default=40, help="how many talk (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=100, help="messages a second in all (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=10, help="how often the server is killed (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="when it is killed (default: %(default)s)")
    given = parser.parse_args()
    plan = Plan(clients=given.clients, rate=given.rate, kills=given.kills, seed=given.seed)

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(plan, data, progress, given.diaries)
        tell(outcome.verdict)
        sys.stdout.write(
            f"acks: {milliseconds(outcome.acks)}, {outcome.acked_within_15_s:.2%} of all sends within 15 s\n"
            f"ready again after a kill: {milliseconds(outcome.starts)}\n"
        )
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
