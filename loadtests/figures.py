"""Figures of a run, and how they are printed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence

from loadtests.diary import Answered, Diary, Sent


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which that share lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def ack_times(diaries: Iterable[Diary]) -> list[float]:
    """Seconds from the first sending of each command to its ack; nacks and time-outs are left out."""
    took = []
    for diary in diaries:
        sent: dict[str, float] = {}
        for entry in diary.entries:
            if isinstance(entry, Sent):
                sent.setdefault(entry.id, entry.at)
            elif isinstance(entry, Answered) and entry.ok:
                took.append(entry.at - sent[entry.id])
    return took


def milliseconds(values: Sequence[float]) -> str:
    """p50, p99 and the longest, from seconds."""
    p50, p99 = percentile(values, 0.5) * 1000, percentile(values, 0.99) * 1000
    return f"p50 {p50:.1f} ms  p99 {p99:.1f} ms  max {max(values, default=0) * 1000:.0f} ms"


class Progress:
    """Lines with the time since the start, for people who wait."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._begun = time.monotonic()
        self._quiet = quiet

    def say(self, line: str) -> None:
        if not self._quiet:
            sys.stdout.write(f"{time.monotonic() - self._begun:7.1f} s  {line}\n")
            sys.stdout.flush()
