"""One person floods a room: the excess is refused with retry_after_ms, then the connection is closed.

The others' latency stays what it was.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.figures import Progress, milliseconds, percentile
from loadtests.listening import Heard, talk, until_heard
from loadtests.nodes import served
from loadtests.rig import command, start_all, stop_all

ROOM = "flood"
SHORT: dict[str, Any] = {"clients": 20, "seconds": 4.0, "timed": False}


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
    timed: bool = True

    @property
    def ratio(self) -> float:
        """The others' p99 during the flood, against that before."""
        return percentile(self.during, 0.99) / max(percentile(self.before, 0.99), 1e-9)

    @property
    def calm(self) -> bool:
        # Below 30 ms the machine's own noise is larger than what is looked for.
        return self.ratio <= 1.2 or percentile(self.during, 0.99) <= 0.03

    @property
    def holds(self) -> bool:
        flood = self.flood
        bounded = flood.passed <= 200 and set(flood.refused) == {"rate_limited"} and not flood.unhelpful
        return self.complete and (self.calm or not self.timed) and bounded and flood.closed

    def lines(self) -> list[str]:
        flood, refused = self.flood, ", ".join(f"{count} {code}" for code, count in self.flood.refused.items())
        return [
            f"of {flood.sent} sent {flood.passed} passed, {refused} refused, {flood.unhelpful} of these without "
            f"retry_after_ms, then {'closed' if flood.closed else 'NOT closed'}; the others' p99 × {self.ratio:.2f}",
            f"the others before: {milliseconds(self.before)}",
            f"the others during: {milliseconds(self.during)}",
        ]


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
    data: Path,
    progress: Progress,
    *,
    clients: int = 100,
    rate: float = 1000.0,
    seconds: float = 10.0,
    talking: float = 10.0,
    timed: bool = True,
    nodes: int = 1,
) -> Outcome:
    """Serve, talk in peace, talk through the flood; the others say ``talking`` messages a second."""
    # The room has its usual limits a person; only the room's own is raised, for the talkers.
    async with served(data, nodes) as server:
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
    return Outcome(first.took, second.took, flood, complete, timed)


def main() -> int:
    return command("flood", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
