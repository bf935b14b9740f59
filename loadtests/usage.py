"""What processes use: CPU time to the nanosecond, and resident bytes; by the second, or over some work.

meter = Meter({"gateway": lambda: [pid], "redis": engine.pids})
async with meter.over() as spent: …
spent.cpu["gateway"] / events
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.serving import memory_of

Pids = Callable[[], Iterable[int]]


def cpu_of(pid: int) -> float:
    """User and system time of a process so far, all its threads; raises ProcessLookupError."""
    try:
        # The clock of another process, by its number as the kernel makes it: a tick of /proc is 10 ms.
        return time.clock_gettime((~pid << 3) | 2)
    except OSError as error:
        raise ProcessLookupError(pid) from error


@dataclass(slots=True)
class Spent:
    """CPU seconds by name, how far memory has grown by then, and the time that went by."""

    cpu: dict[str, float] = field(default_factory=dict)
    grown: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def beyond(self, rest: Spent) -> Spent:
        """Without what the same processes use at rest in so much time."""
        share = self.seconds / rest.seconds
        cpu = {name: self.cpu[name] - rest.cpu.get(name, 0.0) * share for name in self.cpu}
        return Spent(cpu, self.grown, self.seconds)

    def a_second(self, name: str) -> float:
        """CPU seconds a second."""
        return self.cpu[name] / self.seconds


class Meter:
    """Reads several processes at once; each name has the pids that are given when it is read."""

    def __init__(self, processes: Mapping[str, Pids]) -> None:
        self._processes = dict(processes)

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each so far; children that ended count where their parent waited for them."""
        return {name: sum(map(_with_reaped, pids())) for name, pids in self._processes.items()}

    def memory(self) -> dict[str, int]:
        """Resident bytes of each."""
        return {name: sum(map(_resident, pids())) for name, pids in self._processes.items()}

    @asynccontextmanager
    async def over(self) -> AsyncIterator[Spent]:
        """What is spent until the end of the block."""
        spent = Spent()
        memory, cpu, begun = self.memory(), self.cpu(), time.monotonic()
        yield spent
        spent.seconds = time.monotonic() - begun
        spent.cpu = {name: seconds - cpu[name] for name, seconds in self.cpu().items()}
        spent.grown = {name: size - memory[name] for name, size in self.memory().items()}


def _with_reaped(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return cpu_of(pid) + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # a child that has ended since it was named; its parent has its time


def _resident(pid: int) -> int:
    try:
        return memory_of(pid)
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return 0  # as above, or it has ended and is not waited for yet
