"""A flood in its short form; latencies are for ``make rigs``, on a machine that is at rest."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.flood import run


async def test_a_flood_is_refused_and_closed(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), clients=20, seconds=4)
    assert outcome.complete
    assert outcome.flood.closed
    assert set(outcome.flood.refused) == {"rate_limited"}
    assert outcome.flood.unhelpful == 0
    assert outcome.flood.passed <= 200
