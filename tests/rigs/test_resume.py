"""The resume rig in its short form; ``make faults`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.resume import SHORT, run


async def test_every_resume_is_whole_or_says_no(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert len(outcome.asked) == SHORT["requests"]
    for kind in ("top", "recent"):
        assert any(each.answer.get("recovered") for each in outcome.asked if each.kind == kind)
    assert any(each.answer.get("recovered") is False for each in outcome.asked if each.kind == "trimmed")
    assert outcome.holds
