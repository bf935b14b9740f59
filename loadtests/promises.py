"""The promises that a rig can show, one row each, and how what was seen is told.

A new rig is a module with ``run(data, progress, *, sizes…) -> Outcome``, its short form's sizes as ``SHORT``, and one
entry in ROWS.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from loadtests.serving import ROOT

Sizes = Mapping[str, int | float | str | bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One rig for one promise; ``full`` and ``short`` change the rig's own sizes of either form."""

    number: int
    title: str
    promise: str
    rig: str
    full: Sizes = field(default_factory=dict)
    short: Sizes = field(default_factory=dict)
    limit: float = 300.0  # seconds for the full form

    def command(self, *, short: bool) -> str:
        """How to run this alone."""
        sizes = self.short if short else self.full
        options = [option(name, value) for name, value in sizes.items()]
        return " ".join(["python -m", self.rig, *(["--short"] if short else []), *options])


def option(name: str, value: object) -> str:
    """A size as the command line says it."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {value}"


ROWS: tuple[Row, ...] = (
    Row(
        1,
        "a crash loses nothing that was acknowledged",
        "50 SIGKILLs in 5 minutes at 200 messages a second: 0 acked missing, 0 twice, one order for all; "
        "99 % of sends acked within 15 s",
        "loadtests.kill",
        limit=900,
    ),
    Row(
        2,
        "acknowledged means stored",
        "20 kills of the process with its log and database at once: each acked message stands in the log's file as it "
        "lies there, 0 missing; acks p99 ≤ 150 ms in peace",
        "loadtests.durable",
        limit=600,
    ),
    Row(
        4,
        "sending again is safe",
        "the same id 5 times on one socket, on two, after reconnects, after a kill: one row, one delivery, one "
        "position; another body is an id_conflict",
        "loadtests.resend",
    ),
    Row(
        5,
        "who comes back gets all, at once",
        "120 s away, 1,000 missed: recovered true, all of it in order in ≤ 2 s; beyond the limits recovered false with "
        "the reason, then history gives the rest",
        "loadtests.away",
    ),
    Row(
        6,
        "never a silent gap",
        "5,000 random resume requests: complete, or recovered: false with its reason",
        "loadtests.resume",
    ),
    Row(
        11,
        "slow consumers hurt nobody",
        "10 clients stop reading at 400 × 10 KB messages a second for 60 s: each closed; growth ≤ 40 MiB; "
        "the others' p99 ≤ 1.2 ×",
        "loadtests.slow",
        limit=400,
    ),
    Row(
        14,
        "a restart in order is not felt",
        "SIGTERM 10 times at 200 messages a second: /readyz 503 at once, exit 0 in ≤ 15 s, 0 lost, ≤ 1 reconnect a "
        "client and round",
        "loadtests.rolling",
        limit=600,
    ),
    Row(
        17,
        "one person, one vote",
        "1,000 voters × 10 racing repeats with 10 kills: the tally is the distinct voters on every client and in the "
        "database",
        "loadtests.votes",
        {"barrier": False},
        {"barrier": False},
        limit=600,
    ),
    Row(
        18,
        "a close is a barrier",
        "1,000 voters: every vote acked before the close counts, every later one is refused; hidden results leak in no "
        "frame",
        "loadtests.votes",
        {"race": False},
        {"race": False},
    ),
    Row(
        19,
        "who may no longer hear hears nothing",
        "kick, ban, role change, token expiry, link withdrawal, also in the middle of coming back to 1,000 missed "
        "events: no further event ≤ 1 s later; the door, the history and the download are shut, also after a restart",
        "loadtests.authorise",
    ),
    Row(
        20,
        "limits are fair",
        "a flooder at 1,000 messages a second among 100: the excess is refused with retry_after_ms, then closed; "
        "the others' p99 ≤ 1.2 ×",
        "loadtests.flood",
    ),
    Row(
        23,
        "who is erased is gone",
        "a guest and a member of a group chat, erased through the API: in ≤ 60 s their canaries are in no file of the "
        "data folder, no answer and no log line, nor after a crash; the others' records stay as they were",
        "loadtests.erase",
    ),
    Row(
        24,
        "a jump of the clock is not felt",
        "a day forward and back, while running, in a crash and in a restart: order, sessions, sending again and polls "
        "that are due stay as they were",
        "loadtests.clock",
    ),
    Row(
        26,
        "latency",
        "2,000 deliveries a second: p50 ≤ 20 ms, p99 ≤ 60 ms; 10,000 a second: p99 ≤ 100 ms",
        "loadtests.latency",
    ),
    Row(
        10,
        "a full disk stops only writing",
        "refused in ≤ 2 s, reading goes on, /readyz says so in ≤ 3 s, normal ≤ 10 s after space is back, no restart, "
        "nothing acked is lost",
        "loadtests.disk",
    ),
    Row(
        12,
        "the dead and the silent are let go",
        "200 dead members are gone within ping interval + timeout + 1 s; 2,000 who never say who they are within 15 s; "
        "the others' p99 ≤ 1.2 ×",
        "loadtests.silent",
    ),
    Row(
        13,
        "all come back at once",
        "1,000 clients in 20 rooms, SIGKILL: 99 % back and recovered in ≤ 10 s, all in ≤ 30 s, "
        "≤ 2 database reads a room",
        "loadtests.storm",
        limit=600,
    ),
    Row(
        15,
        "a poor mobile network delays, and loses nothing",
        "300 ms there and back, 30 % of packets lost each way: every send acked in ≤ 60 s, nothing lost",
        "loadtests.mobile",
        limit=600,
    ),
    Row(
        25,
        "those who went leave nothing behind",
        "200,000 connects and closes from 16 addresses: sockets, tasks and descriptors as before, memory within 10 %, "
        "its slope ≤ 24 bytes a visit",
        "loadtests.churn",
        limit=1200,
    ),
)


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
        )

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        return cls(**told)

    @property
    def key(self) -> tuple[int, str]:
        return self.number, self.title

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


def table(seen: Sequence[Seen]) -> str:
    """One line a row for a terminal."""
    lines = []
    for each in seen:
        lines.append(f"{each.number:3}  {'holds ' if each.holds else 'MISSED'}  {each.title}: {each.figure}")
        lines.append(f"             {each.command}")
    held = sum(each.holds for each in seen)
    lines.append(f"{held} of {len(seen)} hold")
    return "\n".join(lines)


HEAD = """# What is promised, and what was seen

Each promise has a rig that tries to break it: `make faults` runs them all, one after the other, each on a server of its
own, and a checker outside the server judges from the clients' diaries, the database and the server's output. This page
is written by that command from what it measured; misses stand here as well.

"""

TAIL = """
Without a rig so far are the promises that need several gateways, Redis or PostgreSQL (3, 7, 8, 9), photos (16),
bridges to group chats (21) and member notices (22).
"""


def render(seen: Sequence[Seen]) -> str:
    """The page for people, in Markdown."""
    rows = sorted(seen, key=lambda each: (each.number, each.title))
    lines = ["| # | promise | seen | |", "|---|---|---|---|"]
    for each in rows:
        verdict = "holds" if each.holds else "**missed**"
        if each.short:
            verdict += " (short form)"
        lines.append(f"| {each.number} | {cell(each.title)} | {cell(each.figure)} | {verdict} |")
    lines += ["", *measured(rows), "", "## In detail"]
    for each in rows:
        lines += ["", f"### {each.number}. {each.title[:1].upper()}{each.title[1:]}", "", f"{each.promise}.", ""]
        lines += [f"`{each.command}` ({each.seconds:.0f} s)", ""]
        lines += [f"* {line}" for line in each.lines]
    return HEAD + "\n".join(lines) + "\n" + TAIL


def measured(rows: Sequence[Seen]) -> list[str]:
    """On which machine, when and from which commit, with the rows that differ named."""
    places: dict[tuple[str, str], list[Seen]] = {}
    for each in rows:
        places.setdefault((each.machine, each.commit), []).append(each)
    lines = []
    for (where, which), group in places.items():
        numbers = "all" if len(places) == 1 else ", ".join(sorted({str(each.number) for each in group}, key=int))
        since, until = min(each.at for each in group), max(each.at for each in group)
        when = since if since == until else f"{since} to {until}"
        lines.append(f"* Measured ({numbers}): {where}; {when}; commit `{which}`.")
    return lines


def cell(text: str) -> str:
    return text.replace("|", "\\|")
