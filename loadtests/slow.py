"""Clients that stop reading hurt nobody: each is closed, the others' latency and the server's memory stay.

First the room talks with all reading, then ten of them stop; afterwards they read on, come back and recover.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtests.client import Client
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.listening import Heard, talk, until_heard
from loadtests.rig import arguments, execute, start_all, stop_all
from loadtests.serving import RAISED, Serving, memory_of
from loadtests.waiting import until
from loadtests.websocket import Websocket

ROOM = "slow"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """One run; ``kib`` is the size of a message."""

    readers: int = 10
    slow: int = 10
    rate: float = 100
    kib: int = 10
    seconds: float = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """The readers' seconds before and while others stood still; bytes the server grew; who was closed, who is back."""

    before: Sequence[float]
    during: Sequence[float]
    growth: int
    ended: int
    back: int
    slow: int
    complete: bool

    @property
    def holds(self) -> bool:
        # Below 20 ms the machine's own noise is larger than what is looked for.
        calm = percentile(self.during, 0.99) <= max(1.2 * percentile(self.before, 0.99), 0.02)
        return self.complete and calm and self.growth <= 40 * MIB and self.ended == self.back == self.slow


def stop_reading(client: Client) -> None:
    """Read no more, with a small window in the kernel, so that the server feels it soon."""
    wire = client.wire
    assert isinstance(wire, Websocket)
    raw = wire.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    wire.pause()


def read_on(client: Client) -> None:
    """Read what is left, with a large window again, and find that the server has closed."""
    wire = client.wire
    if isinstance(wire, Websocket):
        wire.socket().setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
        wire.resume()


async def run(plan: Plan, data: Path, progress: Progress) -> Outcome:
    """Serve, talk with all reading, talk with some not reading, let them come back."""
    body = "好" * (plan.kib * 1024 // 3)
    async with Serving(data) as server:
        assert server.process is not None
        pid = server.process.pid
        host = await server.host(ROOM, **RAISED, text_length=4_000)
        first, second = Heard(), Heard()
        readers = [first.client(server, ROOM, f"r{number}") for number in range(plan.readers)]
        slow = [first.client(server, ROOM, f"s{number}", heard=False) for number in range(plan.slow)]
        await start_all([*readers, *slow])
        senders = readers[: max(2, int(plan.rate // 25))]

        said = await talk(senders, plan.rate, plan.seconds, body)
        complete = await until_heard(first, len(said.acks) * len(readers)) and not said.refused
        progress.say(f"all read: {milliseconds(first.took)}")

        for client in readers:
            client.on_event = second.on_event
        memory, connections = memory_of(pid), [client.connection for client in slow]
        for client in slow:
            stop_reading(client)
        said = await talk(senders, plan.rate, plan.seconds, body)
        complete &= await until_heard(second, len(said.acks) * len(readers)) and not said.refused
        growth = memory_of(pid) - memory
        progress.say(f"{plan.slow} do not read: {milliseconds(second.took)}, the server grew by {growth / MIB:.1f} MiB")

        for client in slow:
            read_on(client)
        head = readers[0].place.seq

        def back() -> int:
            return sum(client.joined and client.place.seq >= head for client in slow)

        await until(lambda: back() == len(slow), 20)
        ended = sum(client.connection > before for client, before in zip(slow, connections, strict=True))
        outcome = Outcome(first.took, second.took, growth, ended, back(), plan.slow, complete)
        await stop_all([host, *readers, *slow])
    return outcome


def main() -> int:
    parser = arguments("slow", __doc__)
    parser.add_argument("--readers", type=int, default=10, help="clients that read (default: %(default)s)")
    parser.add_argument("--slow", type=int, default=10, help="clients that stop reading (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=100, help="messages a second (default: %(default)s)")
    parser.add_argument("--kib", type=int, default=10, help="size of a message, at most 11 (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="length of each half (default: %(default)s)")
    given = parser.parse_args()
    plan = Plan(given.readers, given.slow, given.rate, given.kib, given.seconds)

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(plan, data, progress)
        sys.stdout.write(
            f"readers before: {milliseconds(outcome.before)}\nreaders during: {milliseconds(outcome.during)}\n"
            f"the server grew by {outcome.growth / MIB:.1f} MiB; of {outcome.slow} slow clients "
            f"{outcome.ended} were closed and {outcome.back} are back and whole\n"
        )
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
