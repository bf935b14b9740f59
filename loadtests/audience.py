"""A part of an audience, in a process of its own: sits down, counts, and says what it has counted when asked.

Reads what to do as a JSON line from standard input, and then "count" as often as somebody wants to know; answers with
JSON lines: first how long sitting down took, then what was told since the last question.
"""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import orjson
import uvloop

from loadtests.attendee import room_for_descriptors
from loadtests.serving import ROOT
from loadtests.spectator import Seat, leave_all, seat_all

LARGEST = 64 * 2**20  # bytes of one line: an errand has a token for each


@dataclass(frozen=True, slots=True)
class Errand:
    """Who sits where; every so manyeth times what it is told."""

    seats: Sequence[Seat]
    timed_every: int = 50
    at_once: int = 50


@dataclass(frozen=True, slots=True)
class Counted:
    """What was told since the last question, how long the timed ones of it took (s), and who is gone."""

    told: int
    took: list[float]
    ended: int


class Audience:
    """The parent's side. Start it, ask it, end it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def seated(cls, errand: Errand) -> Self:
        """A process whose people have joined. Raises RuntimeError if they could not."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "loadtests.audience"), cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=LARGEST
        )
        audience = cls(process)
        try:
            await audience._ask(orjson.dumps({**asdict(errand), "seats": [tuple(seat) for seat in errand.seats]}))
        except BaseException:
            await audience.leave()
            raise
        return audience

    async def count(self) -> Counted:
        """What they were told since the last question."""
        return Counted(**await self._ask(b"count"))

    async def leave(self) -> None:
        """All of them go, and the process ends."""
        if self._process.returncode is None and self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 20)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _ask(self, line: bytes) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + b"\n")
        await self._process.stdin.drain()
        answer = await self._process.stdout.readline()
        if not answer:
            raise RuntimeError("an audience has ended")
        told: dict[str, Any] = orjson.loads(answer)
        return told


async def sit_and_count() -> None:
    """The child's side, until its input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LARGEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    errand = Errand(**orjson.loads(await reader.readline()))
    room_for_descriptors(len(errand.seats) + 100)
    begun = time.monotonic()
    seats = [Seat(*seat) for seat in errand.seats]
    people = await seat_all(seats, at_once=errand.at_once, timed_every=errand.timed_every)
    answer({"seconds": time.monotonic() - begun})
    told = 0
    while await reader.readline():
        now = sum(each.told for each in people)
        took = [seconds for each in people for seconds in each.took or ()]
        for each in people:
            if each.took is not None:
                each.took = []
        answer(asdict(Counted(now - told, took, sum(each.ended for each in people))))
        told = now
    leave_all(people)


def answer(told: dict[str, Any]) -> None:
    sys.stdout.write(orjson.dumps(told).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(sit_and_count())
