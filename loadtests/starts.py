"""What a start costs: the CPU time of a server until it is ready, and of small commands.

python -m loadtests.starts [--runs 10]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from loadtests.serving import Serving, cpu_seconds

COMMANDS = {
    "token": ("token", "--room", "r", "--user", "u", "--role", "host"),
    "key": ("key", "--label", "till"),
    "staff list": ("staff", "list"),
}


async def measured(data: Path, runs: int) -> dict[str, list[float]]:
    """Seconds of CPU by what was started; the first start, which makes the tables, is left out."""
    found: dict[str, list[float]] = {}
    server = Serving(data)
    for run in range(runs + 1):
        await server.start()
        assert server.process is not None
        took = {"serve": cpu_seconds(server.process.pid)}
        await server.terminate()
        for name, words in COMMANDS.items():
            before = _children()
            await server.command(*words, "--data", str(data))
            took[name] = _children() - before
        if run:
            for name, seconds in took.items():
                found.setdefault(name, []).append(seconds)
    return found


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.starts", description="What a start costs.")
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder), arguments.runs))
    for name, seconds in found.items():
        print(f"{name:12}{median(seconds):6.2f} s of CPU, at least {min(seconds):.2f}, in {len(seconds)} runs")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
