"""A Redis Cluster changes while people talk: slots of busy rooms move, masters die and their replicas take over.

Nothing acknowledged may be lost and nobody may lose the connection; a move is not felt, a failover delays or refuses
for as long as the cluster itself needs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from loadtests.chat import Chat, chatting, connections
from loadtests.checker import report
from loadtests.engines import until
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.rig import command
from loadtests.scene import Scene, scene
from loadtests.slots import master_of, move, replicas_follow, until_taken

SHORT: dict[str, Any] = {"clients": 20, "rooms": 6, "rate": 60.0, "moves": 3, "kills": 1, "rest": 2.0}
ANSWER_S, NORMAL_S = 5.0, 5.0
Kind = Literal["move", "kill"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the longest wait for an answer, and seconds until all was normal; for a kill since a replica
    served."""

    kind: Kind
    slowest: float
    normal_after: float
    reconnects: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all changes."""

    verdict: Verdict
    changes: Sequence[Change]
    chat: Chat

    @property
    def holds(self) -> bool:
        well = all(each.slowest <= ANSWER_S and each.normal_after <= NORMAL_S for each in self.changes)
        return bool(self.changes) and self.verdict.clean and well and not any(each.reconnects for each in self.changes)

    def lines(self) -> list[str]:
        lost = len(self.verdict.faults.get("I2", ()))
        moves = [each for each in self.changes if each.kind == "move"]
        kills = [each for each in self.changes if each.kind == "kill"]
        return [
            f"{len(moves)} slots of busy rooms moved, {len(kills)} masters killed: {lost} faults in what is stored, "
            f"{sum(each.reconnects for each in self.changes)} reconnects",
            *(self._line(name, of) for name, of in (("a move", moves), ("a kill", kills)) if of),
            f"acks: {milliseconds(self.chat.acks())}; {len(self.chat.nacks())} refused "
            f"({', '.join(sorted(self.chat.codes())) or 'none'})",
            *report(self.verdict).splitlines(),
        ]

    def _line(self, name: str, changes: Sequence[Change]) -> str:
        return (
            f"{name}: answers within {max(each.slowest for each in changes):.2f} s, normal after "
            f"{max(each.normal_after for each in changes):.2f} s"
        )


async def change(stage: Scene, chat: Chat, kind: Kind, room: str, rest: float) -> Change:
    """Move the room's slot, or kill who has it and start that again as a replica."""
    cluster, before, begun = stage.cluster, connections(stage.everyone), time.monotonic()
    if kind == "move":
        await asyncio.to_thread(move, cluster, room)
        since = begun
    else:
        master = await asyncio.to_thread(master_of, cluster, room)
        await asyncio.to_thread(master.kill)
        await asyncio.to_thread(until_taken, cluster, room, master)
        since = time.monotonic()
    await asyncio.sleep(rest)
    slowest = max((each.took for each in chat.since(begun)), default=0.0)
    found = Change(kind, slowest, chat.normal_after(since), connections(stage.everyone) - before)
    if kind == "kill":
        await asyncio.to_thread(cluster.start)
        await asyncio.to_thread(until, lambda: replicas_follow(cluster))
    return found


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    moves: int = 20,
    kills: int = 6,
    rest: float = 6.0,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways and a cluster of 3 masters with a replica each, change it, judge."""
    seen: list[Change] = []
    kinds: list[Kind] = [*(["move"] * moves), *(["kill"] * kills)]  # type: ignore[list-item]
    async with scene(data, clients=clients, rooms=rooms, cluster=True) as stage:
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        async with chatting(stage.talkers, rate) as chat:
            for number, kind in enumerate(kinds):
                await asyncio.sleep(0.5)
                room = stage.rooms[number * 3 % len(stage.rooms)]
                seen.append(await change(stage, chat, kind, room, rest if kind == "kill" else rest / 3))
                progress.say(f"{number + 1} of {len(kinds)}: {seen[-1]}")
        return Outcome(await stage.verdict(diaries), seen, chat)


def main() -> int:
    return command("reshape", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
