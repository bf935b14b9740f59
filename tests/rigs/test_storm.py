"""Everybody comes back at once, in the short form."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.storm import SHORT, run


async def test_all_come_back_whole_and_cheaply(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.verdict.sentences() == []
    assert outcome.holds, outcome.lines()
