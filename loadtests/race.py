"""Everybody talks at once in one room, on two gateways: one order, the same for all, on either side.

The room is decided on one of them; what is said at the other is forwarded. Each sender has several messages on the way
at any time. In the end every client's list of what it was told is laid beside the database, position by position.
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
from loadtests.diary import Delivered, Diary
from loadtests.evidence import Stored, Verdict
from loadtests.figures import Progress, ack_times, milliseconds
from loadtests.nodes import served
from loadtests.rig import command, start_all, verdict_on
from loadtests.stored import read

ROOM = "race"
SHORT: dict[str, Any] = {"senders": 8, "messages": 800}
TRIES = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """Positions of all lists that hold something else than the database, and what the checker says."""

    senders: int
    nodes: int
    acked: int
    wanted: int
    positions: int
    differing: int
    seconds: float
    acks: Sequence[float]
    verdict: Verdict

    @property
    def holds(self) -> bool:
        return not self.differing and self.acked == self.wanted and self.verdict.clean

    def lines(self) -> list[str]:
        return [
            f"{self.acked:,} of {self.wanted:,} messages of {self.senders} senders on {self.nodes} gateways acked in "
            f"{self.seconds:.0f} s; of {self.positions:,} positions in their lists {self.differing} differ",
            f"acks: {milliseconds(self.acks)}",
            *report(self.verdict).splitlines(),
        ]


def differing(diaries: Sequence[Diary], rows: Sequence[Stored]) -> tuple[int, int]:
    """How many positions the lists hold, and how many of all are not what the database holds there, or are missing.

    Everybody was there before the first message.
    """
    there = {(row.epoch, row.seq): row.mark for row in rows if row.type == "chat.sent"}
    positions = wrong = 0
    for diary in diaries:
        told = {
            (entry.epoch, entry.seq): entry.mark
            for entry in diary.entries
            if isinstance(entry, Delivered) and entry.type == "chat.sent"
        }
        positions += len(told)
        wrong += sum(there.get(place) != mark for place, mark in told.items()) + len(there.keys() - told.keys())
    return positions, wrong


async def talk(sender: Client, count: int, on_the_way: int) -> int:
    """Say so many messages as fast as answers come, some on the way at any time; how many were acked."""
    left = iter(range(count))
    acked = 0

    async def lane() -> None:
        nonlocal acked
        for _ in left:
            name = sender.new_id()
            for _ in range(TRIES):
                answer = await sender.send("chat.send", {"text": f"#{name} and so on"}, name)
                if answer.get("ok") or not answer["error"].get("retry"):
                    break
                await asyncio.sleep(answer["error"].get("retry_after_ms", 200) / 1000)
            acked += bool(answer.get("ok"))

    await asyncio.gather(*(lane() for _ in range(on_the_way)))
    return acked


async def run(
    data: Path,
    progress: Progress,
    *,
    nodes: int = 2,
    senders: int = 40,
    messages: int = 20_000,
    on_the_way: int = 4,
) -> Outcome:
    """Serve, race, judge."""
    async with served(data, nodes) as server:
        host = await server.host(ROOM)
        people = [server.client(ROOM, f"u{number}", home=number) for number in range(senders)]
        await start_all(people)
        progress.say(f"{senders} senders joined at {nodes} gateways")
        over = asyncio.create_task(tell(progress, host))
        begun = time.monotonic()
        each = messages // senders
        acked = sum(await asyncio.gather(*(talk(person, each, on_the_way) for person in people)))
        took = time.monotonic() - begun
        over.cancel()
        progress.say(f"{acked} messages acked in {took:.1f} s")
        everyone = [host, *people]
        verdict = await verdict_on(server, ROOM, everyone, within=120)
        rows = await asyncio.to_thread(read, server.database, ROOM)
    positions, wrong = differing([client.diary for client in everyone], rows)
    acks = ack_times(client.diary for client in people)
    return Outcome(senders, nodes, acked, each * senders, positions, wrong, took, acks, verdict)


async def tell(progress: Progress, host: Client) -> None:
    """Say now and then how far the room is."""
    while True:
        await asyncio.sleep(5)
        progress.say(f"the room stands at {host.place.seq}")


def main() -> int:
    return command("race", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
