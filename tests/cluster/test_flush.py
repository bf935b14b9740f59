"""The rig that deletes all that Redis holds, in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import flush
from loadtests.engines import SERVER
from loadtests.figures import Progress


@pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
async def test_everyone_is_told_once_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    outcome = await flush.run(tmp_path, Progress(quiet=True), **{**flush.SHORT, "clients": 12, "between": 1.0})
    assert outcome.verdict.sentences() == []
    assert [each.untold for each in outcome.flushes] == [0]
    assert outcome.verdict.figures["acked"] > 30
    # The quiet machine of a full form is not to be had here.
    assert outcome.slowest < 30
