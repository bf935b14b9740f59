"""Deliveries at two rates, in the short form; times are for ``make faults``, on a machine that is at rest."""

from __future__ import annotations

from pathlib import Path

from loadtests.figures import Progress
from loadtests.latency import SHORT, run


async def test_all_is_heard_at_both_rates(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert [each.complete for each in outcome.seen] == [True, True]
    assert [each.refused for each in outcome.seen] == [0, 0]
    assert outcome.holds
