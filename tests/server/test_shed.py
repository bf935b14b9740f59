"""What was turned away of a room: of the last minute, on all nodes, and no more than a few rooms are kept."""

from __future__ import annotations

from server.hosting.line import Letter
from server.hosting.post import Heard
from server.shed import ROOMS, SLOT_S, SLOTS, Shed


class Street:
    """Nodes whose letters arrive at once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.nodes: dict[str, Box] = {}

    def node(self, name: str) -> Shed:
        self.nodes[name] = Box(self, name)
        return self.nodes[name].shed


class Box:
    def __init__(self, street: Street, me: str) -> None:
        self.street, self.me = street, me
        self.heard: dict[str, Heard] = {}
        self.letters = 0
        self.shed = Shed(self, clock=lambda: street.now)

    def send(self, node: str, letter: Letter) -> bool:
        raise AssertionError

    def send_all(self, letter: Letter) -> None:
        self.letters += 1
        for name, box in self.street.nodes.items():
            if name != self.me:
                box.heard[letter[0]](self.me, letter)

    def listen(self, kind: str, heard: Heard) -> None:
        self.heard[kind] = heard


def test_it_counts_what_was_turned_away_in_the_last_minute() -> None:
    street = Street()
    shed = Shed(clock=lambda: street.now)
    shed.add("r1")
    street.now = 30.0
    shed.add("r1")
    shed.add("r2")
    assert (shed.count("r1"), shed.count("r2"), shed.count("r3")) == (2, 1, 0)
    street.now = SLOT_S * SLOTS + 1
    assert shed.count("r1") == 1
    street.now = 200.0
    assert shed.count("r1") == 0


def test_all_nodes_tell_the_same_and_only_what_has_changed() -> None:
    street = Street()
    one, two = street.node("n1"), street.node("n2")
    one.add("r1")
    two.add("r1")
    for shed in (one, two):
        shed.tell()
    assert one.count("r1") == two.count("r1") == 2
    for _ in range(5):
        one.tell()
    assert street.nodes["n1"].letters == 1
    street.now = 100.0
    one.tell()
    assert street.nodes["n1"].letters == 2, "that it is over is told too"
    assert two.count("r1") == 0


def test_what_a_dead_node_told_does_not_stay() -> None:
    street = Street()
    one, two = street.node("n1"), street.node("n2")
    one.add("r1")
    one.tell()
    assert two.count("r1") == 1
    del street.nodes["n1"]
    street.now = 100.0
    assert two.count("r1") == 0


def test_there_is_an_end_to_the_rooms() -> None:
    street = Street()
    one, two = street.node("n1"), street.node("n2")
    for number in range(ROOMS + 2):
        one.add(f"r{number}")
    one.tell()
    for shed in (one, two):
        assert shed.count("r0") == 0
        assert shed.count(f"r{ROOMS + 1}") == 1


def test_what_is_told_of_a_room_is_kept_for_each_node_and_forgotten_with_it() -> None:
    street = Street()
    nodes = [street.node(f"n{number}") for number in range(4)]
    for shed in nodes[1:]:
        shed.add("r1")
        shed.tell()
    assert nodes[0].count("r1") == 3
    street.now = 100.0
    nodes[1].add("r1")
    nodes[1].tell()
    assert nodes[0].count("r1") == 1
    assert list(nodes[0]._there["r1"]) == ["n1"]
    street.now = 200.0
    nodes[1].tell()
    assert "r1" not in nodes[0]._there


def test_what_stays_the_same_is_not_taken_for_old() -> None:
    street = Street()
    one, two = street.node("n1"), street.node("n2")
    for second in range(200):
        street.now = float(second)
        if second % SLOT_S == 0:
            one.add("r1")
        one.tell()
        assert two.count("r1") == one.count("r1")
    assert one.count("r1") == SLOTS
    assert street.nodes["n1"].letters < 25
