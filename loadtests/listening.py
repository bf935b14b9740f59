"""How long a delivery takes: the time of sending stands in the text, on the machine's monotonic clock.

Sender and listener must share a machine, not a process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtests.behaviour import Settings, TransportName
from loadtests.client import Client
from loadtests.serving import Served
from loadtests.waiting import until


@dataclass(slots=True)
class Heard:
    """Seconds that each delivery took, in all clients that listen for it."""

    took: list[float] = field(default_factory=list)

    def on_event(self, _client: Client, kind: str, event: dict[str, Any]) -> None:
        if kind == "chat.sent" and event["data"]:
            self.took.append(time.monotonic() - int(event["data"]["text"].split(" ", 1)[0]) / 1e9)

    def client(
        self, server: Served, room: str, user: str, transport: TransportName = "websocket", *, heard: bool = True
    ) -> Client:
        """A client without a diary whose deliveries are timed."""
        return Client(
            server.urls(server.next_home()),
            server.token(room, user),
            room,
            user=user,
            settings=Settings(transport=transport, diary=False),
            on_event=self.on_event if heard else None,
        )


@dataclass(slots=True)
class Talk:
    """What was said: seconds each ack took, how much was refused, how long it all took."""

    acks: list[float] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0
    seconds: float = 0.0

    async def _say(self, client: Client, body: str) -> None:
        sent = time.monotonic_ns()
        self.sent += 1
        answer = await client.send("chat.send", {"text": f"{sent} {body}"})
        if answer.get("ok"):
            self.acks.append((time.monotonic_ns() - sent) / 1e9)
        else:
            self.refused.append(answer["error"])


async def talk(senders: Sequence[Client], rate: float, seconds: float, body: str) -> Talk:
    """Say so many messages a second in all, in turn, whether or not answers keep up; wait for all answers."""
    said, begun = Talk(), time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            if (wait := begun + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            group.create_task(said._say(senders[number % len(senders)], body))
    said.seconds = time.monotonic() - begun
    return said


async def until_heard(heard: Heard, count: int, within: float = 10.0) -> bool:
    """Wait until so many deliveries have come."""
    return await until(lambda: len(heard.took) >= count, within)
