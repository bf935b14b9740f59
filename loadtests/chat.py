"""People who talk while something is broken, and what became of each thing they said.

async with chatting(clients, rate=200) as chat:
    await asyncio.sleep(2); begun = time.monotonic()
    …                                     # break something, mend it
    back = time.monotonic(); await asyncio.sleep(6)
chat.slowest(since=begun); chat.normal_after(back)
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from loadtests.client import Client
from loadtests.diary import Ended, Joined

SLOW_S = 1.0  # an ack that takes longer is not normal


class Said(NamedTuple):
    """One thing that was said: when, on the steady clock, and with which refusal; "" for an ack."""

    begun: float
    ended: float
    code: str

    @property
    def took(self) -> float:
        return self.ended - self.begun


class Chat:
    """What was said so far, in the order of the answers."""

    def __init__(self) -> None:
        self.said: list[Said] = []

    async def talk(self, client: Client, every: float, size: int, over: asyncio.Event) -> None:
        """Say something every so many seconds, one thing at a time, until it is over."""
        due = time.monotonic() + random.uniform(0, every)
        while not over.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            begun = time.monotonic()
            due = max(begun, due + every)
            answer = await client.say("x" * size)
            code = "" if answer.get("ok") else str(answer["error"]["code"])
            self.said.append(Said(begun, time.monotonic(), code))

    def since(self, begun: float, until: float = float("inf")) -> list[Said]:
        """What was answered from then on, and begun before ``until``."""
        return [each for each in self.said if each.ended >= begun and each.begun < until]

    def acks(self, begun: float = 0.0, until: float = float("inf")) -> list[float]:
        """Seconds to each ack of what was answered then."""
        return [each.took for each in self.since(begun, until) if not each.code]

    def nacks(self, begun: float = 0.0) -> list[float]:
        """Seconds to each refusal since then."""
        return [each.took for each in self.since(begun) if each.code]

    def codes(self) -> set[str]:
        """With what was refused."""
        return {each.code for each in self.said if each.code}

    def normal_after(self, back: float) -> float:
        """Seconds until, for good, everything said was acked within SLOW_S; infinite if it never was."""
        late = [each for each in self.since(back) if each.code or each.took > SLOW_S]
        last = max((each.ended for each in late), default=back)
        return last - back if any(each.begun >= last and not each.code for each in self.said) else float("inf")


@asynccontextmanager
async def chatting(clients: Sequence[Client], rate: float, size: int = 300) -> AsyncIterator[Chat]:
    """They say ``rate`` messages a second in all; at the end every answer has been waited for."""
    chat, over = Chat(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(chat.talk(client, len(clients) / rate, size, over))
        try:
            yield chat
        finally:
            over.set()


def connections(clients: Sequence[Client]) -> int:
    """How many connections they have opened so far."""
    return sum(client.connection for client in clients)


def joins_since(client: Client, at: float) -> list[Joined]:
    """How it was let in since then; ``at`` by the wall clock, as diaries have it."""
    return [entry for entry in client.diary.entries if isinstance(entry, Joined) and entry.at >= at]


def ended_since(clients: Sequence[Client], at: float) -> list[str]:
    """Who lost a connection since then, and why."""
    return [
        f"{client.user}: {entry.reason}"
        for client in clients
        for entry in client.diary.entries
        if isinstance(entry, Ended) and entry.at >= at
    ]
