"""Coming back after a while, in the short form; ``make faults`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.away import HEARSAY, OVER, SHORT, run
from loadtests.figures import Progress


async def test_who_comes_back_gets_all_or_is_told_so(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert [(each.recovered, each.reason, len(each.seqs)) for each in outcome.back] == [
        (True, "", SHORT["missed"]),
        (False, "limit", OVER),
        (False, "expired", HEARSAY),
    ]
    assert outcome.holds
