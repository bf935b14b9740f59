"""A stage of tests by pytest; what failed in it is run once more, one by one, on the machine that is quiet by then.

Many tests at once keep each other waiting, and some of them measure time. A test that fails both times has failed. One
that passed only when run alone is named, so that it is not forgotten. Nothing is run a third time.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

MOST = 12  # failed tests that are run again; more have not been late, they are broken
TESTS_FAILED = 1  # pytest's exit code for this; another says that it could not do its work


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stage went; ``alone`` are the tests that passed only when run alone."""

    passed: bool
    alone: tuple[str, ...] = ()


def run(name: str, arguments: list[str], *, root: Path, results: Path) -> Outcome:
    """Run pytest in ``root`` with these arguments, and what failed again. Reports are left in ``results``."""
    code, failed = _run(name, arguments, root, results)
    if code == 0:
        return Outcome(passed=True)
    if code != TESTS_FAILED or not failed:
        return Outcome(passed=False)
    if len(failed) > MOST:
        _say(f"{len(failed)} tests failed; no more than {MOST} are run again")
        return Outcome(passed=False)

    _say(f"{len(failed)} failed, and run once more, one by one:", *failed)
    code, twice = _run(f"{name}-alone", failed, root, results)
    suite = ET.parse(results / f"{name}-alone.xml").getroot().find("testsuite")
    ran = 0 if suite is None else int(suite.get("tests", 0)) - int(suite.get("skipped", 0))
    alone = tuple(test for test in failed if test not in twice) if ran == len(failed) else ()
    return Outcome(passed=code == 0 and len(alone) == len(failed), alone=alone)


def _run(name: str, arguments: list[str], root: Path, results: Path) -> tuple[int, list[str]]:
    """pytest's exit code, and the ids of the tests that failed."""
    cache, report = results / f"{name}-cache", results / f"{name}.xml"
    shutil.rmtree(cache, ignore_errors=True)
    report.unlink(missing_ok=True)
    options = ["-q", "--durations=5", f"--junitxml={report}", "-o", f"cache_dir={cache}"]
    code = subprocess.run([sys.executable, "-m", "pytest", *options, *arguments], check=False, cwd=root).returncode
    failed = cache / "v" / "cache" / "lastfailed"
    return code, sorted(json.loads(failed.read_text())) if failed.exists() else []


def _say(*lines: str) -> None:
    sys.stdout.write("\n   ".join(["", *lines]) + "\n")
    sys.stdout.flush()
