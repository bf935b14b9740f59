"""Everything in Redis is deleted while people talk: a new epoch soon, told once, and nothing acknowledged is lost.

FLUSHALL on each server of the Redis, again and again; some rooms are quiet then, and their loss must be seen as well.
What the gateways had acknowledged must stand in the database in the end, each message once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.chat import Chat, chatting, ended_since, joins_since
from loadtests.checker import report
from loadtests.engines import flushed
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.rig import command
from loadtests.scene import Scene, scene
from loadtests.waiting import until

SHORT: dict[str, Any] = {"clients": 20, "rooms": 4, "rate": 60.0, "flushes": 1, "between": 1.5}
EPOCH_S, NORMAL_S = 1.0, 5.0
QUIET = 4  # in every fourth room nobody talks


@dataclass(frozen=True, slots=True)
class Flush:
    """One deletion: seconds until every client had joined in the new epoch, and until all was normal."""

    told_after: Sequence[float]
    untold: int  # clients that were told never, more than once, or lost their connection
    normal_after: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all deletions."""

    verdict: Verdict
    flushes: Sequence[Flush]
    chat: Chat

    @property
    def slowest(self) -> float:
        return max((max(each.told_after, default=999.0) for each in self.flushes), default=999.0)

    @property
    def holds(self) -> bool:
        once = not any(each.untold for each in self.flushes)
        normal = all(each.normal_after <= NORMAL_S for each in self.flushes)
        return self.verdict.clean and once and normal and self.slowest <= EPOCH_S

    def lines(self) -> list[str]:
        lost = len(self.verdict.faults.get("I2", ()))
        normal = max((each.normal_after for each in self.flushes), default=999.0)
        return [
            f"{len(self.flushes)} times FLUSHALL: every client in the new epoch after {self.slowest:.2f} s, "
            f"{sum(each.untold for each in self.flushes)} not told exactly once, normal after {normal:.1f} s, "
            f"{lost} faults in what is stored",
            f"told of the new epoch: {milliseconds([took for each in self.flushes for took in each.told_after])}",
            f"acks: {milliseconds(self.chat.acks())}; {len(self.chat.nacks())} refused "
            f"({', '.join(sorted(self.chat.codes())) or 'none'})",
            *report(self.verdict).splitlines(),
        ]


async def flush(stage: Scene, chat: Chat, between: float) -> Flush:
    """Delete all, and see when each client was told."""
    epochs = {client.user: client.place.epoch for client in stage.everyone}
    at, begun = time.time(), time.monotonic()
    await flushed(stage.servers)

    def told() -> bool:
        return all(client.joined and client.place.epoch != epochs[client.user] for client in stage.everyone)

    await until(told, 20)
    await asyncio.sleep(between)
    took, untold = [], len(ended_since(stage.everyone, at))
    for client in stage.everyone:
        joins = joins_since(client, at)
        took += [join.at - at for join in joins if join.epoch != epochs[client.user]][:1]
        untold += len(joins) != 1 or joins[0].recovered
    return Flush(took, untold, chat.normal_after(begun))


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    flushes: int = 10,
    between: float = 6.0,
    cluster: bool = False,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways, delete all that Redis holds some times, judge."""
    seen: list[Flush] = []
    async with scene(data, clients=clients, rooms=rooms, cluster=cluster) as stage:
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        talkers = [client for client in stage.talkers if stage.rooms.index(client.room) % QUIET]
        async with chatting(talkers, rate) as chat:
            for number in range(1, flushes + 1):
                await asyncio.sleep(between)
                seen.append(await flush(stage, chat, between))
                last = seen[-1]
                progress.say(
                    f"{number} of {flushes}: all told after {max(last.told_after, default=999):.2f} s, "
                    f"{last.untold} not once, normal after {last.normal_after:.1f} s"
                )
        return Outcome(await stage.verdict(diaries), seen, chat)


def main() -> int:
    return command("flush", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
