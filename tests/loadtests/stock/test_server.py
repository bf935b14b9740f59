"""The stock chat's handlers, without a Redis."""

from __future__ import annotations

from typing import Any

import pytest

from loadtests.stock.server import START, made


async def test_a_message_is_emitted_before_it_is_acked(monkeypatch: pytest.MonkeyPatch) -> None:
    server = made(1)
    steps: list[Any] = []

    async def emit(name: str, event: dict[str, Any], room: str) -> None:
        steps.append((name, event["by"]["id"], event["data"]["text"], room))

    async def enter_room(sid: str, room: str) -> None:
        steps.append((sid, room))

    monkeypatch.setattr(server, "emit", emit)
    monkeypatch.setattr(server, "enter_room", enter_room)
    handlers = server.handlers["/"]
    await handlers["connect"]("s1", {}, {"token": "ann"})
    joined = await handlers["room.join"]("s1", {"room": "r"})
    steps.append(await handlers["chat.send"]("s1", {"room": "r", "text": "#ann.1"}))
    assert joined["position"] == START
    assert steps == [("s1", "r"), ("chat.sent", "ann", "#ann.1", "r"), {"ok": True}]
