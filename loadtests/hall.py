"""One room with as many people as this machine holds, on two gateways: deliveries, how long they take, memory.

    python -m loadtests.hall --people 20000

The people come from many loopback addresses, in processes of their own; gateways, Redis, PostgreSQL and they share all
cores. Everybody counts, one in fifty is timed. It holds if every message came to everybody and nobody was cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtests.attendee import room_for_descriptors
from loadtests.audience import Audience, Counted, Errand
from loadtests.engines import Cluster, RedisServer
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.model import size
from loadtests.premises import Premises, heard_by, speak
from loadtests.rig import command
from loadtests.spectator import Seat, Spectator, leave_all, seat_all
from loadtests.usage import Spent

ROOM = "hall"
NODES = ("a", "b")
SPEAKERS = 10
PART = 5_000  # people in one process
SOURCES = 250  # addresses, 127.1.0.1 and on
Speakers = Sequence[Spectator]
Audiences = Sequence[Audience]
SHORT: dict[str, Any] = {"people": 100, "cluster": False, "seconds": 0.5, "slow": 4.0, "fast": 8.0}


@dataclass(frozen=True, slots=True)
class Level:
    """One rate: what was said and heard, seconds of the deliveries that were timed, and what was spent."""

    rate: float
    said: int
    told: int
    took: Sequence[float]
    spent: Spent
    behind: float  # seconds after the last ack until all had heard


@dataclass(slots=True)
class Outcome:
    """Every level, and what the people took when they had joined."""

    people: int
    joined_s: float = 0.0
    joins_cpu: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)  # bytes of each gateway
    system: float = 0.0  # bytes of memory that are gone in all, for each person
    levels: list[Level] = field(default_factory=list)
    ended: int = 0

    @property
    def holds(self) -> bool:
        return not self.ended and all(each.told == each.said * self.people for each in self.levels)

    def rows(self) -> list[dict[str, Any]]:
        """One row for each level, for the page."""
        return [
            {
                "people": self.people,
                "rate": each.rate,
                "expected": each.said * self.people,
                "told": each.told,
                "seconds": each.spent.seconds,
                "p50": percentile(each.took, 0.5),
                "p99": percentile(each.took, 0.99),
                "gateways": [each.spent.a_second(name) for name in NODES],
                "redis": each.spent.a_second("redis"),
                "memory": list(self.memory.values()),
                "system": self.system,
                "joined_s": self.joined_s,
                "joins_us": self.joins_cpu / self.people * 1e6,
                "ended": self.ended,
            }
            for each in self.levels
        ]

    def lines(self) -> list[str]:
        best = max((each.told / each.spent.seconds for each in self.levels), default=0.0)
        lines = [
            f"{self.people:,} people in one room on two gateways: {best:,.0f} deliveries a second at most, "
            f"{self.ended} cut off",
            f"all had joined in {self.joined_s:.1f} s, {self.joins_cpu / self.people * 1e6:,.0f} µs of the gateways "
            f"each; gateways {', '.join(size(each) for each in self.memory.values())}; "
            f"the machine {size(self.system)} a person, with their own end",
        ]
        for each in self.levels:
            seconds = each.spent.seconds
            cpu = sum(each.spent.cpu[name] for name in NODES)
            lines.append(
                f"{each.rate:g} messages a second: {each.told:,} of {each.said * self.people:,} deliveries "
                f"({each.told / seconds:,.0f}/s), {milliseconds(each.took)}; gateways {cpu / seconds:.2f} cores, "
                f"{cpu / max(each.told, 1) * 1e6:.1f} µs a delivery; Redis {each.spent.a_second('redis'):.2f} cores; "
                f"all had heard {each.behind:.1f} s after the last ack"
            )
        return lines


def available() -> int:
    """Bytes that the machine could still give."""
    rows = Path("/proc/meminfo").read_text().splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("MemAvailable"))


async def gather(place: Premises, people: int) -> list[Audience]:
    """Audiences in processes, half of the people at each gateway."""
    parts: list[list[Seat]] = []
    for turn, name in enumerate(NODES):
        count = (people - SPEAKERS) // 2 if turn else people - SPEAKERS - (people - SPEAKERS) // 2
        seats = place.seats(ROOM, count, name)
        spread = [seat._replace(source=f"127.{turn + 1}.0.{number % SOURCES + 1}") for number, seat in enumerate(seats)]
        parts += [spread[start : start + PART] for start in range(0, count, PART)]
    return await asyncio.gather(*(Audience.seated(Errand(part)) for part in parts))


async def speak_at(
    rate: float, seconds: float, place: Premises, outcome: Outcome, *, speakers: Speakers, audiences: Audiences
) -> Level:
    """So many messages a second for so long; waits until everybody has heard all of it, or a minute."""
    loop = asyncio.get_running_loop()
    before, counted = heard_by(speakers), [Counted(0, [], 0)]
    async with place.meter.over() as spent:
        said = await speak([speakers], rate=rate, seconds=seconds)
        acked = loop.time()
        told = 0
        while told < said * outcome.people and loop.time() < acked + 60:
            await asyncio.sleep(0.05)
            found = await asyncio.gather(*(each.count() for each in audiences))
            counted += found
            told = sum(each.told for each in counted) + heard_by(speakers) - before
            outcome.ended = sum(each.ended for each in found)
        behind = loop.time() - acked
    return Level(rate, said, told, [took for each in counted for took in each.took], spent, behind)


async def run(
    data: Path,
    progress: Progress,
    *,
    people: int = 20_000,
    seconds: float = 10.0,
    slow: float = 0.5,
    fast: float = 2.0,
    cluster: bool = True,
) -> Outcome:
    """Gather them, and let ten of them speak at rates that double from ``slow`` to ``fast``."""
    room_for_descriptors(20_000)
    outcome = Outcome(people)
    redis = Cluster(data / "redis", masters=3) if cluster else RedisServer(data / "redis")
    async with Premises(data, shared=redis, apart=False) as place:
        for name in NODES:
            await place.begin(name)
        await place.make([ROOM])
        speakers = await seat_all(
            [seat for name in NODES for seat in place.seats(ROOM, SPEAKERS // 2, name, first=10**6)]
        )
        free = available()
        async with place.meter.over() as joining:
            audiences = await gather(place, people)
        outcome.joined_s, outcome.joins_cpu = joining.seconds, sum(joining.cpu[name] for name in NODES)
        progress.say(f"{people} have joined in {joining.seconds:.1f} s")
        try:
            await asyncio.sleep(min(3.0, seconds))  # until the last of them has been told to all
            outcome.memory = {name: float(place.meter.memory()[name]) for name in NODES}
            outcome.system = (free - available()) / people
            rate = slow
            while rate <= fast:
                level = await speak_at(rate, seconds, place, outcome, speakers=speakers, audiences=audiences)
                outcome.levels.append(level)
                progress.say(outcome.lines()[-1])
                rate *= 2
        finally:
            leave_all(speakers)
            await asyncio.gather(*(each.leave() for each in audiences))
    return outcome


def main() -> int:
    return command("hall", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
