"""One person floods a room: the excess is refused with retry_after_ms, then the connection is closed.

The others' latency stays what it was.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.listening import Heard, talk, until_heard
from loadtests.rig import arguments, execute, start_all, stop_all
from loadtests.serving import Serving

ROOM = "flood"


@dataclass(slots=True)
class Flood:
    """What became of the flood."""

    sent: int = 0
    passed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unhelpful: int = 0  # refusals that say "later" without saying when
    closed: bool = False

    def answered(self, ack: dict[str, Any]) -> None:
        if ack.get("ok"):
            self.passed += 1
            return
        self.refused[ack["error"]["code"]] += 1
        self.unhelpful += "retry_after_ms" not in ack["error"]


@dataclass(frozen=True, slots=True)
class Outcome:
    before: Sequence[float]
    during: Sequence[float]
    flood: Flood
    complete: bool

    @property
    def holds(self) -> bool:
        calm = percentile(self.during, 0.99) <= max(1.2 * percentile(self.before, 0.99), 0.03)
        flood = self.flood
        bounded = flood.passed <= 200 and set(flood.refused) == {"rate_limited"} and not flood.unhelpful
        return self.complete and calm and bounded and flood.closed


async def pour(flooder: Client, rate: float, seconds: float) -> Flood:
    """Send without minding the answers until closed."""
    flood, step = Flood(), 0.01
    connection = flooder.connection
    for turn in range(int(seconds / step)):
        for _ in range(int(rate * step)):
            flood.sent += 1
            payload = {"id": f"f{flood.sent}", "room": ROOM, "text": f"0 {turn}"}
            flooder.emit("chat.send", payload, flood.answered)
        await asyncio.sleep(step)
        if flooder.connection > connection or not flooder.joined:
            flood.closed = True
            break
    return flood


async def run(
    data: Path, progress: Progress, *, clients: int = 100, rate: float = 1000, seconds: float = 6, talking: float = 10
) -> Outcome:
    """Serve, talk in peace, talk through the flood."""
    # The room has its usual limits a person; only the room's own is raised, for the talkers.
    async with Serving(data) as server:
        host = await server.host(ROOM, person_rate=5, person_burst=10, room_rate=200)
        first, second = Heard(), Heard()
        people = [first.client(server, ROOM, f"u{number}") for number in range(clients)]
        flooder = server.client(ROOM, "flooder", Settings(diary=False, reconnect=False))
        await start_all([*people, flooder])
        said = await talk(people[:10], talking, seconds / 2, "hello")
        complete = await until_heard(first, len(said.acks) * clients) and not said.refused
        progress.say(f"in peace: {milliseconds(first.took)}")
        for person in people:
            person.on_event = lambda client, kind, event: (
                None if (event.get("by") or {}).get("id") == "flooder" else second.on_event(client, kind, event)
            )
        pouring = asyncio.create_task(pour(flooder, rate, seconds))
        said = await talk(people[:10], talking, seconds / 2, "hello")
        flood = await pouring
        complete &= await until_heard(second, len(said.acks) * clients) and not said.refused
        await stop_all([host, *people, flooder])
    return Outcome(first.took, second.took, flood, complete)


def main() -> int:
    parser = arguments("flood", __doc__)
    parser.add_argument("--clients", type=int, default=100, help="the others (default: %(default)s)")
    parser.add_argument(
        "--rate", type=float, default=1000, help="messages a second of the flood (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=6, help="how long at most (default: %(default)s)")
    given = parser.parse_args()

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(data, progress, clients=given.clients, rate=given.rate, seconds=given.seconds)
        flood = outcome.flood
        sys.stdout.write(
            f"others before: {milliseconds(outcome.before)}\nothers during: {milliseconds(outcome.during)}\n"
            f"flood: {flood.sent} sent, {flood.passed} passed, refused {dict(flood.refused)}, "
            f"{flood.unhelpful} without retry_after_ms, {'closed' if flood.closed else 'NOT closed'}\n"
        )
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
