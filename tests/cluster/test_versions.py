"""A node that meets what a newer program wrote passes it on, decides for no such room, and gives no views of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from loadtests.engines import RedisServer, flushed
from protocols.errors import Code, Refused
from protocols.messages import Audience, Event, Position, Record
from server.broker.port import Batch
from server.hosting.follower import Follower
from tests.cluster.houses import Node, node, until
from tests.server.house import ANN, BOB


@dataclass(frozen=True, slots=True)
class PhotoAdded(Event):
    """Of a program that is newer than this one."""

    type: ClassVar[str] = "photo.hung"
    version: ClassVar[int] = 3
    photo: str


@pytest.fixture
async def pair(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[tuple[Node, Node]]:
    await flushed([redis_server])
    async with node(redis_server.url, tmp_path, "n1") as one, node(redis_server.url, tmp_path, "n2") as two:
        yield one, two


async def hang(one: Node) -> Position:
    """The owner, of a newer program, appends what the other does not know."""
    head = await one.broker.head("r")
    assert head is not None
    seq, term = head.seq + 1, await one.broker.claim("r")
    hung = PhotoAdded("p1")
    record = Record(seq, 1_900_000_000_000, hung.type, 3, Audience.EVERYONE, ANN.by, hung, (seq - 1, seq - 1))
    return await one.broker.publish(Batch("r", f"hung-{seq}", term, head, [record]))


async def test_what_a_newer_program_says_is_passed_on_and_not_shown(pair: tuple[Node, Node]) -> None:
    one, two = pair
    await one.room()
    there = await two.at()
    assert isinstance(there, Follower)
    await one.send("chat.send", text="known")
    head = await hang(one)
    await until(lambda: two.told and two.told[-1][1].seq == head.seq)
    last = two.told[-1][1]
    assert (last.type, last.version) == ("photo.hung", 3)
    assert last.data is not None
    assert last.data.dump() == {"photo": "p1"}
    assert there.blind
    with pytest.raises(Refused) as refused:
        await two.directory.open("r")
    assert refused.value.code is Code.UNAVAILABLE
    assert two.directory.at_work() == []
    # What comes after it is passed on too.
    later = await hang(one)
    await until(lambda: two.told[-1][1].seq == later.seq)


async def test_a_room_that_cannot_be_read_is_left_to_who_can(pair: tuple[Node, Node]) -> None:
    one, two = pair
    await one.room()
    await hang(one)
    one.directory._directory.give_up("r")
    await one.neighbours.owners.release("r")
    terms = []
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            await two.send("chat.send", BOB, text="?")
        assert refused.value.code is Code.UNAVAILABLE
        terms.append(await one.broker.lanes.call("sf:{r}:head", "HGET", "sf:{r}:head", "term"))
    # Taken once, to be read; from then on whoever can read it has it undisturbed.
    assert len(set(terms)) == 1
    assert await two.neighbours.owners.owners_of(["r"]) == {"r": None}
