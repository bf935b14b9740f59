"""The page tells what was seen, misses included, and which machine and commit showed it."""

from __future__ import annotations

from dataclasses import replace

from loadtests.promises import Row
from loadtests.seen import Seen, render, table, unmeasured


def seen(number: int, *, holds: bool, commit: str = "abc", short: bool = False) -> Seen:
    lines = [f"figure {number}", "more | of it"]
    return Seen(number, f"promise {number}", "all is well", "run it", holds, lines, 1.0, short, commit, "now", "here")


def test_the_page_hides_no_miss() -> None:
    page = render([seen(2, holds=False, commit="def"), seen(1, holds=True, short=True)])
    assert "| 1 | promise 1 | figure 1 | holds (short form) |" in page
    assert "| 2 | promise 2 | figure 2 | **missed** |" in page
    assert "Measured (1): here; now; commit `abc`." in page
    assert "Measured (2): here; now; commit `def`." in page
    assert "* more | of it" in page
    assert "## Several gateways" not in page
    assert "1 of 2 hold" in table([seen(2, holds=False), seen(1, holds=True)])


def test_what_several_gateways_showed_has_a_table_of_its_own() -> None:
    two = replace(seen(1, holds=True), nodes=2)
    page = render([two, seen(1, holds=True)])
    alone, together = page.split("## Several gateways")
    assert alone.count("| 1 | promise 1 |") == 1 == together.count("| 1 | promise 1 |")
    assert "### 1 · on two gateways. Promise 1" in together
    assert two.key != seen(1, holds=True).key


def test_the_page_names_what_was_not_run_whole() -> None:
    rows = [Row(number, f"promise {number}", "all is well", "loadtests.x") for number in (1, 2, 3)]
    told = unmeasured([seen(1, holds=True), seen(2, holds=True, short=True)], rows)
    assert told == ["", "Not run whole yet: promise 2 (2); promise 3 (3)."]
    assert unmeasured([seen(1, holds=True)], rows[:1]) == []


def test_what_older_runs_wrote_is_read() -> None:
    told = seen(1, holds=True).told()
    del told["nodes"]
    assert Seen.read(told) == seen(1, holds=True)
