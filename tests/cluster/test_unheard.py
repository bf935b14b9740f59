"""The rig that loses answers between "stored" and "acknowledged", in its short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import unheard
from loadtests.engines import SERVER
from loadtests.figures import Progress


@pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
async def test_what_is_sent_again_stands_once(tmp_path: Path) -> None:
    outcome = await unheard.run(tmp_path, Progress(quiet=True), **{**unheard.SHORT, "clients": 12, "between": 1.0})
    assert outcome.verdict.sentences() == []
    assert all(each.swallowed for each in outcome.lost)
    assert outcome.again > 0
