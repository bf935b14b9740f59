"""Stop the server in order, again and again, while people talk: nothing is lost, and nobody has to come back twice.

Each round sends SIGTERM: /readyz must say 503 at once (or nobody listen any more), the process must exit with 0 within
15 seconds, and every client may open one new connection, no more. Then the next one starts on the same port.
Several gateways are stopped in turn; their people go on at another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.checker import report
from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress, ack_times, milliseconds
from loadtests.kill import PIPELINED, of_gateways, populate, talk
from loadtests.nodes import served, spread
from loadtests.rig import command, verdict_of
from loadtests.serving import Serving
from loadtests.waiting import until

SHORT: dict[str, Any] = {"clients": 20, "rooms": 2, "rate": 100.0, "rounds": 2, "between": 1.0}
AT_ONCE = 0.5  # seconds from the signal to the first 503
EXIT_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Round:
    """One stop: seconds until /readyz said so, seconds until the exit, its code, most connections one client opened."""

    unready: float
    exit: float
    code: int
    opened: int

    @property
    def faults(self) -> list[str]:
        faults = []
        if self.unready > AT_ONCE:
            faults.append(f"/readyz said ready until {self.unready:.2f} s after the signal")
        if self.code != 0 or self.exit > EXIT_WITHIN:
            faults.append(f"it ended with {self.code} after {self.exit:.1f} s")
        if self.opened > 1:
            faults.append(f"a client opened {self.opened} connections")
        return faults


@dataclass(frozen=True, slots=True)
class Outcome:
    """All rounds, seconds to each ack, and the checker's verdict."""

    rounds: Sequence[Round]
    acks: Sequence[float]
    verdict: Verdict
    nodes: int = 1

    @property
    def faults(self) -> list[str]:
        return [f"round {number}: {fault}" for number, each in enumerate(self.rounds, 1) for fault in each.faults]

    @property
    def holds(self) -> bool:
        return not self.faults and self.verdict.clean

    def lines(self) -> list[str]:
        lost = len(self.verdict.faults.get("I1", ())) + len(self.verdict.faults.get("I2", ()))
        unready, exited = max(each.unready for each in self.rounds), max(each.exit for each in self.rounds)
        return [
            f"{len(self.rounds)} restarts{of_gateways(self.nodes)}: 503 after at most {unready * 1000:.0f} ms, exit "
            f"after at most {exited:.1f} s, {lost} lost, at most {max(each.opened for each in self.rounds)} reconnect "
            "a client and round",
            f"acks: {milliseconds(self.acks)}",
            *self.faults[:20],
            *report(self.verdict).splitlines(),
        ]


async def stop(server: Serving) -> tuple[float, float, int]:
    """SIGTERM; seconds until not ready, seconds until the exit, the exit code."""
    begun = time.monotonic()
    ending = asyncio.create_task(server.terminate())
    await asyncio.sleep(0)  # in which the signal is sent

    async def unready() -> bool:
        status, _ = await server.get("/readyz")
        return status != 200

    await until(unready, EXIT_WITHIN, every=0.01)
    said = time.monotonic() - begun
    code = await ending
    return said, time.monotonic() - begun, code


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    rounds: int = 10,
    between: float = 3.0,
    size: int = 300,
    nodes: int = 1,
) -> Outcome:
    """Serve, talk, stop and start with ``between`` seconds of peace, judge."""
    done = []
    async with served(data, nodes) as server:
        hosts, talkers, _ = await populate(server, rooms, clients, 0)
        everyone: list[Client] = [*hosts, *talkers]
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(talkers):
                pipelined = number % PIPELINED == 0
                group.create_task(talk(client, clients / rate, size, over, pipelined=pipelined))
            for number in range(1, rounds + 1):
                await asyncio.sleep(between)
                for client in everyone:
                    await client.until_joined()
                before = {client.user: client.connection for client in everyone}
                gateway = server.gateways[number % nodes]
                unready, exited, code = await stop(gateway)
                await gateway.start()
                for client in everyone:
                    await client.until_joined()
                opened = max(client.connection - before[client.user] for client in everyone)
                done.append(Round(unready, exited, code, opened))
                spread(everyone)
                progress.say(f"restart {number} of {rounds}: 503 after {unready:.3f} s, {code} after {exited:.2f} s")
            over.set()
        verdict = await verdict_of(server, everyone, within=60)
        acks = ack_times(client.diary for client in everyone)
    return Outcome(done, acks, verdict, nodes)


def main() -> int:
    return command("rolling", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
