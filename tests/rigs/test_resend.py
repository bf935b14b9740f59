"""Sending again, in every way there is."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.resend import run


async def test_sending_again_is_safe(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True))
    assert outcome.faults == []
    assert outcome.holds
