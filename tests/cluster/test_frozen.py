"""The rig that freezes gateways, in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import frozen
from loadtests.engines import SERVER
from loadtests.figures import Progress


@pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
async def test_a_gateway_that_stood_still_doubles_nothing(tmp_path: Path) -> None:
    sizes = {**frozen.SHORT, "clients": 12, "freezes": 1, "frozen": 3.5, "rest": 1.5}
    outcome = await frozen.run(tmp_path, Progress(quiet=True), **sizes)
    assert outcome.verdict.sentences() == []
    # It had all rooms: the other one went on without it.
    assert outcome.freezes[0].others_normal_after < 30
    assert outcome.freezes[0].normal_after < 30
    assert outcome.verdict.figures["acked"] > 50
