"""Erasing a person, in the short form."""

from __future__ import annotations

from pathlib import Path

from loadtests.erase import SHORT, run
from loadtests.figures import Progress


async def test_who_is_erased_is_nowhere(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.planted > 30
    assert outcome.faults == []
    assert outcome.holds
