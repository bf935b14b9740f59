"""Redis's disk is full, and has space again: what cannot be stored is refused soon, and the rest goes on.

Redis keeps its append-only file on a small disk, which is filled while people talk. With ``--fsync always``, which
the promises ask for, redis-server ends itself when it cannot write; the rig starts it again and again, as a
supervisor does. With ``everysec`` it stays, and refuses writing. The gateways are never restarted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtests.chat import Chat, chatting, connections
from loadtests.checker import report
from loadtests.engines import NotStarted, RedisServer
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.namespaces import SmallDisk
from loadtests.rig import command
from loadtests.scene import Scene, scene
from loadtests.waiting import until

SHORT: dict[str, Any] = {"clients": 20, "rooms": 4, "rate": 60.0, "rounds": 1, "full_s": 4.0, "rest": 6.0}
READY_S, NORMAL_S = 3.0, 10.0
LOOK_S = 0.2  # between two newcomers
AGAIN_S = 1.0  # a supervisor waits so long before it starts again what has ended


@dataclass(slots=True)
class Round:
    """One time without space, in seconds; infinite for what did not happen."""

    slowest: float = 0.0  # answer
    nacks: int = 0
    said_after: float = float("inf")  # from the first refusal to /readyz saying so, at both gateways
    normal_after: float = float("inf")  # from the first free byte to acks and ready gateways
    restarts: int = 0
    reads: list[float] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    reconnects: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all rounds."""

    verdict: Verdict
    rounds: Sequence[Round]
    chat: Chat
    fsync: str
    same_processes: bool
    answer_s: float = 2.0  # within which everything is to be answered

    @property
    def holds(self) -> bool:
        each = self.rounds
        soon = all(one.nacks and one.slowest <= self.answer_s and one.said_after <= READY_S for one in each)
        read = all(one.reads and not one.unread and not one.reconnects for one in each)
        normal = all(one.normal_after <= NORMAL_S for one in each)
        return self.verdict.clean and bool(each) and soon and read and normal and self.same_processes

    def lines(self) -> list[str]:
        each = self.rounds
        reads = [took for one in each for took in one.reads]
        return [
            f"{len(each)} times without space (appendfsync {self.fsync}): refused within "
            f"{max((one.slowest for one in each), default=999):.2f} s, /readyz says so "
            f"{max((one.said_after for one in each), default=999):.1f} s after the first refusal, normal "
            f"{max((one.normal_after for one in each), default=999):.1f} s after space is back, "
            f"{len(self.verdict.faults.get('I2', ()))} faults in what is stored, "
            f"{'no restart of a gateway' if self.same_processes else 'A GATEWAY ENDED'}",
            f"redis-server ended {sum(one.restarts for one in each)} times and was started again",
            f"{len(reads)} reads while full: {milliseconds(reads)}; {sum(one.reconnects for one in each)} reconnects",
            *(f"not read while full: {what}" for one in each for what in one.unread[:5]),
            f"acks: {milliseconds(self.chat.acks())}; {len(self.chat.nacks())} refused "
            f"({', '.join(sorted(self.chat.codes())) or 'none'})",
            *report(self.verdict).splitlines(),
        ]


class Supervisor:
    """Starts Redis again whenever it has ended; ``restarts`` says how often."""

    def __init__(self, server: RedisServer) -> None:
        self.restarts = 0
        self.over = False
        self._server = server

    async def run(self) -> None:
        while not self.over:
            process = self._server.process
            if process is None or process.poll() is not None:
                await asyncio.sleep(AGAIN_S)
                self.restarts += 1
                # On a full disk it may end before it answers.
                with suppress(NotStarted):
                    await asyncio.to_thread(self._server.start)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def supervised(server: RedisServer) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(server)
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor
    finally:
        supervisor.over = True
        await task


async def look(stage: Scene, found: Round, number: int) -> None:
    """Somebody comes anew to a room that is at work, at either gateway, and reads back."""
    room, begun = stage.rooms[number % len(stage.rooms)], time.monotonic()
    newcomer = stage.nodes.client(room, f"late{number}", home=number)
    newcomer.urls = newcomer.urls[:1]
    try:
        await newcomer.start(5)
        page = await newcomer.request("room.history", {"id": "h1", "room": room, "limit": 20}, 5)
        if not newcomer.seen.view or not page.get("ok") or not page["events"]:
            found.unread.append(f"{room} says {page}"[:200])
        found.reads.append(time.monotonic() - begun)
    except Exception as error:  # whatever it is, it was not read
        found.unread.append(f"{room} at gateway {number % 2 + 1}: {type(error).__name__}: {error}")
    finally:
        await newcomer.stop()


async def _all(stage: Scene, status: int) -> bool:
    """Whether /readyz of both gateways says this."""
    answers = await asyncio.gather(*(gateway.get("/readyz") for gateway in stage.nodes.gateways))
    return all(answer[0] == status for answer in answers)


async def without_space(stage: Scene, disk: SmallDisk, chat: Chat, full_s: float, number: int) -> Round:
    """Fill the disk, look around, give the space back, wait for all to be as before."""
    found, before = Round(), connections(stage.everyone)
    begun, over = time.monotonic(), asyncio.Event()

    async def keep_full() -> None:
        while not over.is_set():
            disk.fill()
            await asyncio.sleep(0.05)

    filling = asyncio.create_task(keep_full())
    try:
        if await until(lambda: bool(chat.nacks(begun)), 30):
            refused = time.monotonic()
            if await until(lambda: _all(stage, 503), NORMAL_S, every=0.05):
                found.said_after = time.monotonic() - refused
        turn, end = 0, time.monotonic() + full_s
        while turn < 2 or time.monotonic() < end:
            await look(stage, found, number * 1000 + turn)
            turn += 1
            await asyncio.sleep(LOOK_S)
    finally:
        over.set()
        await filling
    found.nacks = len(chat.nacks(begun))
    disk.clear()
    freed = time.monotonic()
    if await until(lambda: _all(stage, 200), 3 * NORMAL_S, every=0.05):
        ready = time.monotonic() - freed
        await asyncio.sleep(NORMAL_S / 2)
        found.normal_after = max(ready, chat.normal_after(freed))
    found.slowest = max((each.took for each in chat.since(begun, freed)), default=float("inf"))
    found.reconnects = connections(stage.everyone) - before
    return found


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 100,
    rooms: int = 10,
    rate: float = 100.0,
    rounds: int = 3,
    full_s: float = 15.0,
    rest: float = 2.0,
    mib: int = 32,
    fsync: str = "always",
    answer_s: float = 2.0,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways, fill Redis's disk and give it back some times, judge."""
    seen: list[Round] = []
    # Elsewhere, so that what Redis says of a full disk is not lost with it.
    options = ("--appendfsync", fsync, "--logfile", str(data / "redis.log"))
    async with (
        SmallDisk(data / "redis", mib << 20) as disk,
        scene(data, clients=clients, rooms=rooms, redis=lambda folder: RedisServer(folder, None, *options)) as stage,
        supervised(stage.servers[0]) as supervisor,
    ):
        pids = [gateway.process.pid for gateway in stage.nodes.gateways if gateway.process is not None]
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        async with chatting(stage.talkers, rate) as chat:
            for number in range(rounds):
                await asyncio.sleep(rest)
                restarts = supervisor.restarts
                seen.append(await without_space(stage, disk, chat, full_s, number))
                seen[-1].restarts = supervisor.restarts - restarts
                last = seen[-1]
                progress.say(
                    f"{number + 1} of {rounds}: answers within {last.slowest:.2f} s, {last.nacks} refused, "
                    f"{last.restarts} restarts of Redis, normal {last.normal_after:.1f} s after space was back"
                )
        same = pids == [
            gateway.process.pid
            for gateway in stage.nodes.gateways
            if gateway.process is not None and gateway.process.returncode is None
        ]
        return Outcome(await stage.verdict(diaries), seen, chat, fsync, same, answer_s)


def main() -> int:
    return command("log_disk", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
