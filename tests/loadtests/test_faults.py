"""The runner of rigs: it goes on after a miss, whatever kind of miss it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import faults
from loadtests.faults import chosen, merged, run_all
from loadtests.promises import ROWS, Row
from loadtests.seen import Seen

RIG = "tests.loadtests.small_rigs"


def row(number: int, way: str, limit: float = 20) -> Row:
    return Row(number, way, "promised", RIG, {"way": way}, {"way": way}, limit=limit)


def test_a_miss_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    seen = run_all([row(1, "misses"), row(2, "fails"), row(3, "holds")], short=False)
    assert [each.holds for each in seen] == [False, False, True]
    assert [each.figure for each in seen] == ["5 turns", "the rig ended with 1", "5 turns"]
    assert "MISSED" in capsys.readouterr().out


def test_a_rig_that_hangs_is_ended() -> None:
    seen = run_all([row(1, "hangs", limit=1.5)], short=False, quiet=True)
    assert [(each.holds, each.figure) for each in seen] == [(False, "not done after 2 s")]
    assert seen[0].seconds < 10


def test_what_was_seen_is_kept_at_once(tmp_path: Path) -> None:
    kept = tmp_path / "seen.json"
    run_all([row(1, "holds"), row(2, "misses")], short=True, quiet=True, kept=kept)
    assert [(each.number, each.holds) for each in merged(kept, [])] == [(1, True), (2, False)]


def test_the_short_form_is_the_rigs_own() -> None:
    assert run_all([row(1, "holds")], short=True, quiet=True)[0].figure == "1 turns"


def test_what_was_seen_before_is_kept(tmp_path: Path) -> None:
    def of(number: int, figure: str) -> Seen:
        return Seen.of(row(number, "holds"), holds=True, lines=[figure], seconds=1, short=False)

    kept = tmp_path / "seen.json"
    merged(kept, [of(1, "one"), of(2, "two")])
    assert [(each.number, each.figure) for each in merged(kept, [of(2, "again")])] == [(1, "one"), (2, "again")]
    assert merged(None, [of(2, "two")]) == [of(2, "two")]


def test_rows_are_chosen_by_their_number() -> None:
    assert {each.number for each in chosen("4,6")} == {4, 6}
    assert len(chosen(None)) == len(ROWS)
    assert {row.nodes for row in chosen(None, 2)} <= {2}
    assert len(chosen(None, 1)) + len(chosen(None, 2)) == len(ROWS)
    with pytest.raises(ValueError, match="no rig for 99"):
        chosen("4,99")


def test_a_miss_is_the_exit_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("loadtests.faults.ROWS", (row(1, "misses"), row(2, "holds")))
    page = tmp_path / "promises.md"
    monkeypatch.setattr("sys.argv", ["faults", "--quiet", "--write", str(page)])
    assert faults.main() == 1
    assert "**missed**" in page.read_text()
    monkeypatch.setattr("sys.argv", ["faults", "--quiet", "--only", "2"])
    assert faults.main() == 0
