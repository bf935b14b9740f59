"""Server and rig on cores of their own, so that the one is not measured together with the other's work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests.serving import Serving


@contextmanager
def apart(server: Serving, *, wanted: bool = True) -> Iterator[bool]:
    """Give the server the first core and this process the others, until the end; False if there is only one."""
    assert server.process is not None
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not wanted:
        yield False
        return
    keep(server.process.pid, set(cores[:1]))
    keep(os.getpid(), set(cores[1:]))
    try:
        yield True
    finally:
        keep(os.getpid(), set(cores))


def keep(pid: int, cores: set[int]) -> None:
    """Keep all threads of a process, and those that they start, on these cores."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            os.sched_setaffinity(int(thread.name), cores)
        except ProcessLookupError:
            continue  # it has ended meanwhile
