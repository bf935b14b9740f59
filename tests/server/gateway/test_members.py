"""Telling the members of a room: everybody what is theirs, once, and volatile state only when it changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from protocols.messages import Audience, Role, audience_of
from server.gateway.gateway import Gateway
from server.gateway.members import Members, RoomMembers
from server.gateway.socket import Socket
from server.hosting.host import Host
from server.identity import Viewer
from tests.server.gateway.rig import Notes, joined, wire_of
from tests.server.house import ANN, HOST, House, house


@dataclass
class Hall:
    house: House
    host: Host
    members: Members
    gateway: Gateway
    notes: Notes

    async def enter(self, user: str, role: Role = Role.ATTENDEE) -> tuple[Socket, Viewer]:
        socket = await joined(self.gateway, self.notes)
        viewer = Viewer(user, user, role, guest=True, bound=False, signed_up=False, room="r")
        self.members.enter(self.host, socket, viewer, audience_of(role))
        return socket, viewer

    @property
    def room(self) -> RoomMembers:
        room = self.members.get("r")
        assert room is not None
        return room

    async def say(self, word: str, sender: Any = ANN, **fields: Any) -> int:
        """Sends a command; members are told of the records, as the directory would have it."""
        before = len(self.house.told)
        position = await self.house.send(word, sender, **fields)
        self.members.tell("r", self.host.live.epoch, [record for _, _, record in self.house.told[before:]])
        return position.seq


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with house(tmp_path) as at:
        notes = Notes()
        gateway = Gateway.serving(notes)
        yield Hall(at, await at.room(), Members(), gateway, notes)
        await gateway.stop()


def events(socket: Socket) -> list[list[Any]]:
    """What was written to the socket since the last look."""
    wire = wire_of(socket)
    data, found = wire.bytes, []
    wire.written.clear()
    while data:
        size, head = data[1], 2
        if size == 126:
            size, head = int.from_bytes(data[2:4], "big"), 4
        found.append(orjson.loads(data[head + 2 : head + size]))
        data = data[head + size :]
    return found


def types(socket: Socket) -> list[str]:
    return [event[0] for event in events(socket)]


async def test_hosts_hear_more_and_each_chain_has_its_own_after(hall: Hall) -> None:
    ann, _ = await hall.enter("ann")
    boss, _ = await hall.enter("hana", Role.HOST)
    sent = await hall.say("chat.send", text="hi")
    message = events(ann)[0][1]["data"]["message"]
    events(boss)

    await hall.say("chat.delete", HOST, message=message)
    after = await hall.say("chat.send", text="again")

    told, bosses = events(ann), events(boss)
    # What she alone is told: that staff deleted a message of hers.
    assert [event[0] for event in told] == ["chat.deleted", "room.mine", "chat.sent"]
    assert [event[0] for event in bosses] == ["chat.deleted", "chat.binned", "chat.sent"]
    assert told[-1][1]["after"] == told[0][1]["seq"] > sent
    assert bosses[-1][1]["after"] == after - 1
    assert told[-1][2].endswith(":everyone")
    assert bosses[-1][2].endswith(":hosts")


async def test_a_ballot_is_told_to_nobody_but_its_voter(hall: Hall) -> None:
    ann, _ = await hall.enter("ann")
    ann_too, _ = await hall.enter("ann")
    bob, _ = await hall.enter("bob")
    await hall.say("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    poll = hall.host.live.room.view(Audience.HOSTS)["polls"]["polls"][0]["poll"]
    await hall.say("poll.open", HOST, poll=poll)
    for socket in (ann, ann_too, bob):
        events(socket)

    await hall.say("poll.vote", ANN, poll=poll, choices=[1])

    assert types(bob) == []
    told = events(ann)
    assert told[0][0] == "room.mine"
    assert orjson.dumps(told[0][1]["mine"]) == orjson.dumps(hall.host.live.mine("ann"))
    assert types(ann_too) == ["room.mine"]


async def test_a_tally_is_told_once_for_each_change(hall: Hall) -> None:
    bob, _ = await hall.enter("bob")
    await hall.say("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    poll = hall.host.live.room.view(Audience.HOSTS)["polls"]["polls"][0]["poll"]
    await hall.say("poll.open", HOST, poll=poll)
    hall.room.tell_ticks()
    events(bob)

    await hall.say("poll.vote", ANN, poll=poll, choices=[1])
    hall.room.tell_ticks()
    hall.room.tell_ticks()

    assert types(bob) == ["poll.tally"]


async def test_of_what_is_gone_it_is_not_remembered_what_was_told(hall: Hall) -> None:
    await hall.enter("bob")
    for _ in range(3):
        await hall.say("poll.create", HOST, question="?", kind="single", options=["a", "b"])
        poll = hall.host.live.room.view(Audience.HOSTS)["polls"]["polls"][0]["poll"]
        await hall.say("poll.open", HOST, poll=poll)
        hall.room.tell_ticks()
        assert len(hall.room.told_ticks) == 2
        await hall.say("poll.remove", HOST, poll=poll)
    hall.room.tell_ticks()
    assert hall.room.told_ticks == {}


async def test_people_count_once_and_screens_not_at_all(hall: Hall) -> None:
    one, viewer = await hall.enter("ann")
    two, _ = await hall.enter("ann")
    await hall.enter("screen", Role.WALL)
    await hall.enter("robot", Role.BOT)
    await hall.enter("hana", Role.HOST)
    assert hall.room.occupancy == hall.members.occupancy("r") == 1

    hall.members.leave(one, viewer)
    hall.members.leave(one, viewer)
    assert hall.room.occupancy == 1

    hall.members.leave(two, viewer)
    assert hall.room.occupancy == 0


async def test_an_empty_room_is_forgotten(hall: Hall) -> None:
    ann, viewer = await hall.enter("ann")
    assert hall.members.occupied("r")

    hall.members.leave(ann, viewer)

    assert not hall.members.occupied("r")
    assert len(hall.members) == 0
    await hall.say("chat.send", text="to nobody")
    assert events(ann) == []


async def taken_over(hall: Hall) -> Host:
    """Another host of the same room, which members do not follow yet."""
    await hall.host.close()
    hall.house.directory._hosts.clear()
    other = await hall.house.directory.open("r")
    assert other is not hall.host
    return other


async def test_who_follows_another_host_misses_nothing_and_hears_nothing_twice(hall: Hall) -> None:
    await hall.say("chat.send", text="before")
    ann, _ = await hall.enter("ann")
    other = await taken_over(hall)
    before = len(hall.house.told)
    await hall.house.send("chat.send", ANN, text="meanwhile")
    meanwhile = [record for _, _, record in hall.house.told[before:]]

    hall.members.follow(other)
    hall.members.follow(other)

    assert hall.room.host is other
    told = events(ann)
    assert [event[0] for event in told] == ["chat.sent"]
    assert [told[0][1]["seq"], told[0][1]["after"]] == [meanwhile[0].seq, meanwhile[0].after[0]]


async def test_who_follows_a_host_that_holds_nothing_older_is_told_where_it_stands(hall: Hall) -> None:
    ann, _ = await hall.enter("ann")
    other = await taken_over(hall)
    await hall.house.send("chat.send", ANN, text="meanwhile")
    other.live.remember((), other.live.room.seq)

    hall.members.follow(other)

    (told,) = events(ann)
    assert told[0] == "room.position"
    assert len(told) == 2  # no place to resume from: a stock client would not ask for what it missed


async def test_hosts_hear_who_comes_and_goes_all_at_once_and_nobody_else_does(hall: Hall) -> None:
    boss, _ = await hall.enter("hana", Role.HOST)
    ann, ann_viewer = await hall.enter("ann")
    answer = orjson.loads(hall.room.people_listed())
    assert [(each["id"], each["role"]) for each in answer["people"]] == [("hana", "host"), ("ann", "attendee")]
    assert (answer["occupancy"], answer["away"], answer["whole"]) == (1, 0, True)
    again, again_viewer = await hall.enter("ann")
    bob, _ = await hall.enter("bob")
    await hall.enter("wall-1", Role.WALL)
    hall.room.tell_people()
    hall.members.leave(ann, ann_viewer)
    hall.room.tell_people()

    (told,) = [event for event in events(boss) if event[0] == "room.people"]
    assert (told[1]["after"], told[1]["joined"], told[1]["left"]) == (answer["number"], 1, 0)
    assert [each["id"] for each in told[1]["came"]] == ["bob"]

    hall.members.leave(again, again_viewer)
    hall.room.tell_people()
    (told,) = [event for event in events(boss) if event[0] == "room.people"]
    assert [(each["id"], each["away"]) for each in told[1]["came"]] == [("ann", True)]
    assert (told[1]["joined"], told[1]["left"], told[1]["away"]) == (0, 0, 1)
    assert "room.people" not in types(bob)


async def test_hosts_alone_hear_how_much_was_turned_away_until_it_is_nothing(hall: Hall) -> None:
    boss, _ = await hall.enter("hana", Role.HOST)
    ann, _ = await hall.enter("ann")
    told: list[int] = []
    for turned_away in (False, True, False):
        if turned_away:
            hall.members.shed.add(hall.room.room)
        hall.room.tell_shed()
        told += [event[1]["count"] for event in events(boss) if event[0] == "room.shed"]
    assert told == [1, 1]
    hall.members.shed._own.clear()  # a minute later
    hall.room.tell_shed()
    hall.room.tell_shed()
    assert [event[1]["count"] for event in events(boss) if event[0] == "room.shed"] == [0]
    assert "room.shed" not in types(ann)


async def test_who_is_put_out_is_off_the_list_at_once(hall: Hall) -> None:
    boss, _ = await hall.enter("hana", Role.HOST)
    ann, viewer = await hall.enter("ann")
    hall.room.people_listed()
    hall.members.leave(ann, viewer, for_good=True)
    hall.room.tell_people()
    (told,) = [event for event in events(boss) if event[0] == "room.people"]
    assert (told[1]["went"], told[1]["left"]) == (["ann"], 1)


async def test_who_is_put_out_counts_no_more_from_then_on(hall: Hall) -> None:
    """Also whoever is away just then: a phone that tries to come back does not renew the grace."""
    boss, _ = await hall.enter("hana", Role.HOST)
    wall, _ = await hall.enter("wall-1", Role.WALL)
    ann, viewer = await hall.enter("ann")
    bob, of_bob = await hall.enter("bob")
    hall.room.tell_occupancy()
    hall.room.people_listed()
    hall.members.leave(bob, of_bob)
    hall.room.tell_people()
    events(boss), events(wall)

    hall.members.leave(ann, viewer, for_good=True)
    hall.members.put_out("r", ["ann", "bob"])
    assert [event[1]["count"] for event in events(wall) if event[0] == "room.occupancy"] == [0]
    (told,) = [event for event in events(boss) if event[0] == "room.people"]
    assert (sorted(told[1]["went"]), told[1]["away"]) == (["ann", "bob"], 0)

    await hall.enter("bob")
    hall.members.leave(await joined(hall.gateway, hall.notes), of_bob)
    assert hall.members.presence.roster("r").away == 0, "a socket that never came in takes nobody out"


async def test_without_a_host_nothing_is_told_and_the_next_one_begins_anew(hall: Hall) -> None:
    boss, viewer = await hall.enter("hana", Role.HOST)
    ann, _ = await hall.enter("ann")
    hall.room.people_listed()
    assert hall.members.watched() == [hall.room]
    hall.members.leave(boss, viewer, for_good=True)
    assert hall.members.watched() == []
    await hall.enter("bob")
    boss, _ = await hall.enter("hana", Role.HOST)
    hall.room.tell_people()
    assert types(boss) == []
    assert [each["id"] for each in orjson.loads(hall.room.people_listed())["people"]] == ["ann", "bob", "hana"]
    assert types(ann) == []


async def test_people_are_counted_for_each_shop_that_takes_part(hall: Hall) -> None:
    counted: dict[str, set[str]] = {}
    hall.members.entered = lambda room, user: counted.setdefault(room, set()).add(user)
    hall.members.left = lambda room, user: counted[room].discard(user)
    hall.members.elsewhere = lambda room: {"r": 5, "r/west": 2}.get(room, 0)

    async def come(user: str, shop: str | None) -> tuple[Socket, Viewer]:
        socket = await joined(hall.gateway, hall.notes)
        viewer = Viewer(user, user, Role.ATTENDEE, guest=True, bound=False, signed_up=False, room="r", shop=shop)
        hall.members.enter(hall.host, socket, viewer, Audience.EVERYONE)
        return socket, viewer

    ann, ann_viewer = await come("ann", "east")
    assert "shops" not in orjson.loads(hall.room.occupancy_event().frame[2:].removeprefix(b"42"))[1]
    shops = [{"id": "east", "name": "E"}, {"id": "west", "name": "W"}]
    await hall.say("room.configure", HOST, settings={"shops": shops})
    await come("ann", "east")
    await come("bob", "west")
    cem, cem_viewer = await come("cem", "gone")
    events(ann)
    hall.room.tell_occupancy()
    (told,) = events(ann)
    assert told[1] == {"room": "r", "count": 8, "shops": {"east": 1, "west": 3}}

    # Who comes in another shop, on another device, is there now.
    await come("ann", "west")
    assert dict(hall.room.shop_occupancy) == {"east": 0, "west": 4}
    hall.members.leave(cem, cem_viewer)
    hall.members.leave(ann, ann_viewer)
    assert counted == {"r": {"ann", "bob"}, "r/east": set(), "r/west": {"ann", "bob"}, "r/gone": set()}
    hall.room.tell_occupancy()
    assert "room.occupancy" not in types(ann)


async def test_rounds_visit_the_rooms_alone_in_which_something_may_have_changed(hall: Hall) -> None:
    members = hall.members
    ann, viewer = await hall.enter("ann")
    assert (members.take_stirred(), members.take_recounted(), members.watched()) == ([hall.room], [hall.room], [])
    assert (members.take_stirred(), members.take_recounted()) == ([], [])

    await hall.say("chat.send", text="hi")
    assert (members.take_stirred(), members.take_stirred()) == ([hall.room], [])
    assert (members.take_recounted(), members.take_recounted()) == ([hall.room], [])

    for counted in ("r", "r/east", "another"):
        members.recount(counted)
        assert [each.room for each in members.take_recounted()] == ([] if counted == "another" else ["r"])

    again, _ = await hall.enter("ann")
    members.take_recounted()
    members.leave(ann, viewer)
    assert members.take_recounted() == [], "she is still here"
    await hall.enter("bob")
    members.leave(again, viewer)
    assert members.take_recounted() == [hall.room]
