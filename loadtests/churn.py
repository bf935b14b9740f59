"""Two hundred thousand come and go, from several addresses, on both transports, cleanly and abruptly: nothing is left.

Some come first, and say something, so that all that is made once is made. Then the server is measured empty, while the
crowd comes and goes, and empty once more: sockets, rooms, tasks and descriptors must be as before, memory within a
tenth, and it must not climb with the visits of the second half. These say nothing more, so that the window in
which ids are remembered is as full at their start as it ever will be.
"""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from loadtests.checker import judge, report
from loadtests.evidence import Evidence, Idle, Verdict
from loadtests.figures import Progress
from loadtests.rig import command
from loadtests.serving import ROOT, Serving, memory_of
from loadtests.visits import Errand
from loadtests.waiting import until

ROOM = "churn"
ADDRESSES = [f"127.0.{block}.{number}" for block in (1, 2) for number in range(1, 9)]
SLOPE = 24.0  # bytes a visit: under 5 MB for 200,000
EMPTY_S = 60.0  # those who said nothing more are given up after ping interval and timeout
SHORT: dict[str, Any] = {"visits": 2000, "first": 1000, "people": 100, "patience_ms": 2000, "timed": False}


@dataclass(slots=True)
class Samples:
    """Visits done and the server's bytes, time after time; and what the visitors told."""

    done: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def slope(self) -> float:
        """Bytes a visit over the second half, by least squares."""
        half = [
            (done, memory) for done, memory in zip(self.done, self.memory, strict=True) if done >= self.done[-1] / 2
        ]
        if len(half) < 3:
            return 0.0
        x, y = sum(done for done, _ in half) / len(half), sum(memory for _, memory in half) / len(half)
        across = sum((done - x) ** 2 for done, _ in half)
        return sum((done - x) * (memory - y) for done, memory in half) / across if across else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there was before and is after, how memory went meanwhile, and how long it took."""

    verdict: Verdict
    before: Idle
    after: Idle
    samples: Samples
    visits: int
    seconds: float
    timed: bool

    @property
    def holds(self) -> bool:
        came = self.samples.ways.total() == self.visits
        return self.verdict.clean and came and (not self.timed or self.samples.slope() <= SLOPE)

    def lines(self) -> list[str]:
        before, after, samples = self.before, self.after, self.samples
        pairs = [
            f"{name} {getattr(before, name)} → {getattr(after, name)}"
            for name in ("sockets", "rooms", "tasks", "descriptors")
        ]
        return [
            f"{samples.ways.total()} of {self.visits} visits in {self.seconds:.0f} s; "
            f"{', '.join(pairs)}; memory {before.memory / 2**20:.1f} → {after.memory / 2**20:.1f} MiB, "
            f"{samples.slope():+.1f} bytes a visit in the second half (limit {SLOPE:.0f})",
            ", ".join(f"{way}: {count}" for way, count in sorted(samples.ways.items())),
            *(f"{count} failed: {why}" for why, count in samples.failed.most_common(5)),
            *report(self.verdict).splitlines()[1:],
        ]


async def send(errand: Errand, told: dict[int, dict[str, Any]]) -> None:
    """Run one process of visitors, and keep its last word."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadtests.visits"),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(orjson.dumps(asdict(errand)))
        process.stdin.close()
        async for line in process.stdout:
            told[errand.first] = orjson.loads(line)
        if await process.wait():
            message = f"visitors ended with {process.returncode}"
            raise RuntimeError(message)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def come_and_go(
    server: Serving, tokens: list[str], visits: int, processes: int, *, first: int, say: int
) -> Samples:
    """All these visits, shared out to processes, with samples of the server's memory meanwhile."""
    assert server.process is not None
    samples, told = Samples(), dict[int, dict[str, Any]]()
    share = -(-visits // processes)
    errands = [
        Errand(server.at, server.port, ROOM, tokens, ADDRESSES, first + start, min(share, visits - start), say=say)
        for start in range(0, visits, share)
    ]
    working = asyncio.gather(*(send(errand, told) for errand in errands))
    try:
        while not working.done():
            await asyncio.wait([working], timeout=1)
            samples.done.append(sum(sum(each["ways"].values()) for each in told.values()))
            samples.memory.append(memory_of(server.process.pid))
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    for each in told.values():
        samples.ways.update(each["ways"])
        samples.failed.update(each["failed"])
    return samples


async def empty(server: Serving, before: Idle | None = None) -> Idle:
    """Wait until nobody is there and no more is open than before, if that comes; what the server holds then."""
    seen: list[Idle] = []

    async def is_empty() -> bool:
        seen.append(await server.idle())
        here = seen[-1]
        if before is not None:
            return (
                here.sockets <= before.sockets and here.descriptors <= before.descriptors and here.tasks <= before.tasks
            )
        # The first time nobody knows what is usual: as soon as nothing changes any more.
        return not here.sockets and len(seen) > 8 and len({(one.descriptors, one.tasks) for one in seen[-8:]}) == 1

    await until(is_empty, EMPTY_S, every=0.5)
    return seen[-1]


async def run(
    data: Path,
    progress: Progress,
    *,
    visits: int = 200_000,
    first: int = 20_000,
    people: int = 1000,
    processes: int = 1,
    patience_ms: int = 20_000,
    timed: bool = True,
) -> Outcome:
    """Serve, let some come first, measure, let all come and go, measure.

    ``patience_ms`` is how long the server waits for a ping's time, its answer, and a CONNECT.
    """
    names = ("PING_INTERVAL", "PING_TIMEOUT", "CONNECT_TIMEOUT")
    env = {f"SHOWFLOOR_{name}_MS": str(patience_ms) for name in names}
    async with Serving(data, env=env) as server:
        host = await server.host(ROOM)
        await host.stop()
        tokens = [server.token(ROOM, f"u{number}") for number in range(people)]
        await come_and_go(server, tokens, first, processes, first=visits, say=10)
        before = await empty(server)
        progress.say(f"{first} came first; {before.memory / 2**20:.1f} MiB, {before.descriptors} descriptors")
        begun = time.monotonic()
        samples = await come_and_go(server, tokens, visits, processes, first=0, say=0)
        seconds = time.monotonic() - begun
        progress.say(f"{samples.ways.total()} came and went in {seconds:.0f} s, {samples.failed.total()} failed")
        after = await empty(server, before)
        await server.terminate()
        verdict = judge(Evidence([], None, server.output, server.exits, before, after))
    return Outcome(verdict, before, after, samples, visits, seconds, timed)


def main() -> int:
    return command("churn", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
