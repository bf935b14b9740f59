"""Kill the server again and again under load; the checker says whether anything acknowledged was lost.

Of several gateways on one Redis one after the other is killed; its people go on at another until it is back.
Clients talk in several rooms, half of them come by polling. The server is killed (SIGKILL) at random moments and
started again; clients lose their connection between times, and moderators delete and restore what was said. Then: no
acked message missing, none twice, one order, every send answered.
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

import httpx

from loadtests.behaviour import Settings
from loadtests.checker import report
from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress, ack_times, milliseconds
from loadtests.nodes import served, spread
from loadtests.rig import MIXED, command, start_all, verdict_of
from loadtests.serving import RAISED, Served

SHORT: dict[str, Any] = {"clients": 20, "rooms": 2, "rate": 100.0, "kills": 3, "shortest": 0.5, "longest": 1.5}
CUT_EVERY, DELETE_EVERY = 0.5, 0.3  # seconds
INSISTS = 0.5  # seconds; what is nacked as unavailable is asked again, as our pages do
PIPELINED = 4  # every fourth client does not wait for an answer before it says the next thing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: the verdict, seconds to each ack, seconds to be ready after each kill."""

    verdict: Verdict
    acks: Sequence[float]
    starts: Sequence[float]
    kills: int
    nodes: int = 1

    @property
    def acked_within_15_s(self) -> float:
        sent = self.verdict.figures["sent"]
        return sum(took <= 15 for took in self.acks) / sent if sent else 0.0

    @property
    def holds(self) -> bool:
        return self.verdict.clean and self.acked_within_15_s >= 0.99

    def lines(self) -> list[str]:
        figures, faults = self.verdict.figures, sum(self.verdict.counted().values())
        lost = len(self.verdict.faults.get("I2", ()))
        return [
            f"{self.kills} kills{of_gateways(self.nodes)}, {figures['acked']:.0f} of {figures['sent']:.0f} sends "
            f"acked, {lost} faults in what is stored, {faults} in all; {self.acked_within_15_s:.2%} within 15 s",
            f"acks: {milliseconds(self.acks)}",
            f"ready again after a kill: {milliseconds(self.starts)}",
            *report(self.verdict).splitlines(),
        ]


def of_gateways(count: int) -> str:
    """As it follows the word kills."""
    return f" of {count} gateways in turn" if count > 1 else ""


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


async def make(server: Served, names: Sequence[str]) -> None:
    """Make rooms through the API: a command for each would take longer than all that follows."""
    key = (await server.command("key", "--data", str(server.gateways[0].data), "--label", "rig")).split()[-1]
    async with httpx.AsyncClient(base_url=server.url, headers={"authorization": f"Bearer {key}"}, timeout=30) as http:
        for name in names:
            wish = {"id": name, "title": name, "settings": RAISED}
            (await http.post("/api/v1/rooms", json=wish)).raise_for_status()


async def populate(server: Served, rooms: int, clients: int, moderators: int) -> tuple[list[Client], ...]:
    """Hosts, talkers and moderators, all joined; neighbours in number share a room."""
    names = [f"kill{number}" for number in range(rooms)]
    await make(server, names)
    hosts = [server.client(name, f"h{number}", role="host") for number, name in enumerate(names)]
    talkers = [
        server.client(
            names[number * rooms // clients],
            f"u{number}",
            Settings(transport=MIXED[number % len(MIXED)], insists=INSISTS),
        )
        for number in range(clients)
    ]
    staff = [server.client(names[number % rooms], f"m{number}", role="moderator") for number in range(moderators)]
    await start_all([*hosts, *talkers, *staff])
    return hosts, talkers, staff


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    kills: int = 50,
    shortest: float = 2.5,
    longest: float = 6.0,
    moderators: int = 4,
    size: int = 300,
    seed: int = 1,
    nodes: int = 1,
    diaries: Path | None = None,
) -> Outcome:
    """Serve, talk ``rate`` messages a second in all, kill after ``shortest`` to ``longest`` seconds, judge."""
    luck = random.Random(seed)
    async with served(data, nodes) as server:
        hosts, talkers, staff = await populate(server, rooms, clients, moderators)
        everyone = [*hosts, *talkers, *staff]
        progress.say(f"{clients} clients joined {rooms} rooms")
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(cut(everyone, CUT_EVERY, over, luck))
            for number, client in enumerate(staff):
                colleagues = len(range(number % rooms, moderators, rooms))
                moderator = Moderator(client, luck, number // rooms, colleagues)
                group.create_task(moderator.work(DELETE_EVERY, over))
            for number, client in enumerate(talkers):
                pipelined = number % PIPELINED == 0
                group.create_task(talk(client, clients / rate, size, over, pipelined=pipelined))
            for number in range(1, kills + 1):
                await asyncio.sleep(luck.uniform(shortest, longest))
                victim = server.gateways[number % nodes]
                await victim.kill()
                took = await victim.start()
                spread(everyone)
                progress.say(f"kill {number} of {kills}: ready again in {took:.2f} s, at seq {hosts[0].place.seq}")
            await asyncio.sleep(shortest)
            over.set()
        progress.say("every send has its answer; waiting for all to catch up")
        verdict = await verdict_of(server, everyone, diaries, within=60)
        acks = ack_times(client.diary for client in everyone)
        return Outcome(verdict, acks, server.started_in[1:], kills, nodes)


def main() -> int:
    return command("kill", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
