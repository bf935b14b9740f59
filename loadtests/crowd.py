"""A crowd in one room: how long deliveries take, how many there are in a second, and what they cost the server.

One person may send 50 commands a second: take enough senders for the rate.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtests.behaviour import TransportName
from loadtests.figures import Progress, milliseconds
from loadtests.listening import Heard, Talk, talk, until_heard
from loadtests.rig import arguments, execute, start_all, stop_all
from loadtests.serving import Serving, cpu_seconds, memory_of

ROOM = "crowd"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: ``clients`` listen, ``senders`` of them say ``rate`` messages a second in all for ``seconds``."""

    clients: int = 100
    senders: int = 10
    rate: float = 20
    seconds: float = 10
    size: int = 150
    transport: TransportName = "websocket"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said and heard; the server's CPU seconds in that time, and its bytes a client."""

    heard: Sequence[float]
    said: Talk
    expected: int
    seconds: float
    cpu: float
    memory: float

    @property
    def holds(self) -> bool:
        return len(self.heard) == self.expected and not self.said.refused

    def lines(self) -> list[str]:
        told = len(self.heard)
        return [
            f"deliveries: {told} of {self.expected} ({told / self.seconds:.0f}/s)  {milliseconds(self.heard)}",
            f"acks: {len(self.said.acks)} of {self.said.sent}  {milliseconds(self.said.acks)}",
            f"server: {self.cpu / self.seconds:.0%} CPU, {self.cpu / max(told, 1) * 1e6:.1f} µs a delivery, "
            f"{self.memory / 1024:.1f} KiB a client",
        ]


async def run(plan: Plan, data: Path, progress: Progress) -> Outcome:
    """Serve, gather the crowd, talk, measure."""
    heard = Heard()
    async with Serving(data) as server:
        assert server.process is not None
        pid = server.process.pid
        host = await server.host(ROOM)
        clients = [heard.client(server, ROOM, f"u{number}", plan.transport) for number in range(plan.clients)]
        begun, empty = time.monotonic(), memory_of(pid)
        await start_all(clients)
        progress.say(f"{plan.clients} clients joined in {time.monotonic() - begun:.1f} s")
        memory = (memory_of(pid) - empty) / plan.clients

        before, begun = cpu_seconds(pid), time.monotonic()
        said = await talk(clients[: plan.senders], plan.rate, plan.seconds, "x" * plan.size)
        expected = len(said.acks) * plan.clients
        await until_heard(heard, expected)
        seconds, cpu = time.monotonic() - begun, cpu_seconds(pid) - before
        await stop_all([host, *clients])
    return Outcome(heard.took, said, expected, seconds, cpu, memory)


def main() -> int:
    parser = arguments("crowd", __doc__)
    parser.add_argument("--clients", type=int, default=100, help="how many listen (default: %(default)s)")
    parser.add_argument("--senders", type=int, default=10, help="how many of them talk (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=20, help="messages a second in all (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="how long (default: %(default)s)")
    parser.add_argument("--size", type=int, default=150, help="characters of a message (default: %(default)s)")
    parser.add_argument("--transport", choices=("websocket", "polling", "upgrade"), default="websocket")
    given = parser.parse_args()
    senders = min(given.senders, given.clients)
    plan = Plan(given.clients, senders, given.rate, given.seconds, given.size, given.transport)

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(plan, data, progress)
        sys.stdout.write("\n".join([*outcome.lines(), ""]))
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
