"""A small crowd on each transport: everything is heard, nothing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.behaviour import TransportName
from loadtests.crowd import Plan, run
from loadtests.figures import Progress


@pytest.mark.parametrize("transport", ["websocket", "polling", "upgrade"])
async def test_a_crowd_hears_everything(tmp_path: Path, transport: TransportName) -> None:
    plan = Plan(clients=40, senders=4, rate=20, seconds=2, transport=transport)
    outcome = await run(plan, tmp_path, Progress(quiet=True))
    assert outcome.said.refused == []
    assert len(outcome.heard) == outcome.expected == 40 * 40
    assert outcome.holds
