"""A flood in its short form; latencies are for ``make faults``, on a machine that is at rest."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.flood import SHORT, run


async def test_a_flood_is_refused_and_closed(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.complete
    assert outcome.flood.closed
    assert set(outcome.flood.refused) == {"rate_limited"}
    assert outcome.flood.unhelpful == 0
    assert outcome.flood.passed <= 200
    assert outcome.holds
