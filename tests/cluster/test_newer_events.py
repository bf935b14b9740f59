"""A newer program on the same Redis writes known events in a form that this one does not know.

``test_versions.py`` tells of events that are new altogether.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.engines import Cluster, flushed
from protocols.errors import Code, Refused
from protocols.messages import Position
from rooms.registry import REGISTRY
from server.broker.port import Batch
from server.broker.redis import RedisBroker, client_of
from server.hosting.follower import Follower
from tests.cluster.houses import Node, node, until
from tests.server.house import BOB


async def plant(url: str, owner: Node, *, room: str = "r") -> Position:
    """What a node of the next version that owns the room appends: a message of the next version, then a plain one."""
    last = (await owner.log(room))[-1]
    future = replace(last, seq=last.seq + 1, version=last.version + 1, command=None, after=(last.seq, last.seq))
    plain = replace(last, seq=last.seq + 2, command=None, after=(future.seq, future.seq))
    broker = RedisBroker(client_of(url), REGISTRY.events)
    try:
        base = await broker.head(room)
        assert base is not None
        term = await broker.claim(room)
        await broker.publish(Batch(room, "future", term, base, [future]))
        return await broker.publish(Batch(room, "plain", term, Position(base.epoch, future.seq), [plain]))
    finally:
        await broker.close()


async def refused(at: Node, room: str = "r") -> Code:
    """Why a node does not let anybody into the room."""
    with pytest.raises(Refused) as caught:
        async with asyncio.timeout(30):
            await at.directory.open(room)
    return caught.value.code


async def test_who_meets_a_newer_form_of_a_known_event_passes_it_on_and_decides_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    await flushed(cluster.servers)
    async with node(cluster.url, tmp_path, "n1") as one, node(cluster.url, tmp_path, "n2") as two:
        await one.room()
        follower = await two.at()
        assert isinstance(follower, Follower)
        await one.send("chat.send", text="known to both")
        await until(lambda: "known to both" in two.texts())
        head = await plant(cluster.url, one)

        # Who follows passes on all of it, in order, and shows nothing of what it can only half understand.
        await until(lambda: follower.live.position == head)
        assert [record.seq for _, record in two.told[-2:]] == [head.seq - 1, head.seq]
        assert follower.blind
        assert await refused(two) is Code.UNAVAILABLE

        # Who decided does so no longer: nothing is appended to what it has not understood.
        with pytest.raises(Refused) as caught:
            await one.send("chat.send", BOB, text="on half of a log")
        assert caught.value.code is Code.UNAVAILABLE
        assert await one.broker.head("r") == head
        assert await refused(one) is Code.UNAVAILABLE
        assert (await one.neighbours.owners.owners_of(["r"]))["r"] is None

        # The database is left to those who understand it.
        await two.projector.project()
        assert two.projector.statistics()["rooms_unreadable"] == 1
        assert two.projector.projected("r") < head.seq

    # Neither does one that comes later.
    async with node(cluster.url, tmp_path, "n3") as three:
        assert await refused(three) is Code.UNAVAILABLE
        assert (await three.neighbours.owners.owners_of(["r"]))["r"] is None
