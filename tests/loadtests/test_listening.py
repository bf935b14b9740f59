"""Timing deliveries and acks, with a client that answers at once."""

from __future__ import annotations

import time
from typing import Any, cast

from loadtests.client import Client
from loadtests.listening import Heard, talk, until_heard


class Echo:
    """Answers at once; every third message is refused; what is said is heard by ``heard``."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.count = 0

    async def send(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        self.count += 1
        if self.count % 3 == 0:
            return {"ok": False, "error": {"code": "rate_limited"}}
        self.heard.on_event(cast("Client", self), "chat.sent", {"data": fields})
        return {"ok": True}


async def test_what_is_said_is_counted() -> None:
    heard = Heard()
    said = await talk([cast("Client", Echo(heard))], rate=3000, seconds=0.01, body="hello")
    assert said.sent == 30
    assert len(said.acks) == len(heard.took) == 20
    assert said.refused == [{"code": "rate_limited"}] * 10
    assert await until_heard(heard, 20)
    assert not await until_heard(heard, 21, within=0)


def test_a_delivery_is_timed_from_its_text() -> None:
    heard = Heard()
    sent = time.monotonic_ns() - 50_000_000
    heard.on_event(cast("Client", None), "chat.sent", {"data": {"text": f"{sent} hello"}})
    heard.on_event(cast("Client", None), "chat.sent", {"data": None})
    heard.on_event(cast("Client", None), "poll.opened", {"data": {"poll": "p"}})
    assert len(heard.took) == 1
    assert 0.05 <= heard.took[0] < 5
