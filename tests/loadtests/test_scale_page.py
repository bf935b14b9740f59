"""The page's tables say what the figures say, and a renewed page is the same but for them."""

from __future__ import annotations

import json
import re

import pytest

from loadtests.model import KEPT_FIGURES
from loadtests.scale_page import GATEWAY, SHARED, TABLES, limits, number, table, written

PAGE = KEPT_FIGURES.with_suffix(".md")


@pytest.fixture
def report() -> dict[str, object]:
    told: dict[str, object] = json.loads(KEPT_FIGURES.read_text())
    return told


def test_the_page_says_what_lies_beside_it(report: dict[str, object]) -> None:
    page = PAGE.read_text()
    assert written(page, report) == page


def test_every_table_has_its_place(report: dict[str, object]) -> None:
    markers = re.findall(r"<!-- ([a-z]+) -->", PAGE.read_text())
    assert sorted(markers) == sorted(TABLES)


def test_only_what_is_between_markers_changes(report: dict[str, object]) -> None:
    page = "before\n<!-- gateway -->\nold\n<!-- /gateway -->\nbetween\n<!-- joins -->\nold\n<!-- /joins -->\nafter\n"
    renewed = written(page, report)
    assert "old" not in renewed
    assert re.sub(r"(<!-- (\w+) -->).*?<!-- /\2 -->", r"\1", renewed, flags=re.DOTALL) == (
        "before\n<!-- gateway -->\nbetween\n<!-- joins -->\nafter\n"
    )
    assert written(renewed, report) == renewed


def test_a_marker_of_no_table_is_an_error(report: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        written("<!-- nonsense -->\n<!-- /nonsense -->\n", report)


def test_each_figure_is_told_once() -> None:
    keys = [each.key for each in (*GATEWAY, *SHARED)]
    assert len(keys) == len(set(keys))


def test_tables_and_figures_are_for_people() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert [number(value, "µs") for value in (0.1234, 7.85, 1234.5)] == ["0.123 µs", "7.85 µs", "1,234 µs"]
    assert number(12_345, "B") == "12.3 kB"


def test_what_a_short_run_did_not_see_is_no_error(report: dict[str, object]) -> None:
    figures: dict[str, float] = report["figures"]  # type: ignore[assignment]
    page = limits({"figures": figures | {"room_us": 0.0}})
    assert "| rooms at work with nothing said in them, Redis | more than was seen |" in page
