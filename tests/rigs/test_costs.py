"""The costs in the short form: everything is measured once, very small; the figures say nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from loadtests.costs import Report
from loadtests.costs_alone import SHORT, Found, alone
from loadtests.costs_shared import shared
from loadtests.figures import Progress
from loadtests.model import Costs
from loadtests.scale_page import GATEWAY, SHARED, TABLES

QUIET = Progress(quiet=True)
# What a gateway alone is measured for, and nodes need.
GIVEN = {"write_us": 8.0, "frame_us": 1.0, "connection_bytes": 12_000.0, "join_us": 700.0}


async def test_a_gateway_alone_is_measured(tmp_path: Path) -> None:
    found = await alone(tmp_path, QUIET, SHORT)
    assert {each.key for each in GATEWAY} <= set(found.figures)
    assert found.figures["join_us"] > 100
    assert 200 < found.figures["frame_bytes"] < 600
    assert [row["people"] for row in found.rows["joins"]] == list(SHORT.crowds)
    ways = [row["way"] for row in found.rows["deliveries"]]
    assert ways == ["one by one", "one by one", "20 at once", "400 characters"]
    assert found.rows["events"][1]["joined"] > 1


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server on PATH")
async def test_nodes_are_measured_and_held_against_the_model(tmp_path: Path) -> None:
    own = {each.key: 1.0 for each in GATEWAY} | GIVEN
    found: Found = await shared(tmp_path, QUIET, SHORT, own)
    assert {each.key for each in SHARED} <= set(found.figures)
    Costs.of(found.figures)
    assert found.figures["batch_us"] + found.figures["event_us"] > 20
    assert found.figures["redis_event_bytes"] > 0
    assert [len(row["gateways"]) for row in found.rows["checks"]] == [2, 2]
    found.rows["joins"] = [{"people": 1, "join_us": 1.0}]
    found.rows["deliveries"] = []
    report = Report(found.figures, found.rows, "command", "abc", "now", "here", 0.0, 1.0, short=True)
    report.write(tmp_path / "costs.json")
    assert Report.read(tmp_path / "costs.json") == report
    tables = {name: tell({**report.figures, **_told(report)}) for name, tell in TABLES.items()}
    assert all(tables.values())


def _told(report: Report) -> dict[str, object]:
    return {name: getattr(report, name) for name in Report.__dataclass_fields__}
