"""The judge of those who come back is judged."""

from __future__ import annotations

from dataclasses import replace

from loadtests.away import Return, judged
from loadtests.evidence import Stored

ROWS = [Stored("a", "e", seq, "chat.sent", "everyone", "u", "", "d") for seq in range(1, 11)]
ROWS.append(Stored("a", "e", 11, "poll.voted", "nobody", "u", "", "d"))
BACK = Return("within", "a", 4, 11, recovered=True, reason="", seen=False, seqs=[5, 6, 7, 8, 9, 10], took=0.1)
NO = replace(BACK, recovered=False, reason="limit", seen=True)


def test_a_whole_return_passes() -> None:
    assert judged(BACK, ROWS, whole=True).faults == []
    assert judged(NO, ROWS, whole=False).faults == []


def test_what_is_missing_is_found() -> None:
    assert (
        "5 events in hand, the database holds 6"
        in judged(replace(BACK, seqs=[5, 6, 7, 8, 9]), ROWS, whole=True).faults[0]
    )
    assert "the order is another" in judged(replace(BACK, seqs=[6, 5, 7, 8, 9, 10]), ROWS, whole=True).faults[0]
    assert judged(replace(BACK, took=2.5), ROWS, whole=True).faults == ["all was in hand after 2.5 s"]
    assert "recovered False limit" in judged(NO, ROWS, whole=True).faults
    assert "recovered True " in judged(BACK, ROWS, whole=False).faults
    assert "without a view" in judged(replace(NO, seen=False), ROWS, whole=False).faults[0]
