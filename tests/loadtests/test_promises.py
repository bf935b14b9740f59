"""The rows name rigs that there are, with sizes that they know; the page tells what was seen."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from loadtests.promises import ROWS, Row, Seen, option, render, table


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.rig}")
def test_a_row_names_a_rig_and_sizes_that_it_knows(row: Row) -> None:
    rig = import_module(row.rig)
    known = set(inspect.signature(rig.run).parameters)
    assert set(row.full) | set(row.short) | set(rig.SHORT) <= known
    assert callable(rig.main)


def test_no_two_rows_are_the_same() -> None:
    assert len({(row.number, row.title) for row in ROWS}) == len(ROWS)


def test_a_command_says_its_sizes() -> None:
    row = Row(7, "t", "p", "loadtests.kill", {"rate": 2.5, "timed": False, "short_cut": True})
    assert row.command(short=False) == "python -m loadtests.kill --rate 2.5 --no-timed --short-cut"
    assert row.command(short=True) == "python -m loadtests.kill --short"
    assert option("size", 3) == "--size 3"


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
    assert "1 of 2 hold" in table([seen(2, holds=False), seen(1, holds=True)])
