"""What was seen of the promises, for a terminal, for a file, and for people."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from loadtests.promises import ROWS, Row
from loadtests.serving import ROOT


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run of one row showed; each bears its own commit, date and machine, for rows are measured apart."""

    number: int
    title: str
    promise: str
    command: str
    holds: bool
    lines: list[str]
    seconds: float
    short: bool
    commit: str
    at: str
    machine: str
    nodes: int = 1

    @classmethod
    def of(cls, row: Row, *, holds: bool, lines: Sequence[str], seconds: float, short: bool) -> Self:
        return cls(
            row.number,
            row.title,
            row.promise,
            row.command(short=short),
            holds,
            list(lines),
            round(seconds, 1),
            short,
            commit(),
            datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            machine(),
            row.nodes,
        )

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        return cls(**told)

    @property
    def key(self) -> tuple[int, str, int]:
        return self.number, self.title, self.nodes

    @property
    def place(self) -> str:
        """How it is named among the others."""
        return f"{self.number}" if self.nodes == 1 else f"{self.number} · on {words(self.nodes)} gateways"

    @property
    def figure(self) -> str:
        """The first line: what counts."""
        return self.lines[0] if self.lines else "nothing was measured"

    def told(self) -> dict[str, Any]:
        return asdict(self)


def commit() -> str:
    """The commit that is checked out, with a mark if files differ from it; "unknown" outside of git."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=10"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip() or "unknown"


def machine() -> str:
    """This machine in a line."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    model = names[0] if names else platform.machine()
    return f"{cores} cores ({model}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def words(count: int) -> str:
    return {2: "two", 3: "three"}.get(count, str(count))


def table(seen: Sequence[Seen]) -> str:
    """One line a row for a terminal."""
    lines = []
    for each in seen:
        lines.append(f"{each.place:>3}  {'holds ' if each.holds else 'MISSED'}  {each.title}: {each.figure}")
        lines.append(f"             {each.command}")
    held = sum(each.holds for each in seen)
    lines.append(f"{held} of {len(seen)} hold")
    return "\n".join(lines)


HEAD = """# What is promised, and what was seen

Each promise has a rig that tries to break it: `make faults` runs them all, one after the other, each on servers of its
own, and a checker outside the server judges from the clients' diaries, the database and the server's output. This page
is written by that command from what it measured; misses stand here as well.

"""

ALONE = """
## One server

Its log and its database are files in its data folder.

"""

TOGETHER = """
## Several gateways

They share one Redis, which writes each change to its disk before it answers, and one PostgreSQL. All of it, and the
people, ran on the machine named below: that all wait for the same few cores shows in the times. Two promises are near
their bars there: 9 was missed by 2.36 × in the run before this one, 11 in runs in which the room changed its owner
([what is known of it](several-gateways.md#what-a-room-holds-and-where-too-little-cpu-leads)).

"""

TAIL = """
Without a rig so far are bridges to group chats (21) and member notices (22).
"""


def render(seen: Sequence[Seen]) -> str:
    """The page for people, in Markdown."""
    rows = sorted(seen, key=lambda each: (each.nodes, each.number, each.title))
    alone, together = [each for each in rows if each.nodes == 1], [each for each in rows if each.nodes > 1]
    text = HEAD + "\n".join(measured(rows)) + "\n"
    for head, part in ((ALONE, alone), (TOGETHER, together)):
        if part:
            text += head + "\n".join([*summary(part), *unmeasured(part)]) + "\n"
    lines = ["", "## In detail"]
    for each in rows:
        title = f"{each.title[:1].upper()}{each.title[1:]}"
        lines += ["", f"### {each.place}. {title}", "", f"{each.promise}.", ""]
        lines += [f"`{each.command}` ({each.seconds:.0f} s)", ""]
        lines += [f"* {line}" for line in each.lines]
    return text + "\n".join(lines) + "\n" + TAIL


def summary(rows: Sequence[Seen]) -> list[str]:
    """The rows as a table."""
    lines = ["| # | promise | seen | |", "|---|---|---|---|"]
    for each in rows:
        verdict = "holds" if each.holds else "**missed**"
        if each.short:
            verdict += " (short form)"
        lines.append(f"| {each.number} | {cell(each.title)} | {cell(each.figure)} | {verdict} |")
    return lines


def unmeasured(seen: Sequence[Seen], rows: Sequence[Row] = ROWS) -> list[str]:
    """A line on the rows of this many gateways that were not run whole; none if all were."""
    nodes, whole = seen[0].nodes, {each.key for each in seen if not each.short}
    left = [row for row in rows if row.nodes == nodes and (row.number, row.title, row.nodes) not in whole]
    if not left:
        return []
    return ["", f"Not run whole yet: {'; '.join(f'{row.title} ({row.number})' for row in left)}."]


def measured(rows: Sequence[Seen]) -> list[str]:
    """On which machine, when and from which commit, with the rows that differ named."""
    places: dict[tuple[str, str], list[Seen]] = {}
    for each in rows:
        places.setdefault((each.machine, each.commit), []).append(each)
    lines = []
    for (where, which), group in places.items():
        numbers = "all" if len(places) == 1 else ", ".join(dict.fromkeys(each.place for each in group))
        since, until = min(each.at for each in group), max(each.at for each in group)
        when = since if since == until else f"{since} to {until}"
        lines.append(f"* Measured ({numbers}): {where}; {when}; commit `{which}`.")
    return lines


def cell(text: str) -> str:
    return text.replace("|", "\\|")
