"""A crowd in one room: how long deliveries take, and how many there are in a second.

The time of sending stands in the text, on the machine's monotonic clock, so sender and listener must share a machine.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.behaviour import Settings, TransportName
from loadtests.client import Client
from loadtests.figures import Progress, milliseconds
from loadtests.rig import arguments, execute, start_all, stop_all
from loadtests.serving import Serving
from loadtests.waiting import until

ROOM = "crowd"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: ``clients`` listen, ``senders`` of them say ``rate`` messages a second in all for ``seconds``."""

    clients: int = 100
    senders: int = 10
    rate: float = 20
    seconds: float = 10
    size: int = 150
    transports: Sequence[TransportName] = ("websocket",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds each delivery and each ack took; what was expected; the server's CPU seconds."""

    deliveries: Sequence[float]
    acks: Sequence[float]
    sent: int
    refused: int
    expected: int
    seconds: float
    cpu: float

    @property
    def holds(self) -> bool:
        return len(self.deliveries) == self.expected and self.refused == 0


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def run(plan: Plan, data: Path, progress: Progress) -> Outcome:
    """Serve, gather the crowd, talk, measure."""
    deliveries: list[float] = []
    acks: list[float] = []

    def on_event(_client: Client, kind: str, event: dict[str, Any]) -> None:
        if kind == "chat.sent":
            deliveries.append(time.monotonic() - int(event["data"]["text"].split(" ", 2)[0]) / 1e9)

    async with Serving(data) as server:
        host = await server.host(ROOM)
        clients = [
            Client(
                server.url,
                server.token(ROOM, f"u{number}"),
                ROOM,
                user=f"u{number}",
                settings=Settings(transport=plan.transports[number % len(plan.transports)], diary=False),
                on_event=on_event,
            )
            for number in range(plan.clients)
        ]
        begun = time.monotonic()
        await start_all(clients)
        progress.say(f"{plan.clients} clients joined in {time.monotonic() - begun:.1f} s")

        refused = 0
        assert server.process is not None
        before, begun = cpu_seconds(server.process.pid), time.monotonic()

        async def say(client: Client) -> None:
            nonlocal refused
            sent = time.monotonic_ns()
            answer = await client.send("chat.send", {"text": f"{sent} {'x' * plan.size}"})
            if answer.get("ok"):
                acks.append((time.monotonic_ns() - sent) / 1e9)
            else:
                refused += 1

        count = int(plan.rate * plan.seconds)
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                due = begun + number / plan.rate
                if (wait := due - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                group.create_task(say(clients[number % plan.senders]))
        expected = (count - refused) * plan.clients
        await until(lambda: len(deliveries) >= expected, 10)
        took = time.monotonic() - begun
        cpu = cpu_seconds(server.process.pid) - before
        await stop_all([host, *clients])
    return Outcome(deliveries, acks, count, refused, expected, took, cpu)


def main() -> int:
    parser = arguments("crowd", __doc__)
    parser.add_argument("--clients", type=int, default=100, help="how many listen (default: %(default)s)")
    parser.add_argument("--senders", type=int, default=10, help="how many of them talk (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=20, help="messages a second in all (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="how long (default: %(default)s)")
    parser.add_argument("--size", type=int, default=150, help="characters of a message (default: %(default)s)")
    parser.add_argument("--transport", choices=("websocket", "polling", "upgrade"), default="websocket")
    given = parser.parse_args()
    plan = Plan(
        given.clients, min(given.senders, given.clients), given.rate, given.seconds, given.size, (given.transport,)
    )

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(plan, data, progress)
        told = len(outcome.deliveries)
        speed = told / outcome.seconds
        sys.stdout.write(
            f"deliveries: {told} of {outcome.expected} ({speed:.0f}/s)  {milliseconds(outcome.deliveries)}\n"
            f"acks: {len(outcome.acks)} of {outcome.sent}  {milliseconds(outcome.acks)}\n"
            f"server: {outcome.cpu:.2f} s CPU, {outcome.cpu / max(told, 1) * 1e6:.1f} µs a delivery\n"
        )
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
