"""One room on two gateways in the short form: everybody hears everything, through processes of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from loadtests.figures import Progress
from loadtests.hall import SHORT, run


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server on PATH")
async def test_everybody_hears_everything(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.holds, outcome.lines()
    assert [each.rate for each in outcome.levels] == [4.0, 8.0]
    assert all(each.took for each in outcome.levels)
