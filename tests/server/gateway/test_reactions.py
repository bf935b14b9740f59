"""Reactions on two nodes: everybody is told all of them, once a second at most, and nothing is stored."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest

from protocols.errors import Code, Refused
from protocols.limits import REACTION_BURST
from protocols.messages import By, Role, audience_of
from rooms.activities.reactions import ReactionSend
from server.app import App
from server.gateway import reactions
from server.gateway.gateway import Gateway
from server.gateway.members import Members
from server.gateway.reactions import Reactions
from server.gateway.socket import Socket
from server.hosting.draft import Sender
from server.hosting.host import Host
from server.identity import Viewer
from tests.server.gateway.rig import Notes, joined
from tests.server.gateway.test_members import events
from tests.server.house import ANN, BOB, HOST, House, house
from tests.server.running import raw, served, token


@dataclass
class Node:
    """A node with members of the room; what it tells the others waits in ``letters``."""

    gateway: Gateway
    notes: Notes
    host: Host
    members: Members = field(default_factory=Members)
    letters: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reactions = Reactions(self.members)
        self.reactions.share = lambda counted: self.letters.append(msgpack.packb(counted))

    async def enter(self, user: str, role: Role = Role.ATTENDEE) -> Socket:
        socket = await joined(self.gateway, self.notes)
        viewer = Viewer(user, user, role, guest=True, bound=False, signed_up=False, room="r")
        self.members.enter(self.host, socket, viewer, audience_of(role))
        return socket

    def tap(self, kind: str, times: int = 1, sender: Sender = ANN) -> None:
        command = ReactionSend.model_validate({"id": "x", "room": "r", "kind": kind, "times": times})
        self.reactions.count(self.host, command, sender)

    def hear(self, other: "Node") -> None:
        for letter in other.letters:
            self.reactions.heard(msgpack.unpackb(letter))
        other.letters.clear()


@dataclass
class Pair:
    house: House
    one: Node
    two: Node


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with house(tmp_path) as at:
        notes, host = Notes(), await at.room()
        gateway = Gateway.serving(notes)
        yield Pair(at, Node(gateway, notes, host), Node(gateway, notes, host))
        await gateway.stop()


def counts(socket: Socket) -> list[dict[str, int]]:
    return [body["counts"] for name, body in events(socket) if name == "reaction.counts"]


def crowd(count: int) -> list[Sender]:
    return [Sender(By(f"p{number}", "P", Role.ATTENDEE, guest=True)) for number in range(count)]


async def test_people_on_both_nodes_are_told_all_of_them(pair: Pair) -> None:
    one, two = pair.one, pair.two
    ann, ben, boss = await one.enter("ann"), await two.enter("bob"), await two.enter("hana", Role.HOST)
    one.tap("heart", 3)
    two.tap("heart", 2, BOB)
    two.tap("wow", 1, HOST)
    one.reactions.tell()
    two.reactions.tell()
    one.hear(two)
    two.hear(one)
    one.reactions.tell()
    two.reactions.tell()
    assert counts(ann) == [{"heart": 3}, {"heart": 2, "wow": 1}]
    assert counts(ben) == counts(boss) == [{"heart": 2, "wow": 1}, {"heart": 3}]
    one.reactions.tell()
    assert counts(ann) == []
    assert one.letters == two.letters == [], "what was heard is not told again"


async def test_five_thousand_taps_cost_one_tick_and_no_record(pair: Pair) -> None:
    one = pair.one
    ann = await one.enter("ann")
    stood, stored = one.host.live.position, len(pair.house.told)
    for person in crowd(1_000):
        for _ in range(5):
            one.tap("clap", 1, person)
    one.reactions.tell()
    assert events(ann) == [["reaction.counts", {"room": "r", "counts": {"clap": 5_000}}]]
    assert [msgpack.unpackb(letter) for letter in one.letters] == [[["r", {"clap": 5_000}]]]
    assert (one.host.live.position, len(pair.house.told)) == (stood, stored)
    assert one.reactions.statistics() == {"rooms": 1, "people": 1_000, "counted_total": 5_000, "shed_total": 0}


async def test_one_person_cannot_drown_the_others(pair: Pair) -> None:
    one = pair.one
    ann = await one.enter("ann")
    one.tap("laugh", REACTION_BURST)
    with pytest.raises(Refused) as refused:
        one.tap("laugh", 5)
    assert refused.value.code is Code.RATE_LIMITED
    assert refused.value.retry_after_ms == 500
    one.tap("laugh", 1, BOB)
    one.reactions.tell()
    assert counts(ann) == [{"laugh": REACTION_BURST + 1}]


async def test_a_busy_room_sheds_them_first(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "BUSY", -1)
    with pytest.raises(Refused) as refused:
        pair.one.tap("heart")
    assert refused.value.code is Code.RATE_LIMITED
    assert pair.one.reactions.statistics()["shed_total"] == 1


async def test_a_room_that_nobody_is_in_is_forgotten(pair: Pair) -> None:
    one, two = pair.one, pair.two
    ann = await one.enter("ann")
    one.tap("heart")
    one.reactions.tell()
    two.hear(one)
    assert two.reactions.statistics()["rooms"] == 0
    viewer = Viewer("ann", "ann", Role.ATTENDEE, guest=True, bound=False, signed_up=False, room="r")
    one.members.leave(ann, viewer)
    one.reactions.tell()
    assert one.reactions.statistics()["rooms"] == 0


async def test_switched_off_they_are_refused(pair: Pair) -> None:
    await pair.house.send("room.configure", HOST, settings={"reactions_open": False})
    with pytest.raises(Refused) as refused:
        pair.one.tap("heart")
    assert refused.value.code is Code.CLOSED


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[App, str]]:
    async with served(tmp_path) as running:
        yield running


async def test_over_the_wire(server: tuple[App, str]) -> None:
    """Acked with where the room stands; everybody is told; a host who comes later finds nothing in the log."""
    app, address = server

    def tapped(**fields: Any) -> dict[str, Any]:
        return {"id": "x", "room": "r1", "kind": "brick", **fields}

    async with raw(address, {"token": token(app, "ann")}) as ann, raw(address, {"token": token(app, "bob")}) as bob:
        early = await ann.ask("reaction.send", tapped())
        joined = await ann.join()
        await bob.join()
        answer = await ann.ask("reaction.send", tapped(times=4))
        app.reactions.tell()
        _, told = await bob.until("reaction.counts")
        bad = await ann.ask("reaction.send", tapped(kind="boo"))

    assert early["error"]["code"] == "not_joined"
    assert answer == {"ok": True, "position": joined["position"]}
    assert told == {"room": "r1", "counts": {"brick": 4}}
    assert bad["error"]["code"] == "invalid"
