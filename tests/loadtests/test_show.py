"""What a show reads from locust's files."""

from __future__ import annotations

from pathlib import Path

from loadtests.show import Line, Outcome, _failures, _table

STATS = """Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,99%
ack,chat.send,12,0,7,8.1,90
delivery,chat.sent,240,0,5,6.1,N/A
,Aggregated,252,0,5,6,90
"""
FAILURES = """Method,Name,Error,Occurrences
verify,gap,"Wrong('an event came that does not follow the one before')",2
"""


def test_the_table_is_read_without_its_sum(tmp_path: Path) -> None:
    (tmp_path / "locust_stats.csv").write_text(STATS)
    assert _table(tmp_path / "locust") == [
        Line("ack", "chat.send", 12, 0, 7.0, 90.0),
        Line("delivery", "chat.sent", 240, 0, 5.0, 0.0),
    ]


def test_failures_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "locust_failures.csv").write_text(FAILURES)
    (failure,) = _failures(tmp_path / "locust")
    assert failure.startswith("2 × verify gap: ")


def test_a_run_without_files_does_not_hold(tmp_path: Path) -> None:
    assert _table(tmp_path / "locust") == []
    assert not Outcome(0, "", _table(tmp_path / "locust"), _failures(tmp_path / "locust")).holds


def test_a_failure_or_an_exit_is_enough_not_to_hold() -> None:
    told = [Line("delivery", "chat.sent", 3, 0, 1, 1)]
    assert Outcome(0, "", told, []).holds
    assert not Outcome(1, "", told, []).holds
    assert not Outcome(0, "", told, ["1 × verify gap: …"]).holds
    assert Outcome(0, "", told, []).count("delivery", "chat.sent") == 3
    assert "1 × verify gap: …" in "\n".join(Outcome(0, "", told, ["1 × verify gap: …"]).lines())
