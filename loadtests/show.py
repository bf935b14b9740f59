"""A show with locust's people on a server of its own, and locust's report.

    python -m loadtests.show --users 200 --shape storm --run-time 60

The server and its room are made here, the room's limits raised; locust runs as another process, because it makes the
sockets of its own process green. Against a server that already runs, use locust itself: docs/how-to/load-test.md.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from loadtests.figures import Progress
from loadtests.serving import ROOT, Serving
from loadtests.shapes import SHAPES, ShapeName

ROOM = "show"
LOCUSTFILE = ROOT / "loadtests" / "locustfile.py"
GRACE_S = 60  # for locust to start, to let everybody settle, and to write its report


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: so many people in this shape for so long; seconds between two acts of one person."""

    users: int = 200
    shape: ShapeName = "storm"
    seconds: int = 60
    pause: float = 5
    voting: float = 6
    within: float = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A line of locust's table: milliseconds."""

    kind: str
    name: str
    count: int
    failures: int
    median: float
    p99: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Locust's exit code and output, its table, and the failures it lists."""

    code: int
    output: str
    table: Sequence[Line]
    failures: Sequence[str]

    @property
    def holds(self) -> bool:
        return self.code == 0 and not self.failures and self.count("delivery") > 0

    def count(self, kind: str, name: str | None = None) -> int:
        """How many things of a kind (and name) locust counted."""
        return sum(line.count for line in self.table if line.kind == kind and name in (None, line.name))

    def lines(self) -> list[str]:
        lines = [
            f"{line.kind:9} {line.name:24} {line.count:7}  p50 {line.median:5.0f} ms  p99 {line.p99:5.0f} ms"
            + (f"  {line.failures} FAILED" if line.failures else "")
            for line in self.table
        ]
        return lines + [f"failed: {failure}" for failure in self.failures]


async def run(plan: Plan, data: Path, progress: Progress, html: Path | None = None) -> Outcome:
    """Serve, run locust, read its report."""
    async with Serving(data / "server") as server:
        host = await server.host(ROOM)
        await host.stop()
        progress.say(f"{plan.users} people, {plan.shape}, {plan.seconds} s")
        return await locust(plan, server.url, server.secret, data, html)


async def locust(plan: Plan, url: str, secret: str, data: Path, html: Path | None = None) -> Outcome:
    """Run locust against ``url`` for a room that is there, without a window."""
    stem = data / "locust"
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", url, "--room", ROOM]
    command += ["--users", str(plan.users), "--run-time", f"{plan.seconds}s", "--shape", plan.shape]
    command += ["--pause", str(plan.pause), "--voting", str(plan.voting), "--within", str(plan.within)]
    command += ["--csv", str(stem), "--only-summary", "--skip-log-setup"]
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        command += ["--html", str(html)]
    # The secret goes by the environment: arguments are there for everybody on the machine to read.
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, "SHOWFLOOR_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), plan.seconds + GRACE_S)
    except TimeoutError:
        process.kill()
        output, _ = await process.communicate()
    return Outcome(process.returncode or 0, output.decode(errors="replace"), _table(stem), _failures(stem))


def _table(stem: Path) -> list[Line]:
    return [
        Line(
            row["Type"],
            row["Name"],
            int(row["Request Count"]),
            int(row["Failure Count"]),
            float(row["Median Response Time"] or 0),
            float(row["99%"]) if row["99%"] not in ("", "N/A") else 0.0,
        )
        for row in _rows(stem, "stats")
        if row["Name"] != "Aggregated"
    ]


def _failures(stem: Path) -> list[str]:
    rows = _rows(stem, "failures")
    return [f"{row['Occurrences']} × {row['Method']} {row['Name']}: {row['Error']}" for row in rows]


def _rows(stem: Path, what: str) -> list[dict[str, str]]:
    path = stem.with_name(f"{stem.name}_{what}.csv")
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.show", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--users", type=int, default=200, help="how many people (default: %(default)s)")
    parser.add_argument("--shape", choices=SHAPES, default="storm", help="how they come (default: %(default)s)")
    parser.add_argument("--run-time", type=int, default=60, help="seconds (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=5, help="seconds between a person's acts (default: %(default)s)")
    parser.add_argument("--html", type=Path, default=ROOT / "test-results" / "locust.html", help="locust's report")
    given = parser.parse_args()
    plan = Plan(given.users, given.shape, given.run_time, given.pause)
    with tempfile.TemporaryDirectory(prefix="showfloor-show-") as data:
        outcome = uvloop.run(run(plan, Path(data), Progress(), given.html))
    sys.stdout.write("\n".join([*outcome.lines(), f"report: {given.html}", ""]))
    if not outcome.holds:
        sys.stdout.write(f"{outcome.output[-3000:]}\n")
    sys.stdout.write("holds\n" if outcome.holds else "DOES NOT HOLD\n")
    return 0 if outcome.holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
