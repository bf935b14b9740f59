"""Redis does not answer for a while, again and again: everyone stays connected, and nobody waits long for an answer.

``--how kill`` kills it and starts it on its file again; ``freeze`` stops the process, so that its sockets stay open;
``cut`` takes it away from one of the two gateways alone, whose packets are swallowed: the other goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.chat import Chat, chatting, connections
from loadtests.checker import report
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.proxy import Faults
from loadtests.rig import command
from loadtests.scene import Scene, scene

SHORT: dict[str, Any] = {"clients": 20, "rooms": 4, "rate": 60.0, "times": 2, "away": 3.0, "rest": 4.0}
ANSWER_S, NORMAL_S = 5.0, 5.0


@dataclass(frozen=True, slots=True)
class Away:
    """One outage: the longest wait for an answer that was asked for in it, and seconds until all was normal after."""

    slowest: float
    acks: int
    nacks: int
    normal_after: float
    others_normal_after: float  # of the gateway that was not cut off, from the beginning of the outage
    reconnects: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all outages."""

    verdict: Verdict
    outages: Sequence[Away]
    chat: Chat
    how: str

    @property
    def holds(self) -> bool:
        answered = all(each.slowest <= ANSWER_S for each in self.outages)
        normal = all(max(each.normal_after, each.others_normal_after) <= NORMAL_S for each in self.outages)
        stayed = not any(each.reconnects for each in self.outages)
        return (
            bool(self.outages)
            and self.verdict.clean
            and answered
            and normal
            and stayed
            and self.chat.codes() <= {"unavailable"}
        )

    def lines(self) -> list[str]:
        lost = len(self.verdict.faults.get("I2", ()))
        return [
            f"{len(self.outages)} times ({self.how}): answers within "
            f"{max((each.slowest for each in self.outages), default=0):.2f} s, normal "
            f"{max((each.normal_after for each in self.outages), default=0):.1f} s after it was back, "
            f"{sum(each.reconnects for each in self.outages)} reconnects, {lost} faults in what is stored",
            *(
                [f"the other gateway: normal after {max(each.others_normal_after for each in self.outages):.1f} s"]
                if self.how == "cut"
                else []
            ),
            f"meanwhile {sum(each.acks for each in self.outages)} acked late, "
            f"{sum(each.nacks for each in self.outages)} refused ({', '.join(sorted(self.chat.codes())) or 'none'})",
            f"acks: {milliseconds(self.chat.acks())}",
            *report(self.verdict).splitlines(),
        ]


@asynccontextmanager
async def away(stage: Scene, how: str) -> AsyncIterator[None]:
    """Without Redis as long as this lasts."""
    if how == "cut":
        (proxy,) = stage.proxies
        proxy.faults = Faults(swallow=True)
        try:
            yield
        finally:
            # As when a network comes back: what was under way is gone, connections are made anew.
            proxy.faults = Faults()
            await proxy.cut()
        return
    for server in stage.servers:
        await asyncio.to_thread(server.kill if how == "kill" else server.freeze)
    try:
        yield
    finally:
        if how == "kill":
            await asyncio.to_thread(stage.redis.start)
        else:
            for server in stage.servers:
                server.resume()


async def outage(stage: Scene, chats: Sequence[Chat], how: str, seconds: float, rest: float) -> Away:
    """One outage; ``chats`` are those of the gateway that loses its Redis, and of the other."""
    before, begun = connections(stage.everyone), time.monotonic()
    async with away(stage, how):
        await asyncio.sleep(seconds)
    back = time.monotonic()
    await asyncio.sleep(rest)
    one, other = chats
    both = [*one.since(begun, back), *other.since(begun, back)]
    return Away(
        max((each.took for each in both), default=0.0),
        sum(not each.code for each in one.since(begun, back)),
        sum(bool(each.code) for each in both),
        one.normal_after(back),
        other.normal_after(begun if how == "cut" else back),
        connections(stage.everyone) - before,
    )


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    times: int = 10,
    away: float = 10.0,
    rest: float = 8.0,
    how: str = "kill",
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways, take Redis away some times, judge."""
    seen: list[Away] = []
    async with scene(data, clients=clients, rooms=rooms, proxied=1 if how == "cut" else 0) as stage:
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        one, other = (stage.talkers_of(number) for number in (0, 1))
        async with chatting(one, rate / 2) as first, chatting(other, rate / 2) as second:
            for number in range(1, times + 1):
                await asyncio.sleep(rest / 2)
                seen.append(await outage(stage, (first, second), how, away, rest))
                progress.say(f"{number} of {times}: {seen[-1]}")
        both = Chat()
        both.said = [*first.said, *second.said]
        return Outcome(await stage.verdict(diaries), seen, both, how)


def main() -> int:
    return command("outage", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
