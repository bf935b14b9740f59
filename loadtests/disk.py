"""The disk is full, and has space again: what cannot be stored is refused soon, reading goes on, nothing acked is lost.

The server's folder is a small disk of its own, which is filled while people talk. Meanwhile newcomers join, read the
history and look at a room that nobody had opened; /readyz says what is wrong. Then there is space again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtests.checker import report
from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.namespaces import SmallDisk
from loadtests.rig import command, crowd, start_all, verdict_of
from loadtests.serving import Serving
from loadtests.waiting import until

ROOM = "disk"
QUIET = "quiet"  # a room that nobody has opened before the disk is full
NACK_S, READY_S, NORMAL_S = 2.0, 3.0, 10.0
SHORT = {"rounds": 1, "full_s": 3.0}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run; ``rate`` is messages a second in all."""

    rounds: int
    full_s: float
    people: int
    rate: float


@dataclass(slots=True)
class Talked:
    """What became of what was said: seconds to each ack and each refusal, and the codes of these."""

    acks: list[float] = field(default_factory=list)
    nacks: list[float] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    first_nack: float | None = None  # since the disk was last filled; monotonic
    last_ack: float = 0.0

    def refused(self) -> bool:
        """Whether anything has been refused since ``forget``."""
        return self.first_nack is not None

    def forget(self) -> None:
        self.first_nack = None

    def answered(self, begun: float, ack: dict[str, Any]) -> None:
        now = time.monotonic()
        if ack.get("ok"):
            self.acks.append(now - begun)
            self.last_ack = now
            return
        self.nacks.append(now - begun)
        self.codes.add(ack["error"]["code"])
        if self.first_nack is None:
            self.first_nack = now


@dataclass(slots=True)
class Round:
    """One time without space, in seconds; None for what did not happen."""

    refused_after: float | None = None
    said_after: float | None = None  # from the first refusal to /readyz saying so
    normal_after: float | None = None  # from the first free byte to acks and a ready server
    reads: list[float] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        said = self.said_after is not None and self.said_after <= READY_S
        normal = self.normal_after is not None and self.normal_after <= NORMAL_S
        return self.refused_after is not None and said and normal and bool(self.reads) and not self.unread


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all rounds."""

    verdict: Verdict
    rounds: Sequence[Round]
    talked: Talked
    same_process: bool

    @property
    def holds(self) -> bool:
        soon = bool(self.talked.nacks) and max(self.talked.nacks) <= NACK_S
        return self.verdict.clean and soon and self.same_process and all(each.holds for each in self.rounds)

    def lines(self) -> list[str]:
        talked = self.talked
        lost = len(self.verdict.faults.get("I1", ())) + len(self.verdict.faults.get("I2", ()))
        normal = max((each.normal_after or 999 for each in self.rounds), default=0)
        said = max((each.said_after or 999 for each in self.rounds), default=0)
        reads = [took for each in self.rounds for took in each.reads]
        return [
            f"rounds without space: {len(self.rounds)}; refused within {max(talked.nacks, default=0):.2f} s, "
            f"/readyz says so {said:.1f} s after the first refusal, normal {normal:.1f} s after space is back, "
            f"{lost} acked lost, {'no restart' if self.same_process else 'THE SERVER ENDED'}",
            f"{len(talked.nacks)} refused ({', '.join(sorted(talked.codes)) or 'none'}): {milliseconds(talked.nacks)}",
            f"{len(talked.acks)} acked: {milliseconds(talked.acks)}",
            f"{len(reads)} reads while full: {milliseconds(reads)}",
            *(f"not read while full: {what}" for each in self.rounds for what in each.unread),
            *report(self.verdict).splitlines(),
        ]


async def talk(client: Client, every: float, over: asyncio.Event, talked: Talked) -> None:
    while not over.is_set():
        begun = time.monotonic()
        talked.answered(begun, await client.say("x" * 300))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), every)


async def look(server: Serving, found: Round, number: int) -> None:
    """What people do who do not write: come, read back, open a room that slept; the same over HTTP."""
    begun = time.monotonic()
    newcomer = server.client(ROOM, f"late{number}")
    sleeper = server.client(QUIET, f"quiet{number}")
    try:
        for client in (newcomer, sleeper):
            await client.start(5)
            if not client.seen.view:
                found.unread.append(f"{client.room}: no view")
            page = await client.request("room.history", {"id": "h1", "room": client.room, "limit": 20}, 5)
            if not page.get("ok") or not page["events"]:
                found.unread.append(f"{client.room}: history says {page}"[:200])
        token = server.token(ROOM, f"late{number}")
        headers = {"Authorization": f"Bearer {token}"}
        status, body = await server.get(f"/api/v1/rooms/{ROOM}/history?limit=5", headers)
        if status != 200:
            found.unread.append(f"HTTP history: {status} {body[:100]!r}")
        found.reads.append(time.monotonic() - begun)
    except Exception as error:  # whatever it is, it was not read
        found.unread.append(f"{type(error).__name__}: {error}")
    finally:
        await newcomer.stop()
        await sleeper.stop()


async def without_space(server: Serving, disk: SmallDisk, talked: Talked, full_s: float, number: int) -> Round:
    """Fill the disk, look around, give the space back, wait for all to be as before."""
    found = Round()
    talked.forget()
    begun = time.monotonic()
    over = asyncio.Event()

    async def keep_full() -> None:
        # A write-ahead log that is cut gives space back: it is taken at once.
        while not over.is_set():
            disk.fill()
            await asyncio.sleep(0.05)

    filling = asyncio.create_task(keep_full())
    try:
        if await until(talked.refused, 30) and talked.first_nack is not None:
            found.refused_after = talked.first_nack - begun
            if await until(lambda: _unready(server), NORMAL_S, every=0.05):
                found.said_after = time.monotonic() - talked.first_nack
        turn, end = 0, time.monotonic() + full_s
        while not turn or time.monotonic() < end:
            await look(server, found, number * 1000 + turn)
            turn += 1
    finally:
        over.set()
        await filling
    disk.clear()
    freed = time.monotonic()

    async def normal() -> bool:
        return talked.last_ack > freed and await server.ready()

    if await until(normal, 3 * NORMAL_S, every=0.05):
        found.normal_after = time.monotonic() - freed
    return found


async def _unready(server: Serving) -> bool:
    status, _ = await server.get("/readyz")
    return status == 503


async def run(
    data: Path,
    progress: Progress,
    *,
    rounds: int = 3,
    full_s: float = 15.0,
    people: int = 20,
    rate: float = 100.0,
    mib: int = 24,
    diaries: Path | None = None,
) -> Outcome:
    """Serve from a small disk, talk, fill it and give it back some times, judge."""
    async with SmallDisk(data / "disk", mib << 20) as disk:
        server = Serving(disk.path)
        server.output_path = data / "server.log"  # elsewhere, so that no line of it is lost
        async with server:
            return await rounds_of(server, disk, progress, Plan(rounds, full_s, people, rate), diaries)


async def rounds_of(server: Serving, disk: SmallDisk, progress: Progress, plan: Plan, diaries: Path | None) -> Outcome:
    """All rounds on a server that is up, and the verdict."""
    assert server.process is not None
    pid = server.process.pid
    host = await server.host(ROOM)
    await server.made(QUIET)
    clients = crowd(server, ROOM, plan.people)
    await start_all(clients)
    talked, over = Talked(), asyncio.Event()
    seen: list[Round] = []
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(talk(client, plan.people / plan.rate, over, talked))
        for number in range(plan.rounds):
            await asyncio.sleep(1)
            seen.append(await without_space(server, disk, talked, plan.full_s, number))
            progress.say(
                f"round {number + 1} of {plan.rounds}: refused after {seen[-1].refused_after} s, "
                f"normal {seen[-1].normal_after} s after space was back"
            )
        await asyncio.sleep(1)
        over.set()
    same = server.process is not None and server.process.pid == pid and server.process.returncode is None
    return Outcome(await verdict_of(server, [host, *clients], diaries), seen, talked, same)


def main() -> int:
    return command("disk", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
