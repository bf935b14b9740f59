"""Jumps of the clock, in the short form."""

from __future__ import annotations

from pathlib import Path

from loadtests.clock import SHORT, run
from loadtests.figures import Progress


async def test_a_jump_of_the_clock_is_not_felt(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert outcome.verdict.sentences() == []
    assert len(outcome.late) == 4
    assert outcome.holds
