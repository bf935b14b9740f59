"""Slow consumers in a short form; latencies are for ``make faults``, on a machine that is at rest."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.slow import MIB, SHORT, run


async def test_slow_consumers_hurt_nobody(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.wanting == []
    assert outcome.ended == outcome.back == outcome.slow
    assert outcome.growth <= 40 * MIB
    assert outcome.holds
