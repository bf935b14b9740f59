"""A rig in no time for the runner of rigs: it holds, misses, fails or hangs as it is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.figures import Progress

SHORT: dict[str, Any] = {"turns": 1}


@dataclass(frozen=True, slots=True)
class Outcome:
    holds: bool
    turns: int

    def lines(self) -> list[str]:
        return [f"{self.turns} turns", "and more"]


async def run(data: Path, progress: Progress, *, way: str = "holds", turns: int = 5) -> Outcome:
    (data / "file").touch()
    if way == "hangs":
        await asyncio.sleep(60)
    if way == "fails":
        raise RuntimeError(way)
    return Outcome(way == "holds", turns)
