"""People come and go in the short form; the slope of memory is for ``make faults``."""

from __future__ import annotations

from pathlib import Path

from loadtests.churn import SHORT, Samples, run
from loadtests.figures import Progress


def test_the_slope_is_that_of_the_second_half() -> None:
    samples = Samples([0, 1000, 2000, 3000, 4000], [0, 9_000_000, 9_000_000, 9_100_000, 9_200_000])
    assert samples.slope() == 100.0
    assert Samples([0, 10], [1, 2]).slope() == 0.0


async def test_nothing_is_left_of_those_who_came_and_went(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.samples.failed == {}
    assert outcome.verdict.sentences() == []
    assert outcome.holds, outcome.lines()
