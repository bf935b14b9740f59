"""The answer is lost between "stored" and "acknowledged": sending again doubles nothing and gives the same position.

Two places lose it. Between a gateway and Redis: the append stands in the log and its answer never comes; the gateway
must ask again until it knows. Between a gateway and its clients: the message stands and was told to others, but the
ack never comes; the client comes back on another connection and sends the same id again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from loadtests.chat import Chat, chatting
from loadtests.checker import report
from loadtests.client import Client
from loadtests.diary import Delivered, Sent
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.proxy import Faults, Proxy
from loadtests.rig import command
from loadtests.scene import scene

SHORT: dict[str, Any] = {"clients": 20, "rooms": 4, "rate": 100.0, "times": 2, "between": 2.5}
Where = Literal["redis", "clients"]
NORMAL_S = 5.0


@dataclass(frozen=True, slots=True)
class Lost:
    """Answers lost at one place: bytes of them, and seconds until all was normal after that."""

    where: Where
    swallowed: int
    normal_after: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out; ``again`` counts messages that were sent again though they stood in the log already."""

    verdict: Verdict
    lost: Sequence[Lost]
    chat: Chat
    again: int
    retried: int

    @property
    def holds(self) -> bool:
        # A fault that met nothing shows nothing.
        met = all(each.swallowed for each in self.lost) and self.again > 0
        return self.verdict.clean and met and all(each.normal_after <= NORMAL_S for each in self.lost)

    def lines(self) -> list[str]:
        faults = self.verdict.faults
        doubled = len([fault for name in ("I2", "I3", "I6") for fault in faults.get(name, ())])
        return [
            f"{len(self.lost)} times the answers were lost ({sum(each.swallowed for each in self.lost)} bytes): "
            f"{doubled} doubled or misplaced; of {self.retried} messages sent again {self.again} stood already; normal "
            f"after {max((each.normal_after for each in self.lost), default=999):.1f} s",
            f"acks: {milliseconds(self.chat.acks())}; {len(self.chat.nacks())} refused "
            f"({', '.join(sorted(self.chat.codes())) or 'none'})",
            *report(self.verdict).splitlines(),
        ]


async def lose(proxies: Sequence[Proxy], chat: Chat, where: Where, seconds: float, between: float) -> Lost:
    """What these say is lost from now on, for so long; then their connections are cut, and all is well."""
    links = [link for proxy in proxies for link in proxy.links]
    for link in links:
        link.faults = Faults(drop_replies=True)
    await asyncio.sleep(seconds)
    swallowed = sum(link.swallowed for link in links)
    for link in links:
        link.cut()
    back = time.monotonic()
    await asyncio.sleep(between)
    return Lost(where, swallowed, chat.normal_after(back))


def sent_again(clients: Sequence[Client]) -> tuple[int, int]:
    """How many messages were sent again, and how many of these others had been told of before."""
    told: dict[str, float] = {}
    for client in clients:
        for entry in client.diary.entries:
            if isinstance(entry, Delivered) and entry.mark:
                told[entry.mark] = min(entry.at, told.get(entry.mark, entry.at))
    again = {
        entry.id: entry.at
        for client in clients
        for entry in client.diary.entries
        if isinstance(entry, Sent) and entry.attempt > 1
    }
    return len(again), sum(told.get(name, at) < at for name, at in again.items())


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 100,
    rooms: int = 10,
    rate: float = 200.0,
    times: int = 20,
    between: float = 5.0,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways behind proxies, lose answers here and there, judge."""
    seen: list[Lost] = []
    async with scene(data, clients=clients, rooms=rooms, proxied=2) as stage, AsyncExitStack() as stack:
        doors = {
            gateway.url: await stack.enter_async_context(Proxy(gateway.at, gateway.port))
            for gateway in stage.nodes.gateways
        }
        for client in stage.talkers:
            client.urls = tuple(doors[url].url for url in client.urls)
            client.url = client.urls[0]
            client.cut()
        await asyncio.gather(*(client.until_joined() for client in stage.talkers))
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways, through proxies")
        async with chatting(stage.talkers, rate) as chat:
            for number in range(times):
                await asyncio.sleep(1)
                # For longer than a gateway waits for one answer, now and then.
                seconds = 3.0 if number % 4 >= 2 else 0.5
                if number % 2:
                    seen.append(await lose(list(doors.values()), chat, "clients", seconds, between))
                else:
                    # One gateway at a time, so that the other may take its rooms over meanwhile.
                    seen.append(await lose([stage.proxies[number // 2 % 2]], chat, "redis", seconds, between))
                progress.say(f"{number + 1} of {times}: {seen[-1]}")
        retried, again = sent_again(stage.everyone)
        return Outcome(await stage.verdict(diaries), seen, chat, again, retried)


def main() -> int:
    return command("unheard", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
