"""Run the rig of every promise, one after the other, and say what was seen: ``make faults``.

Each rig runs in a process and a data folder of its own, with a time limit; a miss does not stop the others.
``--json`` keeps what was seen, so that ``--only`` can measure one promise again; ``--write`` renders it for people.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import orjson
import uvloop

from loadtests.figures import Progress
from loadtests.promises import ROWS, Row
from loadtests.rig import Outcome, ends_on_sigterm
from loadtests.seen import Seen, render, table
from loadtests.serving import ROOT

# Over this a rig has lost its way: it is ended, and the promise counts as missed.
SHORT_LIMIT = 240.0
GRACE = 30.0  # seconds for it to end its servers in order


def attempt(row: Row, data: Path, *, short: bool, quiet: bool = False) -> Seen:
    """Run a row's rig in a process of its own; what goes wrong is a miss with its reason."""
    report = data / "report.json"
    sizes = orjson.dumps(row.sizes(short=short)).decode()
    inner = ["--rig", row.rig, "--sizes", sizes, "--data", str(data / "served"), "--json", str(report)]
    inner += [*(["--short"] if short else []), *(["--quiet"] if quiet else [])]
    limit = min(SHORT_LIMIT, row.limit) if short else row.limit
    begun = time.monotonic()
    # A group of its own, so that a server which its rig left behind is ended with it.
    child = subprocess.Popen(
        [sys.executable, "-m", "loadtests.faults", *inner],
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        code = child.wait(limit)
        why = f"the rig ended with {code}"
    except subprocess.TimeoutExpired:
        why = f"not done after {limit:.0f} s"
    finally:
        end(child)
    took = time.monotonic() - begun
    if not report.exists():
        return Seen.of(row, holds=False, lines=[why], seconds=took, short=short)
    said = orjson.loads(report.read_bytes())
    return Seen.of(row, holds=said["holds"], lines=said["lines"], seconds=took, short=short)


def end(child: subprocess.Popen[bytes]) -> None:
    """End a rig, which may end its servers itself, and then what is left of its group."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        child.wait()


def run_one(given: argparse.Namespace) -> int:
    """The inner process: one rig, its outcome as JSON."""
    given.data.mkdir(parents=True, exist_ok=True)
    rig, report = import_module(given.rig), given.json
    sizes = {**(rig.SHORT if given.short else {}), **orjson.loads(given.sizes)}

    async def whole() -> Outcome:
        ends_on_sigterm()
        outcome: Outcome = await rig.run(given.data, Progress(quiet=given.quiet), **sizes)
        return outcome

    outcome = uvloop.run(whole())
    report.write_bytes(orjson.dumps({"holds": outcome.holds, "lines": outcome.lines()}))
    return 0


def run_all(rows: Sequence[Row], *, short: bool, quiet: bool = False, kept: Path | None = None) -> list[Seen]:
    """Each row in turn, in a folder that is removed behind it; ``kept`` has it as soon as it was seen."""
    seen = []
    for number, row in enumerate(rows, 1):
        where = f" on {row.nodes} gateways" if row.nodes > 1 else ""
        sys.stdout.write(f"== {number} of {len(rows)}: promise {row.number}{where}, {row.title}\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory(prefix="showfloor-faults-", ignore_cleanup_errors=True) as folder:
            seen.append(attempt(row, Path(folder), short=short, quiet=quiet))
        last = seen[-1]
        merged(kept, [last])
        sys.stdout.write("".join(f"   {line}\n" for line in last.lines))
        sys.stdout.write(f"   {'holds' if last.holds else 'MISSED'} ({last.seconds:.0f} s)\n")
        sys.stdout.flush()
    return seen


def merged(path: Path | None, seen: Sequence[Seen]) -> list[Seen]:
    """What was seen now, and of the other rows what ``path`` holds from earlier."""
    if path is None:
        return list(seen)
    kept = {each.key: each for each in map(Seen.read, orjson.loads(path.read_bytes()))} if path.exists() else {}
    kept |= {each.key: each for each in seen}
    path.write_bytes(orjson.dumps([each.told() for each in kept.values()], option=orjson.OPT_INDENT_2))
    return list(kept.values())


def chosen(only: str | None, nodes: int | None = None) -> list[Row]:
    """The rows of those promises, in the order of their numbers; all by default. Raises ValueError.

    With ``nodes`` only those of so many gateways.
    """
    rows = sorted((row for row in ROWS if nodes in (None, row.nodes)), key=lambda row: (row.nodes, row.number))
    if only is None:
        return rows
    wanted = {int(number) for number in only.split(",")}
    if unknown := wanted - {row.number for row in ROWS}:
        message = f"there is no rig for {', '.join(map(str, sorted(unknown)))}"
        raise ValueError(message)
    return [row for row in rows if row.number in wanted]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.faults", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--short", action="store_true", help="short forms: what counts is kept, times are not judged")
    parser.add_argument("--only", metavar="5,13", help="these promises only")
    parser.add_argument("--nodes", type=int, metavar="N", help="only what is promised of so many gateways")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was seen here, beside what is there")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="render what was seen, as docs/explanation/promises.md"
    )
    parser.add_argument("--list", action="store_true", help="list the rows and run nothing")
    parser.add_argument("--quiet", action="store_true", help="no progress from inside the rigs")
    for inner in ("--rig", "--sizes"):
        parser.add_argument(inner, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rig is not None:
        return run_one(given)
    try:
        rows = chosen(given.only, given.nodes)
    except ValueError as error:
        parser.error(str(error))
    if given.list:
        sys.stdout.write(
            "".join(f"{row.number:3} on {row.nodes}  {row.title}  ({row.command(short=given.short)})\n" for row in rows)
        )
        return 0
    seen = run_all(rows, short=given.short, quiet=given.quiet, kept=given.json)
    sys.stdout.write("\n" + table(seen) + "\n")
    known = merged(given.json, seen)
    if given.write is not None:
        given.write.write_text(render(known))
    return 0 if all(each.holds for each in seen) else 1


if __name__ == "__main__":
    raise SystemExit(main())
