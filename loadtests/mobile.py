"""A poor mobile network: 300 ms there and back, 30 % of packets lost each way; every send is acked, nothing is lost.

The server lives in a network namespace behind a pair of TUN devices whose packets this process carries, late and not
all. Clients on websockets, on polling, and on the way from one to the other talk for minutes; the checker judges.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.behaviour import Settings, TransportName
from loadtests.checker import report
from loadtests.client import Client
from loadtests.diary import Answered, Ended
from loadtests.evidence import Verdict
from loadtests.figures import Progress, ack_times, milliseconds
from loadtests.namespaces import Network, Weather
from loadtests.rig import command, start_all, verdict_of
from loadtests.serving import Serving

ROOM = "mobile"
LIMIT_S = 60.0
PATIENCE_S = 8.0  # that our pages have with a connection, and with each step to one, in which nothing is heard
OPEN_S = 30.0  # for all steps until the room is joined
KINDS: tuple[TransportName, ...] = ("websocket", "polling", "upgrade")
SHORT: dict[str, Any] = {"clients": 6, "seconds": 6.0, "every": 2.0}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict, seconds to each ack, sends without one, connections that ended, and what became of the packets."""

    verdict: Verdict
    acks: Sequence[float]
    late: Sequence[str]
    ended: int
    packets: int
    lost: int
    overflowed: int

    @property
    def holds(self) -> bool:
        return self.verdict.clean and bool(self.acks) and max(self.acks) <= LIMIT_S and not self.late

    def lines(self) -> list[str]:
        share = self.lost / max(1, self.packets + self.lost)
        return [
            f"{len(self.acks)} sends acked, the slowest after {max(self.acks, default=0):.1f} s "
            f"(limit {LIMIT_S:.0f} s), {len(self.late)} not; "
            f"{sum(self.verdict.counted().values())} faults; {share:.0%} of packets lost",
            f"acks: {milliseconds(self.acks)}",
            f"{self.ended} connections ended and came back; "
            f"{self.packets} packets carried, {self.overflowed} over the queue",
            *(f"not acked: {what}" for what in self.late[:5]),
            *report(self.verdict).splitlines(),
        ]


async def talk(client: Client, every: float, over: asyncio.Event, luck: random.Random) -> None:
    """Say something, wait for the answer however long it takes, pause."""
    while not over.is_set():
        await client.say("x" * 100)
        await asyncio.sleep(every * luck.uniform(0.5, 1.5))


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 12,
    seconds: float = 180.0,
    every: float = 6.0,
    rtt_ms: int = 300,
    jitter_ms: int = 20,
    loss: float = 0.3,
    seed: int = 1,
    diaries: Path | None = None,
) -> Outcome:
    """Serve behind the network, join while it is calm, talk while it is poor, judge when it is calm again."""
    poor = Weather((rtt_ms - jitter_ms) / 2000, jitter_ms / 1000, loss)
    luck = random.Random(seed)
    async with Network(seed=seed) as network, Serving(data, host=network.inside, through=network.through) as server:
        host = await server.host(ROOM)
        settings = [
            Settings(transport=kind, answer_within=2 * LIMIT_S, open_within=OPEN_S, restless=PATIENCE_S)
            for kind in KINDS
        ]
        people = [server.client(ROOM, f"u{number}", settings[number % len(KINDS)]) for number in range(clients)]
        await start_all(people)
        network.rain(poor)
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for client in people:
                group.create_task(talk(client, every, over, luck))
            step = max(1.0, seconds / 6)
            for turn in range(int(seconds / step)):
                await asyncio.sleep(step)
                acks = ack_times(client.diary for client in people)
                progress.say(f"{(turn + 1) * step:.0f} s of rain: {len(acks)} acked, {milliseconds(acks)}")
            over.set()
        late = [
            f"{entry.id}: {entry.code}"
            for client in people
            for entry in client.diary.entries
            if isinstance(entry, Answered) and not entry.ok
        ]
        ended = sum(isinstance(entry, Ended) for client in people for entry in client.diary.entries)
        carried, lost = sum(pump.carried for pump in network.pumps), sum(pump.lost for pump in network.pumps)
        overflowed = sum(pump.overflowed for pump in network.pumps)
        network.rain(Weather())
        verdict = await verdict_of(server, [host, *people], diaries, within=2 * LIMIT_S)
    acks = ack_times(client.diary for client in people)
    return Outcome(verdict, acks, late, ended, carried, lost, overflowed)


def main() -> int:
    return command("mobile", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
