"""The vote rig in its short form; ``make faults`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.votes import SHORT, run


async def test_one_person_has_one_vote(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert outcome.votes > 150 * 5
    assert outcome.acked_in_race > 150
    assert outcome.refused_in_race >= 150 * 2
