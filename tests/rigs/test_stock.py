"""The checker finds what a stock server loses and reorders, and nothing where nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.figures import Progress
from loadtests.stock.processes import missing
from loadtests.stock.rig import Plan, run


@pytest.fixture(autouse=True)
def _redis() -> None:
    if reason := missing():
        pytest.skip(reason)


async def test_a_redis_that_is_killed_loses_acked_messages_and_nodes_differ_in_order(tmp_path: Path) -> None:
    plan = Plan(clients=8, rate=60, seconds=3, down=1, rounds=4, until_found=True)
    outcome = await run(plan, tmp_path, Progress(quiet=True))
    assert outcome.holds, outcome.lines()
    assert outcome.left_out == 0
    assert "the acked" in outcome.lost[0]
    assert "was told stock stock:" in outcome.unordered[0]


async def test_without_a_kill_nothing_is_lost(tmp_path: Path) -> None:
    plan = Plan(clients=8, rate=60, seconds=1.5, down=0, rounds=1)
    outcome = await run(plan, tmp_path, Progress(quiet=True))
    assert outcome.kills == 0
    assert outcome.lost == []
    assert outcome.verdict.figures["deliveries"] == 8 * 90
