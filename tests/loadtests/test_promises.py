"""The rows name rigs that there are, with sizes that they know."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from loadtests.promises import ROWS, Row, option


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.rig}-{row.nodes}")
def test_a_row_names_a_rig_and_sizes_that_it_knows(row: Row) -> None:
    rig = import_module(row.rig)
    known = set(inspect.signature(rig.run).parameters)
    assert set(row.full) | set(row.short) | set(rig.SHORT) <= known
    assert callable(rig.main)


def test_no_two_rows_are_the_same() -> None:
    assert len({(row.number, row.title, row.nodes) for row in ROWS}) == len(ROWS)


def test_a_command_says_its_sizes() -> None:
    row = Row(7, "t", "p", "loadtests.kill", {"rate": 2.5, "timed": False, "short_cut": True})
    assert row.command(short=False) == "python -m loadtests.kill --rate 2.5 --no-timed --short-cut"
    assert row.command(short=True) == "python -m loadtests.kill --short"
    assert option("size", 3) == "--size 3"
