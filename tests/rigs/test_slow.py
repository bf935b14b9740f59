"""Slow consumers in a short form; latencies are for ``make rigs``, on a machine that is at rest."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.slow import MIB, Plan, run


async def test_slow_consumers_hurt_nobody(tmp_path: Path) -> None:
    outcome = await run(Plan(readers=5, slow=5, rate=100, seconds=5), tmp_path, Progress(quiet=True))
    assert outcome.complete
    assert outcome.ended == outcome.back == outcome.slow
    assert outcome.growth <= 40 * MIB
