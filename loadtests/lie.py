"""Run a Python program on a wall clock that is wrong by what a file says; its steady clock is left alone.

    python -m loadtests.lie FILE python -m server serve …

Setting the machine's clock would need its administrator and disturb everybody else on it, and the usual library for
that (libfaketime 0.9.10) breaks sleeping as soon as the steady clock is to stay what it is. The server asks the time of
``time.time`` alone, so that is what lies, from the first import on.
"""

from __future__ import annotations

import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path

LOOK_S = 0.1  # how old what the file said may be


def lying(file: Path, true: Callable[[], float], steady: Callable[[], float]) -> Callable[[], float]:
    """A clock that is off by the seconds in the file."""
    offset, looked = 0.0, float("-inf")

    def now() -> float:
        nonlocal offset, looked
        if steady() - looked > LOOK_S:
            looked = steady()
            offset = float(file.read_text())
        return true() + offset

    return now


def main() -> None:
    file, _python, _option, module = sys.argv[1:5]
    clock = lying(Path(file), time.time, time.monotonic)
    time.time = clock
    time.time_ns = lambda: int(clock() * 1e9)
    sys.argv[:] = sys.argv[4:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
