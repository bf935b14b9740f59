"""The resume rig in its short form; ``make rigs`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.resume import run


async def test_every_resume_is_whole_or_says_no(tmp_path: Path) -> None:
    asked, faults = await run(tmp_path, Progress(quiet=True), requests=1500, messages=500)
    assert faults == []
    assert len(asked) == 1500
    for kind in ("top", "recent"):
        assert any(each.answer.get("recovered") for each in asked if each.kind == kind)
    assert any(each.answer.get("recovered") is False for each in asked if each.kind == "trimmed")
