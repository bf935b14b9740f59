"""The rig of live authorisation in its short form; ``make faults`` runs it whole."""

from __future__ import annotations

from pathlib import Path

from loadtests.authorise import SHORT, Case, Outcome, run
from loadtests.evidence import Verdict
from loadtests.figures import Progress
from loadtests.victim import ACTS


async def test_nothing_reaches_those_who_are_put_out(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert outcome.verdict.clean, outcome.lines()
    assert {case.act for case in outcome.cases} == set(ACTS)
    assert {case.phase for case in outcome.cases} == {"listening", "resuming"}
    assert any(case.missed for case in outcome.cases), "somebody was hit in the middle of it"
    assert outcome.holds


def test_a_late_event_is_a_miss() -> None:
    clean = Verdict()
    case = Case("ban", "resuming", "polling", late=0.2, later=1)
    assert Outcome([case], clean, said=1).holds
    case.faults.append("an event came 1.20 s after the ack")
    outcome = Outcome([case], clean, said=1)
    assert not outcome.holds
    assert "ban while resuming by polling: an event came 1.20 s after the ack" in outcome.lines()
    assert not Outcome([], clean, said=0).holds, "nobody tried is nothing shown"
