"""Restarts in order, in the short form; ``make faults`` runs them whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.rolling import SHORT, run


async def test_a_restart_loses_nothing_and_costs_one_reconnect(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert outcome.verdict.sentences() == []
    assert outcome.verdict.figures["acked"] > 100
    assert [each.code for each in outcome.rounds] == [0, 0]
    assert outcome.holds
