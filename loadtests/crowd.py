"""A crowd in one room: what each of thousands is told is looked at, how long it takes, and what it costs the server.

    python -m loadtests.crowd --clients 2000 --rate 5 --transport mixed

All of them live in one process on one core: order, chain, duplicates and every acked message are judged at each
delivery (``member.py``), for some microseconds. One person may send 50 commands a second: take enough senders for the
rate. Rig and server share the machine's clock, so that a delivery's time is that from its sending.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from loadtests.attendee import Attendee, Record, room_for_descriptors, start_crowd
from loadtests.behaviour import TransportName
from loadtests.figures import Progress, milliseconds
from loadtests.listening import Talk
from loadtests.member import Fault
from loadtests.rig import arguments, execute
from loadtests.serving import Serving, cpu_seconds, memory_of
from loadtests.waiting import until

ROOM = "crowd"
TRANSPORTS: dict[str, tuple[TransportName, ...]] = {
    "websocket": ("websocket",),
    "polling": ("polling",),
    "upgrade": ("upgrade",),
    "mixed": ("websocket", "polling"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: ``clients`` listen, ``senders`` of them say ``rate`` messages a second in all for ``seconds``."""

    clients: int = 100
    senders: int = 10
    rate: float = 20
    seconds: float = 10
    size: int = 150
    transport: Literal["websocket", "polling", "upgrade", "mixed"] = "websocket"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said and heard; CPU seconds of the server and of the rig in that time, the server's bytes a client."""

    heard: Sequence[float]
    said: Talk
    expected: int
    seconds: float
    cpu: float
    rig_cpu: float
    memory: float
    joined_in: float
    faults: Sequence[Fault] = ()
    lost: Sequence[str] = field(default=())  # sessions that ended by themselves, and why

    @property
    def holds(self) -> bool:
        return len(self.heard) == self.expected and not (self.said.refused or self.faults or self.lost)

    def lines(self) -> list[str]:
        told = len(self.heard)
        lines = [
            f"deliveries: {told} of {self.expected} ({told / self.seconds:.0f}/s)  {milliseconds(self.heard)}",
            f"acks: {len(self.said.acks)} of {self.said.sent}  {milliseconds(self.said.acks)}",
            f"server: {self.cpu / self.seconds:.0%} CPU, {self.cpu / max(told, 1) * 1e6:.1f} µs a delivery, "
            f"{self.memory / 1024:.1f} KiB a client; rig: {self.rig_cpu / self.seconds:.0%} CPU, "
            f"{self.rig_cpu / max(told, 1) * 1e6:.1f} µs a delivery; all joined in {self.joined_in:.1f} s",
        ]
        lines += [f"{fault.kind}: {fault.text}" for fault in self.faults[:5]]
        if self.faults:
            lines.append(f"{len(self.faults)} faults")
        return lines + [f"{len(self.lost)} sessions ended by themselves, one for: {why}" for why in self.lost[:1]]


async def run(plan: Plan, data: Path, progress: Progress) -> Outcome:
    """Serve, gather the crowd, talk, measure."""
    # Polling takes two sockets a client, and each has another end in the server.
    room_for_descriptors(plan.clients * 2 + 500)
    record = Record()
    most = str(plan.clients * 2 + 100)
    env = {"SHOWFLOOR_MAX_CONNECTIONS": most, "SHOWFLOOR_MAX_CONNECTIONS_PER_ADDRESS": most}
    async with Serving(data, env=env) as server:
        assert server.process is not None
        pid = server.process.pid
        host = await server.host(ROOM)
        people = [
            Attendee(server.url, ROOM, f"u{number}", server.token(ROOM, f"u{number}"), record)
            for number in range(plan.clients)
        ]
        begun, empty = time.monotonic(), memory_of(pid)
        await start_crowd(people, TRANSPORTS[plan.transport])
        joined_in = time.monotonic() - begun
        progress.say(f"{plan.clients} clients joined in {joined_in:.1f} s")
        memory = (memory_of(pid) - empty) / plan.clients

        cpu, own, begun = cpu_seconds(pid), time.process_time(), time.monotonic()
        said = await talk(people[: plan.senders], plan.rate, plan.seconds, "x" * plan.size)
        expected = len(said.acks) * plan.clients
        await until(lambda: len(record.took) >= expected, 10)
        seconds, cpu, own = time.monotonic() - begun, cpu_seconds(pid) - cpu, time.process_time() - own
        for attendee in people:
            list(attendee.member.overdue(time.monotonic()))
        lost = [attendee.lost for attendee in people if attendee.lost]
        await asyncio.gather(host.stop(), *(attendee.stop() for attendee in people))
    heard = [nanoseconds / 1e9 for nanoseconds in record.took]
    return Outcome(heard, said, expected, seconds, cpu, own, memory, joined_in, record.faults, lost)


async def talk(speakers: Sequence[Attendee], rate: float, seconds: float, body: str) -> Talk:
    """Say so many messages a second in all, in turn, whether or not answers keep up; wait for all answers."""
    said, begun = Talk(), time.monotonic()

    async def say(speaker: Attendee) -> None:
        sent = time.monotonic_ns()
        answer: dict[str, Any] = await speaker.say(f"{sent} {body}")
        if answer.get("ok"):
            said.acks.append((time.monotonic_ns() - sent) / 1e9)
        else:
            said.refused.append(answer["error"])

    async with asyncio.timeout(seconds + 60), asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            if (wait := begun + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            said.sent += 1
            group.create_task(say(speakers[number % len(speakers)]))
    said.seconds = time.monotonic() - begun
    return said


def main() -> int:
    parser = arguments("crowd", __doc__)
    parser.add_argument("--clients", type=int, default=100, help="how many listen (default: %(default)s)")
    parser.add_argument("--senders", type=int, default=10, help="how many of them talk (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=20, help="messages a second in all (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="how long (default: %(default)s)")
    parser.add_argument("--size", type=int, default=150, help="characters of a message (default: %(default)s)")
    parser.add_argument("--transport", choices=tuple(TRANSPORTS), default="websocket")
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
