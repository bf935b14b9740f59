"""Two nodes on one Redis: one order, one owner, and what happens when that one goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loadtests.engines import RedisServer, flushed
from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Role
from rooms.registry import REGISTRY
from server.broker import redis_owners
from server.broker.redis_log import keys_of
from server.hosting import nodes
from server.hosting.draft import Sender
from server.hosting.follower import Follower
from server.hosting.host import Host
from server.store.archive import DatabaseArchive
from tests.cluster.houses import Node, node, until
from tests.server.house import ANN, BOB, HOST

Pair = tuple[Node, Node]


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


async def test_those_who_come_while_a_room_is_being_opened_share_one_follower(pair: Pair) -> None:
    one, two = pair
    await one.room()
    coming = [asyncio.create_task(two.at())]
    while not coming[0].done():
        coming.append(asyncio.create_task(two.at()))
        await asyncio.sleep(0)
    found = await asyncio.gather(*coming)
    assert {id(each) for each in found} == {id(two.directory.get("r"))}


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


async def test_a_dead_owner_is_followed(pair: Pair) -> None:
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
    await one.die()
    at_death = max(acked.values())
    await until(lambda: max(acked.values()) > at_death + 20)
    going = False
    await asyncio.gather(*saying)
    log = await two.log()
    stored = {record.data.text: record.seq for record in log if record.type == "chat.sent" and record.data}  # type: ignore[attr-defined]
    assert {text: stored.get(text) for text in acked} == acked
    assert len(stored) == len([record for record in log if record.type == "chat.sent"])
    assert len(two.texts()) == len(set(two.texts()))
    assert set(acked) <= set(two.texts())


async def test_a_drained_node_hands_over_at_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "TTL_S", 600.0)  # so that nobody takes over by taking it for dead
    one, two = pair
    await one.room()
    await two.at()
    await two.send("chat.send", text="before")
    await one.directory.drain()
    await until(lambda: isinstance(two.directory.get("r"), Host))
    await two.insist("chat.send", id_="after", text="after")
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
    await until(lambda: one.epochs and two.epochs)
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
    await one.send("person.ban", HOST, user=ANN.by.id)
    with pytest.raises(Refused, match="banned"):
        await two.send("chat.send", ANN, text="still here")
    # What ends sockets is the event itself, see server/gateway/entrants.py.
    await until(lambda: any(record.type == "person.banned" for _, record in two.told))


async def test_what_is_due_is_done_though_its_owner_is_dead(pair: Pair) -> None:
    one, two = pair
    two.occupied.clear()
    await one.room()
    await one.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    poll = (await one.at()).live.room.view(Audience.HOSTS)["polls"]["polls"][0]["poll"]
    await one.send("poll.open", HOST, poll=poll, duration_ms=5000)
    await one.die()
    await until(lambda: "poll.closed" in [record.type for _, record in two.told])


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
    one.neighbours.owners._mine.pop("r")
    await one.broker.lanes.call("sf:{r}:owner", "SET", "sf:{r}:owner", "n9.dead")
    await until(lambda: isinstance(two.directory.get("r"), Host))
    one.neighbours.owners._mine["r"] = 0
    await two.send("chat.send", text="decided by two")
    await until(lambda: isinstance(one.directory.get("r"), Follower))
    assert (await one.send("chat.send", BOB, text="forwarded")).seq
    assert two.texts() == ["decided by two", "forwarded"]


async def cut(server: RedisServer, node: Node, upto: int) -> None:
    """The log ends earlier than it did: as when a replica that lagged became the master."""
    keys = keys_of("r")
    call = node.broker.lanes.call
    for last in await call(keys.order, "ZRANGEBYSCORE", keys.order, f"({upto}", "+inf"):
        await call(keys.log, "HDEL", keys.log, last)
    await call(keys.order, "ZREMRANGEBYSCORE", keys.order, f"({upto}", "+inf")
    await call(keys.head, "HSET", keys.head, "seq", upto)


@pytest.mark.parametrize("dies", [True, False])
async def test_what_a_log_loses_with_its_owner_is_known_to_who_followed(
    pair: Pair, redis_server: RedisServer, *, dies: bool
) -> None:
    one, two = pair
    await one.room()
    await two.at()
    acked = [await one.send("chat.send", id_=f"m{n}", text=str(n)) for n in range(10)]
    await until(lambda: len(two.texts()) == 10)
    if dies:
        await one.die()
        await cut(redis_server, two, acked[4].seq)
    else:
        # Its owner has died too, and another has taken over from what was left.
        first = one.directory._directory
        first.give_up("r")
        await cut(redis_server, two, acked[4].seq)
        assert (await first.open("r")).live.position == acked[4]
    after = await two.insist("chat.send", BOB, id_="after", text="after")
    if not dies:
        await until(lambda: one.epochs or ((host := one.directory.get("r")) and host.live.epoch != acked[0].epoch))
        after = await two.insist("chat.send", BOB, id_="later", text="later")
    assert after.epoch != acked[0].epoch
    assert after.seq > acked[-1].seq
    # Nobody is told other words under a seq that they know.
    seqs = [record.seq for _, record in two.told]
    assert seqs == sorted(set(seqs))
    assert two.texts()[:10] == [str(n) for n in range(10)]
    for n in range(5):  # what the log still has, and what only the database has
        assert (await two.insist("chat.send", id_=f"m{n}", text=str(n))).seq == acked[n].seq
    kept = [each.seq async for chunk in archive_of(two).records("r", 0, 100) for each in chunk]
    assert {position.seq for position in acked} <= set(kept) | {record.seq for record in await two.log()}


def archive_of(node: Node) -> DatabaseArchive:
    return DatabaseArchive(node.database, REGISTRY.events, node.projector.projected)


async def test_a_command_that_was_sent_elsewhere_is_not_overtaken_by_the_next(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    await one.room()
    there = await two.at()
    assert isinstance(there, Follower)
    inner = one.directory._directory
    inner.give_up("r")
    opened, tries = inner.open, 0

    async def open_(room: str) -> Host:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise Refused(Code.UNAVAILABLE)
        return await opened(room)

    monkeypatch.setattr(inner, "open", open_)
    outcomes: list[object] = []
    command = [REGISTRY.command("chat.send", {"id": f"c{n}", "room": "r", "text": str(n)}) for n in range(6)]
    there.submit(command[0], ANN, outcomes.append)
    await until(lambda: tries == 1)
    for each in command[1:]:
        there.submit(each, ANN, outcomes.append)
    await until(lambda: len(outcomes) == 6)
    assert two.texts() == [str(n) for n in range(6)]


async def test_after_a_flush_a_node_without_the_room_asks_the_others_and_does_not_wait_for_them_to_die(
    pair: Pair, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_owners, "LOST_S", 600.0)
    one, two = pair
    await one.room()
    one.occupied.clear()
    await until(lambda: len(one.told) == 1)
    inner = one.directory._directory
    await one.projector.project()
    await inner._close(inner._hosts["r"], "idle")
    await asyncio.sleep(0.6)
    await flushed([redis_server])
    async with asyncio.timeout(30):
        there = await two.at()
    assert isinstance(there, Host)
    assert there.live.room.seq == 1


async def test_who_drains_still_finds_the_owner_for_those_who_are_here(pair: Pair) -> None:
    one, two = pair
    await one.room()
    there = await two.at()
    assert isinstance(there, Follower)
    await two.directory.drain()
    three = await Node(two.url, two.folder, "n3").open()
    three.occupied = {"r"}
    await three.at()
    await one.directory.drain()
    await until(lambda: isinstance(three.directory.get("r"), Host))
    command = REGISTRY.command("chat.send", {"id": "last", "room": "r", "text": "last words"})
    assert (await there.ask(command, ANN)).seq == 2
    assert two.texts() == ["last words"]
    await three.leave()
    await two.leave()
    await one.leave()
