"""Who is here: several connections are one person, who leaves is away for a while, and all nodes tell the same."""

from __future__ import annotations

import random
from collections import deque

import msgpack  # type: ignore[import-untyped]

from server.hosting.line import Letter
from server.hosting.post import Heard
from server.presence import AWAY_KEPT, GRACE_S, LISTED, LOOKED_TELLS, Member, Presence, Roster

SETTLED = 8


class Wire:
    """Letters between nodes in one process, on the way until ``deliver``; those to ``full`` find no place."""

    def __init__(self) -> None:
        self.now = 0.0
        self.nodes: dict[str, Node] = {}
        self.under_way: deque[tuple[str, str, bytes]] = deque()
        self.full: set[str] = set()
        self.bytes = 0

    def join(self, name: str) -> Node:
        self.nodes[name] = Node(self, name)
        return self.nodes[name]

    def die(self, name: str) -> None:
        del self.nodes[name]
        for node in self.nodes.values():
            node.presence.gone([name])

    def deliver(self) -> None:
        while self.under_way:
            sender, to, letter = self.under_way.popleft()
            if to in self.nodes:
                unpacked = msgpack.unpackb(letter)
                self.nodes[to].kinds[unpacked[0]](sender, unpacked)

    def rounds(self, *looking: str, count: int = SETTLED) -> None:
        for _ in range(count):
            for name, node in self.nodes.items():
                if name in looking:
                    node.roster()
                node.presence.tell()
            self.deliver()


class Node:
    def __init__(self, wire: Wire, me: str) -> None:
        self.wire, self.me = wire, me
        self.kinds: dict[str, Heard] = {}
        self.presence = Presence(self, others=self.others, clock=lambda: wire.now)

    def others(self) -> list[str]:
        return [name for name in self.wire.nodes if name != self.me]

    def send(self, node: str, letter: Letter) -> bool:
        if node in self.wire.full:
            return False
        packed = msgpack.packb(letter)
        self.wire.bytes += len(packed)
        self.wire.under_way.append((self.me, node, packed))
        return True

    def send_all(self, letter: Letter) -> None:
        raise NotImplementedError

    def listen(self, kind: str, heard: Heard) -> None:
        self.kinds[kind] = heard

    def enter(self, *users: str, role: str = "attendee") -> None:
        for user in users:
            self.presence.entered("r", Member(user, user.title(), role))

    def leave(self, *users: str, for_good: bool = False) -> None:
        for user in users:
            self.presence.left("r", user, for_good=for_good)

    def roster(self) -> Roster:
        return self.presence.roster("r")

    def names(self) -> list[str]:
        """Those who are here, and in brackets those who are away."""
        people = sorted(self.roster().people.values())
        return [f"({each.user})" if each.away else each.user for each in people]


def alone() -> tuple[Wire, Node]:
    wire = Wire()
    return wire, wire.join("n1")


def two() -> tuple[Wire, Node, Node]:
    wire = Wire()
    return wire, wire.join("n1"), wire.join("n2")


def test_who_leaves_is_away_for_the_grace_and_then_gone() -> None:
    wire, node = alone()
    node.enter("ann", "bob")
    node.leave("ann")
    assert node.names() == ["(ann)", "bob"]
    assert node.roster().away == 1

    wire.now = GRACE_S - 1
    node.presence.tell()
    assert node.names() == ["(ann)", "bob"]
    wire.now = GRACE_S
    node.presence.tell()
    assert node.names() == ["bob"]
    assert node.roster().away == 0


def test_who_comes_back_within_the_grace_had_never_left() -> None:
    wire, node = alone()
    node.enter("ann")
    node.leave("ann")
    wire.now = GRACE_S - 1
    node.enter("ann")
    node.leave("ann")
    wire.now = GRACE_S + 1
    node.presence.tell()
    assert node.names() == ["(ann)"], "the second grace has not ended"
    wire.now = 2 * GRACE_S
    node.presence.tell()
    assert node.names() == []
    assert node.presence.statistics()["away"] == 0


def test_who_is_put_out_has_left_at_once() -> None:
    _, node = alone()
    node.enter("ann")
    node.leave("ann", for_good=True)
    node.leave("ann")
    assert node.names() == []


def test_who_is_put_out_while_away_is_waited_for_on_no_node() -> None:
    wire, one, two_ = two()
    one.enter("ann", "bob")
    one.enter("lin", role="host")
    wire.rounds("n1", "n2")
    one.leave("ann", "lin")
    wire.rounds("n1", "n2")
    assert two_.names() == ["(ann)", "bob", "(lin)"]
    for node in (one, two_):
        for user in ("ann", "bob", "lin"):
            node.presence.put_out("r", user)
        assert node.names() == ["bob", "(lin)"], "sockets put out whoever is here"
    wire.rounds("n1", "n2")
    assert two_.names() == ["bob", "(lin)"]


def test_a_large_room_lists_its_staff_and_counts_who_is_away() -> None:
    _, node = alone()
    node.enter("hana", role="host")
    crowd = [f"u{n}" for n in range(LISTED)]
    node.enter(*crowd)
    assert len(node.roster().people) == LISTED + 1
    assert node.roster().whole
    node.enter("one-more")
    node.leave("u1", "u2", "hana")
    roster = node.roster()
    assert node.names() == ["(hana)"]
    assert (roster.away, roster.whole) == (2, False)
    node.leave("one-more", for_good=True)
    assert len(node.roster().people) == LISTED + 1


def test_those_who_are_away_are_bounded() -> None:
    _, node = alone()
    crowd = [f"u{n}" for n in range(AWAY_KEPT + 1)]
    node.enter(*crowd)
    node.leave(*crowd)
    assert node.roster().away == AWAY_KEPT


def test_two_nodes_list_all_and_somebody_on_both_once() -> None:
    wire, one, other = two()
    one.enter("ann", "bob")
    other.enter("bob", "cem")
    wire.rounds("n1", "n2")
    assert one.names() == other.names() == ["ann", "bob", "cem"]

    other.leave("bob")
    wire.rounds("n1", "n2")
    assert one.names() == other.names() == ["ann", "bob", "cem"], "here on one node is here"
    one.leave("bob")
    wire.rounds("n1", "n2")
    assert one.names() == other.names() == ["ann", "(bob)", "cem"]
    assert one.roster().away == other.roster().away == 1
    other.enter("bob")
    wire.rounds("n1", "n2")
    assert one.names() == other.names() == ["ann", "bob", "cem"]
    assert one.roster().away == 0


def test_a_room_is_told_of_only_where_somebody_looks_and_as_long() -> None:
    wire, one, other = two()
    other.enter("ann")
    wire.rounds()
    assert wire.bytes == 0
    wire.rounds("n1")
    assert one.names() == ["ann"]
    wire.rounds(count=LOOKED_TELLS + 8)
    before = wire.bytes
    other.enter("bob")
    wire.rounds()
    assert wire.bytes == before
    assert other.presence.statistics()["readers"] == 0
    assert one.presence.statistics()["looked_at"] == 0


def test_what_changes_is_told_alone() -> None:
    wire, one, other = two()
    other.enter(*[f"u{n}" for n in range(400)])
    wire.rounds("n1", count=20)
    before = wire.bytes
    other.enter("ann")
    wire.rounds("n1", count=1)
    wire.rounds("n1", count=1)
    assert "ann" in one.names()
    assert wire.bytes - before < 500


def test_a_lost_letter_is_made_good() -> None:
    wire, one, other = two()
    other.enter("ann")
    wire.rounds("n1")
    other.enter("bob")
    other.presence.tell()
    wire.under_way.clear()
    wire.rounds("n1")
    assert one.names() == ["ann", "bob"], "the last one was lost, and nothing came after it"
    other.enter("cem")
    other.presence.tell()
    wire.under_way.clear()
    other.enter("dan")
    wire.rounds("n1")
    assert one.names() == ["ann", "bob", "cem", "dan"]


def test_a_node_that_could_not_be_told_is_told_all() -> None:
    wire, one, other = two()
    other.enter("ann")
    wire.rounds("n1")
    wire.full = {"n1"}
    other.enter("bob")
    wire.rounds("n1")
    assert one.names() == ["ann"]
    wire.full = set()
    wire.rounds("n1")
    assert one.names() == ["ann", "bob"]


def test_a_dead_node_has_nobody_and_one_that_is_new_tells_its_own() -> None:
    wire, one, other = two()
    one.enter("ann")
    other.enter("bob")
    wire.rounds("n1")
    wire.die("n2")
    assert one.names() == ["ann"]
    again = wire.join("n2")
    again.enter("cem")
    wire.rounds("n1")
    assert one.names() == ["ann", "cem"]


def test_an_empty_room_that_fills_again_is_told_anew() -> None:
    wire, one, other = two()
    other.enter("ann")
    wire.rounds("n1")
    other.leave("ann", for_good=True)
    other.enter("ann")
    wire.rounds("n1")
    assert one.names() == ["ann"]
    other.leave("ann", for_good=True)
    wire.rounds("n1")
    assert one.names() == []


def test_over_two_nodes_a_large_room_lists_staff_alone() -> None:
    wire, one, other = two()
    one.enter(*[f"a{n}" for n in range(LISTED - 1)])
    one.enter("hana", role="host")
    other.enter("b1", "b2")
    other.enter("mo", role="moderator")
    other.leave("b2")
    wire.rounds("n1", "n2")
    for node in (one, other):
        assert node.names() == ["hana", "mo"]
        assert (node.roster().away, node.roster().whole) == (1, False)


def test_whatever_happens_nodes_agree_in_the_end() -> None:
    luck = random.Random(5)
    for _ in range(30):
        wire = Wire()
        nodes = [wire.join(name) for name in ("n1", "n2", "n3")]
        there: dict[str, set[str]] = {node.me: set() for node in nodes}
        for _ in range(60):
            node, user = luck.choice(nodes), f"u{luck.randrange(6)}"
            if luck.random() < 0.5:
                node.enter(user)
                there[node.me].add(user)
            elif user in there[node.me]:
                node.leave(user, for_good=True)
                there[node.me].discard(user)
            if luck.random() < 0.3:
                wire.rounds("n1", "n2", count=1)
            if luck.random() < 0.1 and wire.under_way:
                wire.under_way.pop()
            wire.full = {"n1"} if luck.random() < 0.1 else set()
        wire.full = set()
        wire.rounds("n1", "n2", count=12)
        wanted = sorted(set().union(*there.values()))
        assert nodes[0].names() == nodes[1].names() == wanted
