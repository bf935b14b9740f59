"""How many are elsewhere: everybody once, on however many nodes they are, and whatever happens to these."""

from __future__ import annotations

import random
import time
from collections import deque

import msgpack  # type: ignore[import-untyped]
import pytest

from server import attendance, attendance_letters
from server.attendance import PARTED_TELLS, UNKNOWN_TELLS, UNSEEN_TELLS, Attendance
from server.hosting.line import Letter
from server.hosting.post import Heard

SETTLED = 2 * UNKNOWN_TELLS + 4  # rounds after which all know what they must


class Wire:
    """Letters between nodes in one process, on the way until ``deliver``; those to ``full`` find no place."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.under_way: dict[tuple[str, str], deque[bytes]] = {}
        self.full: set[str] = set()
        self.sent = 0

    def deliver(self, most: int = 1_000_000) -> None:
        for (sender, to), letters in self.under_way.items():
            for _ in range(min(most, len(letters))):
                letter = msgpack.unpackb(letters.popleft())
                if to in self.nodes:
                    self.nodes[to].kinds[letter[0]](sender, letter)

    def lose(self, one: str, other: str) -> None:
        """One forgets the other, and what was under way."""
        self.under_way.pop((one, other), None)
        self.nodes[one].attendance.gone([other])


class Node:
    """A node and its post. ``alive`` are those it takes for alive."""

    def __init__(self, wire: Wire, me: str) -> None:
        self.wire, self.me = wire, me
        self.kinds: dict[str, Heard] = {}
        self.alive: set[str] = set()
        self.people: dict[str, set[str]] = {}
        self.attendance = Attendance(self, me=me, others=lambda: sorted(self.alive))
        self.attendance.changed = self.look
        self.seen: dict[str, int] = {}  # as it was when a room was said to have changed, or changed here
        wire.nodes[me] = self

    def look(self, room: str) -> None:
        self.seen[room] = self.attendance.elsewhere(room)

    def send(self, node: str, letter: Letter) -> bool:
        if node in self.wire.full:
            return False
        packed = msgpack.packb(letter)
        self.wire.sent += len(packed)
        self.wire.under_way.setdefault((self.me, node), deque()).append(packed)
        return True

    def send_all(self, letter: Letter) -> None:
        raise NotImplementedError

    def listen(self, kind: str, heard: Heard) -> None:
        self.kinds[kind] = heard

    def enter(self, room: str, *users: str) -> None:
        for user in users:
            if user not in self.people.setdefault(room, set()):
                self.people[room].add(user)
                self.attendance.entered(room, user)
                self.look(room)

    def leave(self, room: str, *users: str) -> None:
        for user in users:
            if user in self.people.get(room, set()):
                self.people[room].discard(user)
                self.attendance.left(room, user)
                self.look(room)

    def tell(self) -> None:
        for _ in self.attendance.tell():
            pass

    def count(self, room: str) -> int:
        return len(self.people.get(room, set())) + self.attendance.elsewhere(room)


class Nodes:
    def __init__(self, names: str) -> None:
        self.wire = Wire()
        for name in names:
            self.join(name)

    def __getitem__(self, name: str) -> Node:
        return self.wire.nodes[name]

    def join(self, name: str) -> Node:
        node = Node(self.wire, name)
        for other in self.wire.nodes.values():
            if other is not node:
                other.alive.add(name)
                node.alive.add(other.me)
        return node

    def die(self, name: str) -> None:
        """Without a word; the others find out."""
        del self.wire.nodes[name]
        self.wire.under_way = {way: each for way, each in self.wire.under_way.items() if name not in way}
        for node in self.wire.nodes.values():
            node.alive.discard(name)
            node.attendance.gone([name])

    def rounds(self, count: int = SETTLED) -> None:
        for _ in range(count):
            for node in self.wire.nodes.values():
                node.tell()
            self.wire.deliver()

    def counts(self, room: str = "r") -> list[int]:
        return [node.count(room) for node in self.wire.nodes.values()]

    def truth(self, room: str = "r") -> int:
        return len(set[str]().union(*(node.people.get(room, set()) for node in self.wire.nodes.values())))


def test_everybody_counts_once_after_a_few_rounds() -> None:
    nodes = Nodes("abc")
    nodes.rounds(1)
    nodes["a"].enter("r", "ann", "bob", "cat")
    nodes["b"].enter("r", "bob", "dan")
    nodes["c"].enter("r", "bob", "ann")
    nodes["c"].enter("s", "ann")
    nodes.rounds(3)
    assert nodes.counts() == [4, 4, 4]
    assert nodes.counts("s") == [1, 1, 1]
    nodes["a"].leave("r", "bob", "cat")
    nodes.rounds(3)
    assert nodes.counts() == [3, 3, 3]
    for name in "bc":
        nodes[name].leave("r", "bob", "dan", "ann")
    nodes.rounds(3)
    assert nodes.counts() == [1, 1, 1]


def test_who_goes_from_one_node_to_another_is_one_person() -> None:
    nodes = Nodes("ab")
    nodes["a"].enter("r", "ann")
    nodes.rounds()
    for here, there in ("ab", "ba") * 3:
        nodes[there].enter("r", "ann")
        nodes.rounds(1)
        nodes[here].leave("r", "ann")
        nodes.rounds(3)
        assert nodes.counts() == [1, 1]


def test_who_comes_back_between_two_tells_is_still_counted_elsewhere() -> None:
    nodes = Nodes("ab")
    nodes["a"].enter("r", "ann")
    nodes.rounds(3)
    nodes["b"].enter("r", "ann")
    nodes.rounds(3)
    for _ in range(3):
        nodes["b"].leave("r", "ann")
        nodes["b"].enter("r", "ann")
        nodes.rounds(3)
        assert nodes.counts() == [1, 1]


def test_only_changes_are_told() -> None:
    nodes = Nodes("abc")
    for n in range(300):
        nodes["abc"[n % 3]].enter(f"r{n % 50}", f"u{n}", f"u{n + 1}")
    nodes.rounds()
    nodes.wire.sent = 0
    nodes.rounds(20)
    assert nodes.wire.sent == 0
    nodes["a"].enter("r1", "new")
    nodes.rounds(3)
    assert 0 < nodes.wire.sent < 300


def test_a_dead_node_counts_nobody_and_those_it_counted_are_counted_by_others() -> None:
    nodes = Nodes("abcd")
    users = [f"u{n}" for n in range(60)]
    nodes["a"].enter("r", *users)
    nodes.rounds(3)
    nodes["b"].enter("r", *users[:40])
    nodes["c"].enter("r", *users[20:50])
    nodes.rounds(3)
    assert nodes.counts() == [60] * 4
    nodes.die("a")
    nodes.rounds()
    assert nodes.counts() == [50] * 3
    # It comes back as another incarnation, and some of its people with it.
    nodes.join("a2").enter("r", *users[45:])
    nodes.rounds()
    assert nodes.counts() == [60] * 4


def test_nodes_that_thought_each_other_dead_find_together_again() -> None:
    nodes = Nodes("abc")
    for name, users in (("a", "uvw"), ("b", "vwx"), ("c", "wxy")):
        nodes[name].enter("r", *users)
    nodes.rounds()
    for one, other in (("a", "b"), ("b", "a"), ("c", "a")):
        nodes[one].enter("r", f"of {one}")
        nodes[one].tell()
        # The one forgets, the other does not notice.
        nodes.wire.lose(one, other)
        nodes[other].enter("r", f"of {other}")
        nodes.rounds()
        assert nodes.counts() == [nodes.truth()] * 3, (one, other)
    assert nodes.truth() == 8


def test_what_finds_no_place_is_told_later() -> None:
    nodes = Nodes("ab")
    nodes["a"].enter("r", "ann", "bob")
    nodes.rounds()
    nodes.wire.full = {"b"}
    nodes["a"].leave("r", "ann")
    nodes["a"].enter("r", "cat", "dan")
    nodes.rounds()
    assert nodes["b"].count("r") == 2
    nodes.wire.full = set()
    nodes.rounds()
    assert nodes.counts() == [3, 3]


def test_a_node_that_wrote_and_never_lived_is_forgotten() -> None:
    nodes = Nodes("ab")
    nodes["b"].enter("r", "ann")
    nodes["a"].alive.clear()
    nodes["b"].tell()
    nodes.wire.deliver()
    assert nodes["a"].count("r") == 1
    for _ in range(UNSEEN_TELLS):
        nodes["a"].tell()
    assert nodes["a"].count("r") == 0
    assert not nodes["a"].attendance._nodes


def test_counts_of_a_node_of_an_earlier_version_are_understood() -> None:
    """Version 0.2 told no more than [room, count], and None before everything; it reads no more of a letter either."""
    nodes = Nodes("ab")
    nodes["a"].enter("r", "ann")
    heard = nodes["a"].kinds["here"]
    heard("b", ["here", None])
    heard("b", ["here", [["r", 3], ["s", 1]]])
    heard("b", ["here", [["s", 0]]])
    assert (nodes["a"].count("r"), nodes["a"].count("s")) == (4, 0)
    heard("b", ["here", None])
    assert nodes["a"].count("r") == 1
    nodes["a"].tell()
    told = [msgpack.unpackb(letter)[:2] for letter in nodes.wire.under_way["a", "b"]]
    assert told == [["here", None], ["here", [["r", 1]]]]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_the_counts_are_right_when_it_is_over(seed: int) -> None:
    luck = random.Random(seed)
    nodes = Nodes("abcd"[: luck.randint(2, 4)])
    users, born = [f"u{n}" for n in range(12)], 0
    for _ in range(150):
        names = list(nodes.wire.nodes)
        node = nodes[luck.choice(names)]
        room = luck.choice("rs")
        match luck.choices(range(6), [10, 8, 8, 6, 1, 1])[0]:
            case 0:
                node.enter(room, *luck.sample(users, 2))
            case 1:
                node.leave(room, *luck.sample(users, 3))
            case 2:
                node.tell()
            case 3:
                nodes.wire.deliver(luck.randint(1, 3))
            case 4:
                born += 1
                nodes.die(node.me)
                nodes.join(f"n{born}")
            case 5:
                other = luck.choice([name for name in names if name != node.me])
                nodes.wire.lose(node.me, other)
                if luck.random() < 0.5:
                    nodes.wire.lose(other, node.me)
        for each in nodes.wire.nodes.values():
            assert all(each.seen.get(room, 0) == each.attendance.elsewhere(room) for room in "rs"), "unheard"
    nodes.rounds(SETTLED)
    for room in "rs":
        assert nodes.counts(room) == [nodes.truth(room)] * len(nodes.wire.nodes)
    nodes.rounds(PARTED_TELLS)
    for node in nodes.wire.nodes.values():
        assert not node.attendance._parted
        assert sum(node.attendance._uncounted.values()) == len(node.attendance._elsewhere)


def test_a_room_of_a_hundred_thousand_is_told_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance_letters, "PEOPLE", 50)
    monkeypatch.setattr(attendance_letters, "ROOMS", 7)
    monkeypatch.setattr(attendance, "AT_ONCE", 100)
    nodes = Nodes("abc")
    for name, first in (("a", 0), ("b", 900), ("c", 1800)):
        nodes[name].enter("r", *(f"u{n}" for n in range(first, first + 1000)))
        for n in range(20):
            nodes[name].enter(f"room {n}", "ann", name)
    nodes.rounds()
    assert nodes.counts() == [2800] * 3
    assert nodes.counts("room 7") == [4] * 3


def test_what_a_change_costs_does_not_depend_on_how_many_are_there() -> None:
    nodes = Nodes("ab")
    for n in range(20_000):
        nodes["ab"[n % 2]].enter(f"r{n % 2000}", f"u{n}")
    nodes.rounds()
    nodes["a"].enter("r0", "ann")
    begun = time.process_time()
    nodes.rounds(10)
    assert time.process_time() - begun < 0.05
    assert nodes.counts("r0") == [nodes.truth("r0")] * 2
