"""A full disk in the short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.disk import SHORT, run
from loadtests.figures import Progress
from loadtests.namespaces import NotPossible, refuse_unless_root


async def test_a_full_disk_loses_nothing_and_stops_no_reader(tmp_path: Path) -> None:
    try:
        refuse_unless_root()
    except NotPossible as why:
        pytest.skip(str(why))
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)  # type: ignore[arg-type]
    assert outcome.verdict.sentences() == []
    assert outcome.talked.codes == {"unavailable"}
    assert [each.unread for each in outcome.rounds] == [[]]
    assert outcome.holds, outcome.lines()
