"""Our gateway beside node's socket.io: CPU a delivery, an acked event and a connect, in one run.

    python -m loadtests.peers [--clients 1000] [--rounds 3]

Each server is pinned to one core and the guests to another; the figures are CPU time of the server's process, so
other work on the machine blurs them little. The two take turns, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson
import uvloop

from loadtests.figures import Progress
from loadtests.guest import Guest, open_guest
from loadtests.serving import ROOT, cpu_seconds, free_port, memory_of
from loadtests.waiting import until

NODE = Path(__file__).parent / "node"
SPEAKERS = 50


class PeerFailed(Exception):
    """A peer did not start, or told the guests something else than it was asked to."""


class Cost(NamedTuple):
    """Microseconds of CPU a delivery, an acked event and a connect; KiB a connection."""

    delivery: float
    event: float
    connect: float
    memory: float


@dataclass(frozen=True, slots=True)
class Plan:
    """``clients`` hear ``rate`` messages a second of ``size`` characters for ``seconds``; then ``events`` are acked."""

    clients: int = 1000
    rate: float = 20
    seconds: float = 6
    size: int = 100
    events: int = 20_000
    rounds: int = 3
    patience: float = 10  # seconds until what was told must have come


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that can be measured."""

    name: str
    command: tuple[str, ...]


OURS = Peer("ours", (sys.executable, "-m", "tests.rigs.gateway_peer"))
THEIRS = Peer("node socket.io", ("node", str(NODE / "server.js")))


def missing() -> str | None:
    """Why node's peer cannot be measured here, if it cannot."""
    if shutil.which("node") is None:
        return "node is not on PATH"
    if not (NODE / "node_modules" / "socket.io").is_dir():
        return "its packages are not installed: npm ci --prefix loadtests/node"
    return None


def cores() -> tuple[set[int], set[int]]:
    """One core for the server and one for the guests; the same if there is only one."""
    own = sorted(os.sched_getaffinity(0))
    return {own[0]}, {own[-1]}


@asynccontextmanager
async def started(peer: Peer) -> AsyncIterator[tuple[int, int, str]]:
    """The peer's pid, port and first line; it is pinned to its core before its first instruction."""
    port, (servers, guests) = free_port(), cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, servers)
    try:
        process = await asyncio.create_subprocess_exec(
            *peer.command, str(port), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
    finally:
        os.sched_setaffinity(0, guests)
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
        if not line.startswith("ready "):
            message = f"{peer.name} did not start: {line}"
            raise PeerFailed(message)
        yield process.pid, port, line.removeprefix("ready ")
    finally:
        os.sched_setaffinity(0, everywhere)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def measure(peer: Peer, plan: Plan) -> tuple[Cost, str]:
    """One round with one peer, and its versions. Raises PeerFailed, WireError."""
    async with started(peer) as (pid, port, version):
        guests: list[Guest] = []
        try:
            # The first one pays for what is made once.
            guests.append(await open_guest(port))
            cpu, memory = cpu_seconds(pid), memory_of(pid)
            guests += [await open_guest(port) for _ in range(plan.clients - 1)]
            connect = (cpu_seconds(pid) - cpu) / (plan.clients - 1)
            resident = (memory_of(pid) - memory) / (plan.clients - 1)
            delivery = await _deliveries(pid, guests, plan)
            cpu = cpu_seconds(pid)
            speakers = guests[:SPEAKERS]
            async with asyncio.timeout(120):
                await asyncio.gather(*(guest.speak(plan.events // len(speakers)) for guest in speakers))
            event = (cpu_seconds(pid) - cpu) / (plan.events // len(speakers) * len(speakers))
            return Cost(delivery * 1e6, event * 1e6, connect * 1e6, resident / 1024), version
        finally:
            for guest in guests:
                guest.leave()


async def _deliveries(pid: int, guests: Sequence[Guest], plan: Plan) -> float:
    """Seconds of CPU a delivery, once all have been counted."""
    count, listeners = int(plan.rate * plan.seconds), guests[1:]
    before = [guest.received for guest in listeners]
    cpu = cpu_seconds(pid)
    async with asyncio.timeout(plan.seconds + 30):
        await guests[0].ask(b'["fan-out",%s]' % orjson.dumps([plan.rate, count, "x" * plan.size])[1:-1])
    size = _frame_size(plan.size)

    def all_told() -> bool:
        return all(guest.received - had >= size * count for guest, had in zip(listeners, before, strict=True))

    if not await until(all_told, plan.patience):
        told = sum(guest.received - had for guest, had in zip(listeners, before, strict=True)) / size
        message = f"{told:.0f} of {count * len(listeners)} deliveries came"
        raise PeerFailed(message)
    return (cpu_seconds(pid) - cpu) / (count * len(guests))


def _frame_size(text: int) -> int:
    """The bytes of one event on the wire: both peers say the same."""
    data = orjson.dumps(["chat.sent", {"room": "r1", "epoch": "kQvz", "data": {"text": "x" * text}}])
    return len(b"42" + data[:-1] + b',"r1:kQvz:42:everyone"]') + 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """The costs of each round, and what was measured."""

    ours: Sequence[Cost]
    theirs: Sequence[Cost]
    versions: str

    @property
    def holds(self) -> bool:
        """Whether ours is no dearer in any of the three."""
        ours, theirs = self.middle(self.ours), self.middle(self.theirs)
        return all(mine <= other for mine, other in zip(ours[:3], theirs[:3], strict=True))

    @staticmethod
    def middle(costs: Sequence[Cost]) -> Cost:
        """The median of the rounds, each figure by itself."""
        return Cost(*(median(figures) for figures in zip(*costs, strict=True)))

    def lines(self) -> list[str]:
        ours, theirs = self.middle(self.ours), self.middle(self.theirs)
        return [
            f"CPU, ours / {self.versions}: a delivery {ours.delivery:.1f} / {theirs.delivery:.1f} µs, "
            f"an acked event {ours.event:.1f} / {theirs.event:.1f} µs, "
            f"a connect {ours.connect:.0f} / {theirs.connect:.0f} µs; "
            f"memory a connection {ours.memory:.1f} / {theirs.memory:.1f} KiB (median of {len(self.ours)})"
        ]


async def run(plan: Plan, progress: Progress) -> Outcome:
    """Measure both in turn."""
    ours: list[Cost] = []
    theirs: list[Cost] = []
    version = ""
    for turn in range(plan.rounds):
        cost, _ = await measure(OURS, plan)
        ours.append(cost)
        cost, version = await measure(THEIRS, plan)
        theirs.append(cost)
        progress.say(f"round {turn + 1}: ours {_short(ours[-1])}, node {_short(theirs[-1])}")
    library, node = version.split()
    return Outcome(ours, theirs, f"socket.io {library} on node {node}")


def _short(cost: Cost) -> str:
    return " ".join(f"{figure:.1f}" for figure in cost)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.peers", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--clients", type=int, default=1000, help="guests in the room (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--seconds", type=float, default=6, help="how long each round speaks (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="print the one line only")
    parser.add_argument("--short", action="store_true", help="one small round")
    given = parser.parse_args()
    if reason := missing():
        sys.stdout.write(f"node socket.io was not measured: {reason}\n")
        return 2
    plan = Plan(clients=given.clients, seconds=given.seconds, rounds=given.rounds)
    if given.short:
        plan = Plan(clients=200, seconds=2, events=4_000, rounds=1)
    outcome = uvloop.run(run(plan, Progress(quiet=given.quiet)))
    sys.stdout.write("".join(f"{line}\n" for line in outcome.lines()))
    return 0 if outcome.holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
