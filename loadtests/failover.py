"""A master of the Redis Cluster dies whose replica lags behind: what that lacks is seen to be lost, and restored.

The replica is frozen and its link to the master is cut; the gateways go on, and what they acknowledge then stands on
the master alone. The master is killed, the replica wakes up and takes over. Its rooms must begin a new epoch, and in
the end everything acknowledged must stand in the database, each message once and at the place that was acknowledged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.chat import Chat, chatting, connections
from loadtests.checker import report
from loadtests.engines import RedisServer, until
from loadtests.evidence import Verdict
from loadtests.figures import Progress, milliseconds
from loadtests.rig import command
from loadtests.scene import Scene, scene
from loadtests.slots import SAY, master_of, replica_of, replicas_follow, rooms_on, until_taken

SHORT: dict[str, Any] = {"clients": 20, "rooms": 6, "rate": 60.0, "failovers": 1, "lag": 1.0, "rest": 4.0}
NORMAL_S = 5.0


@dataclass(frozen=True, slots=True)
class Failover:
    """One failover: its rooms, how many were acked meanwhile, in how many of them an epoch began, and seconds."""

    rooms: int
    acked: int
    renewed: int
    took_over: float
    normal_after: float  # since the replica served
    reconnects: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all failovers."""

    verdict: Verdict
    failovers: Sequence[Failover]
    chat: Chat

    @property
    def holds(self) -> bool:
        seen = all(each.acked and each.renewed == each.rooms for each in self.failovers)
        normal = all(each.normal_after <= NORMAL_S for each in self.failovers)
        stayed = not any(each.reconnects for each in self.failovers)
        return self.verdict.clean and bool(self.failovers) and seen and normal and stayed

    def lines(self) -> list[str]:
        lost = len(self.verdict.faults.get("I2", ()))
        return [
            f"{len(self.failovers)} failovers to a replica that lacked what was acked in "
            f"{sum(each.rooms for each in self.failovers)} rooms: a new epoch in "
            f"{sum(each.renewed for each in self.failovers)}, {lost} faults in what is stored, normal "
            f"{max((each.normal_after for each in self.failovers), default=999):.1f} s after the replica served",
            f"{sum(each.acked for each in self.failovers)} were acked that the replicas did not have; they served "
            f"{max((each.took_over for each in self.failovers), default=0):.1f} s after the master's death",
            f"acks: {milliseconds(self.chat.acks())}; {len(self.chat.nacks())} refused "
            f"({', '.join(sorted(self.chat.codes())) or 'none'}); "
            f"{sum(each.reconnects for each in self.failovers)} reconnects",
            *report(self.verdict).splitlines(),
        ]


def leave_behind(master: RedisServer, replica: RedisServer) -> None:
    """From now on the replica gets nothing of what the master is told."""
    replica.freeze()
    with master.client() as client:
        # What is on the wire would be read when it wakes up; behind this nothing is sent.
        SAY(client, "CLIENT", "KILL", "TYPE", "replica")


async def failover(stage: Scene, chat: Chat, number: int, lag: float, rest: float) -> Failover:
    """One master dies and is started again, as a replica of its own."""
    cluster = stage.cluster
    busy = stage.talkers[number * len(stage.talkers) // 7 % len(stage.talkers)].room
    master = await asyncio.to_thread(master_of, cluster, busy)
    replica = await asyncio.to_thread(replica_of, cluster, master)
    rooms = set(await asyncio.to_thread(rooms_on, cluster, master, stage.rooms))
    before = connections(stage.everyone)
    try:
        await asyncio.to_thread(leave_behind, master, replica)
        seqs = {client.room: client.place.seq for client in stage.hosts}
        await asyncio.sleep(lag)
        # Only what all were told, so that each of it was acked or is about to be.
        acked = sum(client.place.seq - seqs[client.room] for client in stage.hosts if client.room in rooms)
        epochs = {client.room: client.place.epoch for client in stage.hosts}
        await asyncio.to_thread(master.kill)
        died = time.monotonic()
    finally:
        await asyncio.to_thread(replica.resume)
    heir = await asyncio.to_thread(until_taken, cluster, busy, master)
    assert heir is replica, "another server took over than the one that lags"
    served = time.monotonic()
    await asyncio.sleep(rest)
    renewed = sum(client.place.epoch != epochs[client.room] for client in stage.hosts if client.room in rooms)
    reconnects = connections(stage.everyone) - before
    normal = chat.normal_after(served)
    await asyncio.to_thread(cluster.start)
    await asyncio.to_thread(until, lambda: replicas_follow(cluster))
    return Failover(len(rooms), acked, renewed, served - died, normal, reconnects)


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 200,
    rooms: int = 20,
    rate: float = 200.0,
    failovers: int = 6,
    lag: float = 3.0,
    rest: float = 8.0,
    diaries: Path | None = None,
) -> Outcome:
    """Talk on two gateways and a cluster of 3 masters with a replica each, fail over some times, judge."""
    seen: list[Failover] = []
    async with scene(data, clients=clients, rooms=rooms, cluster=True) as stage:
        progress.say(f"{clients} clients joined {rooms} rooms on two gateways")
        async with chatting(stage.talkers, rate) as chat:
            for number in range(1, failovers + 1):
                await asyncio.sleep(1)
                seen.append(await failover(stage, chat, number, lag, rest))
                progress.say(f"{number} of {failovers}: {seen[-1]}")
        return Outcome(await stage.verdict(diaries), seen, chat)


def main() -> int:
    return command("failover", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
