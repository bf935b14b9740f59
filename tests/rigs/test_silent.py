"""Silent and dead peers in the short form; latencies are for ``make faults``, on a machine that is at rest."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.silent import SHORT, run


async def test_the_silent_and_the_dead_are_let_go(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.crowd.closed == outcome.silent
    assert outcome.dead_after is not None
    assert outcome.holds, outcome.lines()
