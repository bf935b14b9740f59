"""A gateway stands still for longer than its lease and wakes up: it finds its rooms taken, doubles and loses nothing.

Each gateway is frozen in turn (SIGSTOP, SIGCONT), in the middle of deciding. The other takes its rooms over; its
own people wait, and are answered when it wakes up or come again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.chat import Chat, chatting
from loadtests.checker import report
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.rig import command
from loadtests.scene import Scene, scene

SHORT: dict[str, Any] = {"clients": 20, "rooms": 4, "rate": 60.0, "freezes": 2, "frozen": 4.0, "rest": 3.0}
TAKEN_S, NORMAL_S = 5.0, 5.0


@dataclass(frozen=True, slots=True)
class Freeze:
    """One freeze, in seconds: until all was normal at the other gateway, since it began, and everywhere, since its
    end."""

    others_normal_after: float
    normal_after: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all freezes."""

    verdict: Verdict
    freezes: Sequence[Freeze]
    chats: Sequence[Chat]

    @property
    def holds(self) -> bool:
        taken = all(each.others_normal_after <= TAKEN_S for each in self.freezes)
        normal = all(each.normal_after <= NORMAL_S for each in self.freezes)
        return bool(self.freezes) and self.verdict.clean and taken and normal

    def lines(self) -> list[str]:
        faults = self.verdict.faults
        return [
            f"{len(self.freezes)} freezes: {len(faults.get('I2', ()))} faults in what is stored, "
            f"{sum(self.verdict.counted().values())} in all; the other gateway normal after "
            f"{max((each.others_normal_after for each in self.freezes), default=999):.1f} s, all "
            f"{max((each.normal_after for each in self.freezes), default=999):.1f} s after waking up",
            *(
                f"gateway {number}: acks {milliseconds(chat.acks())}; {len(chat.nacks())} refused "
                f"({', '.join(sorted(chat.codes())) or 'none'})"
                for number, chat in enumerate(self.chats, 1)
            ),
            *report(self.verdict).splitlines(),
        ]


async def freeze(stage: Scene, chats: Sequence[Chat], number: int, frozen: float, rest: float) -> Freeze:
    """Freeze the gateway of that number for so long."""
    gateway, other = stage.nodes.gateways[number], chats[1 - number]
    begun = time.monotonic()
    gateway.pause()
    try:
        await asyncio.sleep(frozen)
    finally:
        gateway.resume()
    others = other.normal_after(begun)
    awake = time.monotonic()
    await asyncio.sleep(rest)
    return Freeze(others, max(chat.normal_after(awake) for chat in chats))


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    freezes: int = 10,
    frozen: float = 8.0,
    rest: float = 7.0,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways, freeze them in turn, judge."""
    seen: list[Freeze] = []
    async with scene(data, clients=clients, rooms=rooms) as stage:
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        one, other = (stage.talkers_of(number) for number in (0, 1))
        async with chatting(one, rate / 2) as first, chatting(other, rate / 2) as second:
            for number in range(freezes):
                await asyncio.sleep(1)
                # The first one has made the rooms, and owns them at first.
                seen.append(await freeze(stage, (first, second), number % 2, frozen, rest))
                progress.say(f"{number + 1} of {freezes}: {seen[-1]}")
        return Outcome(await stage.verdict(diaries), seen, (first, second))


def main() -> int:
    return command("frozen", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
