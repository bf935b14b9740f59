"""Run every test, in stages, and say how long each took: test.py SLOW_DIRECTORY...

A stage that fails does not hide the ones after it; the exit code is 1 if any failed.
With REQUIRE_ALL=1 a skipped test is a failed one. What failed under pytest is run once more, alone (again.py).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import again

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
RIGS = "tests/rigs"
SHARED = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


def browser() -> str:
    asked = subprocess.run(
        [sys.executable, "scripts/chromium.py"], check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    return asked.stdout.strip()


def passes(command: list[str]) -> bool:
    return subprocess.run(command, check=False, cwd=ROOT).returncode == 0


def client_passes() -> bool:
    report = RESULTS / "vitest.json"
    report.unlink(missing_ok=True)
    vitest = ["scripts/node.sh", "npm", "--prefix", "client_web", "test", "--silent", "--"]
    reporters = ["--reporter=default", "--reporter=json", f"--outputFile={report}"]
    if not passes([*vitest, *reporters]):
        return False

    counted = json.loads(report.read_text())
    idle = counted["numPendingTests"] + counted["numTodoTests"]
    if REQUIRE_ALL and idle:
        sys.stdout.write(f"showfloor: REQUIRE_ALL=1 allows no skip, and {idle} client tests did not run\n")
        return False
    return True


def main() -> int:
    RESULTS.mkdir(exist_ok=True)
    slow = [directory for directory in sys.argv[1:] if (ROOT / directory).is_dir()]
    os.environ["SHOWFLOOR_CHROMIUM"] = browser()
    alone: list[str] = []

    def tested(stage: str, *arguments: str) -> bool:
        outcome = again.run(stage, [*arguments], root=ROOT, results=RESULTS)
        alone.extend(outcome.alone)
        return outcome.passed

    stages: dict[str, Callable[[], bool]] = {
        "client": client_passes,
        "quick": partial(
            tested, "quick", "-n", "auto", "--dist", "loadfile", *(f"--ignore={directory}" for directory in slow)
        ),
        # Browsers, suites, clusters and rigs wait as much as they compute; tests/conftest.py says what begins first.
        "slow": partial(tested, "slow", *SHARED, *(each for each in slow if each != RIGS)),
        "rigs": partial(tested, "rigs", *SHARED, RIGS),
    }
    lines = []
    for name, stage in stages.items():
        sys.stdout.write(f"\n== {name} tests\n")
        sys.stdout.flush()
        start = time.monotonic()
        verdict = "passed" if stage() else "FAILED"
        lines.append(f"   {name:8}{verdict:8}{time.monotonic() - start:7.1f} s")

    lines += [f"   PASSED ONLY WHEN RUN ALONE: {test}" for test in alone]
    (RESULTS / "alone.txt").write_text("".join(f"{test}\n" for test in alone))
    sys.stdout.write("\n".join(["", *lines, ""]))
    return 1 if any("FAILED" in line for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
