"""The official client when somebody is put out or changes their role: it stays away where it should."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from protocols.messages import Role
from tests.conformance.test_stock_clients import run_node
from tests.server.running import raw, served, token

CASES: list[tuple[str, dict[str, Any], Role, list[list[Any]]]] = [
    (
        "person.ban",
        {},
        Role.ATTENDEE,
        [
            ["joined", False, True, "everyone"],
            ["connection.closed", "banned"],
            ["disconnect", "io server disconnect", False],
            ["connect_error", "banned", False],
        ],
    ),
    (
        "person.kick",
        {},
        Role.ATTENDEE,
        [
            ["joined", False, True, "everyone"],
            ["connection.closed", "kicked"],
            ["disconnect", "io server disconnect", False],
            ["joined", True, True, "everyone"],
        ],
    ),
    (
        "person.role",
        {"role": "attendee"},
        Role.HOST,
        [
            ["joined", False, True, "hosts"],
            ["room.role", "attendee"],
            ["disconnect", "forced close", True],
            ["joined", False, True, "everyone"],
        ],
    ),
]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(("word", "fields", "role", "expected"), CASES, ids=[case[0] for case in CASES])
async def test_the_official_client(
    tmp_path: Path, node: Path, transport: str, word: str, fields: dict[str, Any], role: Role, expected: list[list[Any]]
) -> None:
    async with served(tmp_path) as (app, address), raw(address, {"token": token(app, "lin", Role.HOST)}) as host:
        await host.join()
        arguments = (f"http://{address}", token(app, "ann", role), "r1", transport)
        running = asyncio.ensure_future(run_node(node / "put_out.js", *arguments))
        while "ann" not in (members.sockets if (members := app.core.members.get("r1")) else ()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        answer = await host.ask(word, {"id": "d1", "room": "r1", "user": "ann", **fields})
        assert answer["ok"] is True
        seen = json.loads(await running)
    assert seen == expected
