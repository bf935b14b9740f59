"""A poor mobile network in the short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.figures import Progress
from loadtests.mobile import SHORT, run
from loadtests.namespaces import NotPossible, refuse_unless_root


async def test_rain_delays_but_loses_nothing(tmp_path: Path) -> None:
    try:
        refuse_unless_root(tun=True)
    except NotPossible as why:
        pytest.skip(str(why))
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.lost > 20
    assert outcome.verdict.sentences() == []
    assert outcome.holds, outcome.lines()
