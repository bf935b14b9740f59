"""The kill rig in its short form; ``make faults`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.kill import SHORT, run


async def test_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.verdict.sentences() == []
    assert outcome.verdict.figures["acked"] > 100
    assert outcome.verdict.figures["recovered"] >= 20
    assert outcome.holds
