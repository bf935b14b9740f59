"""The kill rig in its short form; ``make rigs`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.kill import Plan, run


async def test_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    plan = Plan(clients=20, rate=100, kills=3, between=(0.5, 1.5))
    outcome = await run(plan, tmp_path, Progress(quiet=True))
    assert outcome.verdict.sentences() == []
    assert outcome.verdict.figures["acked"] > 100
    assert outcome.verdict.figures["recovered"] >= 20
    assert outcome.holds
