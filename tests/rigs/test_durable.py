"""The kills after which the log's own file is looked into, in their short form; ``make faults`` runs them whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.durable import SHORT, run
from loadtests.figures import Progress


async def test_what_was_acknowledged_stands_in_the_file(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.missing == []
    assert outcome.looked > 100
    assert outcome.verdict.sentences() == []
    assert outcome.holds
