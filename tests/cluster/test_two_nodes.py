"""Two nodes on one Redis: one order, one owner, and what happens when that one goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from loadtests.engines import SERVER, RedisServer, flushed, free_ports
from protocols.errors import Refused
from protocols.messages import Audience, By, Role
from server.hosting.draft import Sender
from server.hosting.follower import Follower
from server.hosting.host import Host
from tests.cluster.houses import Node, node, until
from tests.server.house import ANN, BOB, HOST

Pair = tuple[Node, Node]


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    server = RedisServer(tmp_path_factory.mktemp("redis"), free_ports(1)[0])
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def pair(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Pair]:
    await flushed([redis_server])
    async with node(redis_server.url, tmp_path, "n1") as one, node(redis_server.url, tmp_path, "n2") as two:
        yield one, two


async def test_one_decides_and_the_other_follows(pair: Pair) -> None:
    one, two = pair
    assert isinstance(await one.room(), Host)
    there = await two.at()
    assert isinstance(there, Follower)
    said = await one.send("chat.send", text="from one")
    answered = await two.send("chat.send", BOB, text="from two")
    assert answered.seq == said.seq + 1
    # The acker's own view is never behind the ack.
    assert there.live.position == answered
    assert two.texts() == ["from one", "from two"] == one.texts()
    assert [record.seq for _, record in two.told] == [said.seq, answered.seq]


async def test_sending_again_elsewhere_is_the_same(pair: Pair) -> None:
    one, two = pair
    await one.room()
    first = await two.send("chat.send", id_="again", text="once")
    assert await one.send("chat.send", id_="again", text="once") == first
    assert await two.send("chat.send", id_="again", text="once") == first
    assert one.texts() == ["once"]


async def test_racing_senders_on_two_nodes_see_one_order(pair: Pair) -> None:
    one, two = pair
    await one.room()
    await two.at()
    people = [Sender(By(f"p{n}", f"P{n}", Role.ATTENDEE, guest=True)) for n in range(20)]

    async def say(at: Node, who: Sender) -> list[int]:
        return [(await at.send("chat.send", who, id_=f"{at.name}{n}", text=f"{who.by.id} {n}")).seq for n in range(25)]

    places = await asyncio.gather(*(say(at, who) for at in pair for who in people))
    taken = sorted(seq for mine in places for seq in mine)
    assert len(taken) == len(set(taken)) == 2 * 20 * 25
    await until(lambda: len(two.texts()) == len(one.texts()))
    assert one.told[-len(two.told) :] == two.told
    assert all(mine == sorted(mine) for mine in places)


async def test_a_dead_owner_is_followed_within_four_seconds(pair: Pair) -> None:
    one, two = pair
    await one.room()
    await two.at()
    acked: dict[str, int] = {}
    going = True

    async def say(who: Sender) -> None:
        n = 0
        while going:
            n += 1
            text = f"{who.by.id} {n}"
            acked[text] = (await two.insist("chat.send", who, id_=f"m{n}", text=text)).seq
            await asyncio.sleep(0.005)

    saying = [asyncio.create_task(say(Sender(By(f"p{n}", "P", Role.ATTENDEE, guest=True)))) for n in range(4)]
    await until(lambda: len(acked) > 50)
    begun = time.monotonic()
    await one.die()
    at_death = max(acked.values())
    await until(lambda: max(acked.values()) > at_death + 20)
    took = time.monotonic() - begun
    going = False
    await asyncio.gather(*saying)
    assert took < 4.5, took
    log = await two.log()
    stored = {record.data.text: record.seq for record in log if record.type == "chat.sent" and record.data}  # type: ignore[attr-defined]
    assert {text: stored.get(text) for text in acked} == acked
    assert len(stored) == len([record for record in log if record.type == "chat.sent"])
    assert len(two.texts()) == len(set(two.texts()))
    assert set(acked) <= set(two.texts())


async def test_a_drained_node_hands_over_at_once(pair: Pair) -> None:
    one, two = pair
    await one.room()
    await two.at()
    await two.send("chat.send", text="before")
    begun = time.monotonic()
    await one.directory.drain()
    await until(lambda: isinstance(two.directory.get("r"), Host))
    await two.insist("chat.send", id_="after", text="after")
    took = time.monotonic() - begun
    assert took < 1.0, took
    assert two.texts() == ["before", "after"]
    await one.leave()


async def test_a_flush_is_one_new_epoch_and_loses_nothing_acked(pair: Pair, redis_server: RedisServer) -> None:
    one, two = pair
    await one.room()
    await two.at()
    for n in range(10):
        await two.send("chat.send", id_=f"m{n}", text=f"{n}")
    before = (await two.at()).live.position
    await flushed([redis_server])
    begun = time.monotonic()
    await until(lambda: one.epochs and two.epochs)
    assert time.monotonic() - begun < 2
    after = await two.insist("chat.send", id_="after", text="after")
    assert after.epoch != before.epoch
    assert after.seq == before.seq + 1
    # Sending again finds what was acked before, from the database.
    assert (await one.insist("chat.send", id_="m3", text="3")).seq < before.seq
    await asyncio.sleep(1.2)
    assert len(one.epochs) == len(two.epochs) == 1
    assert two.texts() == [*map(str, range(10)), "after"]
    assert isinstance(one.directory.get("r"), Host)


async def test_a_ban_on_one_node_holds_on_the_other(pair: Pair) -> None:
    one, two = pair
    await one.room()
    await two.at()
    begun = time.monotonic()
    await one.send("person.ban", HOST, user=ANN.by.id)
    with pytest.raises(Refused, match="banned"):
        await two.send("chat.send", ANN, text="still here")
    # What ends sockets is the event itself, see server/gateway/entrants.py.
    await until(lambda: any(record.type == "person.banned" for _, record in two.told))
    assert time.monotonic() - begun < 1


async def test_what_is_due_is_done_though_its_owner_is_dead(pair: Pair) -> None:
    one, two = pair
    two.occupied.clear()
    await one.room()
    await one.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    poll = (await one.at()).live.room.view(Audience.HOSTS)["polls"]["polls"][0]["poll"]
    await one.send("poll.open", HOST, poll=poll, duration_ms=5000)
    await one.die()
    await until(lambda: "poll.closed" in [record.type for _, record in two.told], within=15)


async def test_an_idle_owner_leaves_the_room_to_those_who_are_there(pair: Pair) -> None:
    one, two = pair
    await one.room()
    await two.at()
    one.occupied.clear()
    owner = one.directory._directory
    await owner._close(owner._hosts["r"], "idle")
    await until(lambda: isinstance(two.directory.get("r"), Host))


async def test_who_was_frozen_gives_the_room_up_and_follows(pair: Pair) -> None:
    one, two = pair
    await one.room()
    await two.at()
    # As after a long stop of the process: others have taken its room meanwhile.
    one.neighbours.owners._mine.discard("r")
    await one.broker.lanes.call("sf:{r}:owner", "SET", "sf:{r}:owner", "n9.dead")
    await until(lambda: isinstance(two.directory.get("r"), Host))
    one.neighbours.owners._mine.add("r")
    await two.send("chat.send", text="decided by two")
    await until(lambda: isinstance(one.directory.get("r"), Follower))
    assert (await one.send("chat.send", BOB, text="forwarded")).seq
    assert two.texts() == ["decided by two", "forwarded"]
