"""A replica that lacks what was acknowledged takes over: the loss is seen, and the gateways make it good."""

from __future__ import annotations

import asyncio
from pathlib import Path

from loadtests.engines import Cluster, flushed, until
from loadtests.failover import leave_behind
from loadtests.slots import master_of, replica_of, replicas_follow, until_taken
from rooms.registry import REGISTRY
from server.store.archive import DatabaseArchive
from tests.cluster import houses
from tests.cluster.houses import node


async def test_what_a_replica_did_not_have_is_not_lost(cluster: Cluster, tmp_path: Path) -> None:
    await flushed(cluster.servers)
    await asyncio.to_thread(until, lambda: replicas_follow(cluster))
    async with node(cluster.url, tmp_path, "n1") as one, node(cluster.url, tmp_path, "n2") as two:
        await one.room()
        await two.at()
        await two.send("chat.send", text="before")
        master = await asyncio.to_thread(master_of, cluster, "r")
        replica = await asyncio.to_thread(replica_of, cluster, master)
        try:
            await asyncio.to_thread(leave_behind, master, replica)
            acked = [await sender.send("chat.send", id_=f"m{n}", text=f"{n}") for n, sender in enumerate((one, two))]
            await asyncio.to_thread(master.kill)
        finally:
            await asyncio.to_thread(replica.resume)
        try:
            assert await asyncio.to_thread(until_taken, cluster, "r", master) is replica
            after = await two.insist("chat.send", id_="after", text="after")
            assert after.epoch != acked[-1].epoch
            assert after.seq == acked[-1].seq + 1
            # Sending again finds what was acknowledged before, which no Redis holds any more.
            assert (await one.insist("chat.send", id_="m0", text="0")).seq == acked[0].seq
            assert two.texts() == ["before", "0", "1", "after"]
            # Whoever decides by now, the other one follows it to the same place.
            hosts = [each.directory for each in (one, two)]
            await houses.until(lambda: [at.live.position for each in hosts if (at := each.get("r"))] == [after, after])
            archive = DatabaseArchive(two.database, REGISTRY.events, two.projector.projected)
            held = {row.seq async for rows in archive.records("r", 0, after.seq) for row in rows}
            assert {position.seq for position in acked} <= held
        finally:
            await asyncio.to_thread(master.start)
            await asyncio.to_thread(until, cluster.is_whole)
