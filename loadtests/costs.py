"""What each thing costs: measured on real servers, written as JSON, and into docs/explanation/scale.md.

    python -m loadtests.costs --json test-results/costs.json --write docs/explanation/scale.md
    python -m loadtests.costs --rooms 2000   # what a room at work costs, and nothing else
    python -m loadtests.costs --from test-results/costs.json --write docs/explanation/scale.md   # without measuring

A gateway alone first, then nodes on a Redis Cluster and a PostgreSQL, then two crowds that the model is held against,
and at last one room as full as it goes (``loadtests.hall``). It takes seven minutes on two cores and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import uvloop

from loadtests.attendee import room_for_descriptors
from loadtests.costs_alone import SHORT, Found, Sizes, alone, rooms_alone
from loadtests.costs_shared import on_one_redis, shared
from loadtests.figures import Progress
from loadtests.hall import run as full
from loadtests.premises import NotMeasured
from loadtests.scale_page import written
from loadtests.seen import commit, machine
from loadtests.wire import WireError

LONGEST_S = 1_500.0  # even on a busy machine


@dataclass(frozen=True, slots=True)
class Report:
    """Figures and rows, and where and when they were seen."""

    figures: dict[str, float]
    rows: dict[str, list[dict[str, Any]]]
    command: str
    commit: str
    at: str
    machine: str
    load: float  # the machine's load average before
    seconds: float
    short: bool

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


async def measure(data: Path, progress: Progress, sizes: Sizes, hall: int) -> Found:
    """All of it, one after the other. Raises NotMeasured."""
    room_for_descriptors(20_000)
    first = await alone(data / "alone", progress, sizes)
    found = await shared(data / "shared", progress, sizes, first.figures)
    found.rows["events"] = [*first.rows.pop("events"), *found.rows["events"]]
    found.rows |= first.rows
    await on_one_redis(data / "one", sizes, found)
    if hall:
        try:
            found.rows["hall"] = (await full(data / "hall", progress, people=hall)).rows()
        except (NotMeasured, OSError, RuntimeError, WireError, ExceptionGroup) as error:
            # What was measured before is worth keeping where a machine cannot hold so many.
            progress.say(f"a room of {hall} was not measured: {error!r}")
    return found


def run(sizes: Sizes, progress: Progress, command: str, hall: int = 0) -> Report:
    """Measure in a temporary folder."""
    begun, load = time.monotonic(), os.getloadavg()[0]
    data = Path(tempfile.mkdtemp(prefix="showfloor-costs-"))
    try:
        found = uvloop.run(asyncio.wait_for(measure(data, progress, sizes, hall), LONGEST_S))
    finally:
        shutil.rmtree(data, ignore_errors=True)
    took = round(time.monotonic() - begun, 1)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Report(found.figures, found.rows, command, commit(), now, machine(), load, took, sizes is SHORT)


def _only_rooms(rooms: int) -> dict[str, float]:
    room_for_descriptors(20_000)
    with tempfile.TemporaryDirectory(prefix="showfloor-costs-", ignore_cleanup_errors=True) as data:
        return uvloop.run(rooms_alone(Path(data), Sizes(rooms=rooms))).figures


def _lines(figures: Mapping[str, float]) -> str:
    return "".join(f"{name:24} {value:14,.1f}\n" for name, value in sorted(figures.items()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.costs", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--short", action="store_true", help="all of it, very small: shows that it works, no figures")
    parser.add_argument("--json", type=Path, help="write what was measured here")
    parser.add_argument("--from", dest="kept", type=Path, help="measure nothing, take what was written there")
    parser.add_argument("--write", type=Path, help="renew the tables of this page, and the JSON beside it")
    parser.add_argument("--hall", type=int, default=20_000, help="people in the fullest room; 0: none (%(default)s)")
    parser.add_argument("--quiet", action="store_true", help="print the figures only")
    parser.add_argument("--rooms", type=int, help="only what a room at work costs, from so many of them")
    given = parser.parse_args()
    if given.rooms is not None:
        sys.stdout.write(_lines(_only_rooms(given.rooms)))
        return 0
    if given.kept is None:
        words = "python -m loadtests.costs" + (" --short" if given.short else "")
        report = run(
            SHORT if given.short else Sizes(), Progress(quiet=given.quiet), words, 0 if given.short else given.hall
        )
    else:
        report = Report.read(given.kept)
    sys.stdout.write(_lines(report.figures))
    if given.json is not None:
        report.write(given.json)
    if given.write is not None:
        if report.short:
            sys.stderr.write("the short form's figures are not worth a page\n")
            return 2
        report.write(given.write.with_suffix(".json"))
        given.write.write_text(written(given.write.read_text(), asdict(report)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
