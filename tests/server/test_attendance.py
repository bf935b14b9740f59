"""How many are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from server.attendance import WHOLE_TELLS, Attendance
from server.hosting.line import Letter
from server.hosting.post import Heard


class Wire:
    """Letters between nodes in one process; those to ``cut`` find no place."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Heard]] = {}
        self.cut: set[str] = set()
        self.sent: list[Letter] = []


class Posted:
    def __init__(self, wire: Wire, me: str) -> None:
        self.wire, self.me = wire, me
        wire.nodes[me] = {}

    def send(self, node: str, letter: Letter) -> bool:
        if node in self.wire.cut:
            return False
        self.wire.sent.append(letter)
        self.wire.nodes[node][letter[0]](self.me, letter)
        return True

    def send_all(self, letter: Letter) -> None:
        raise NotImplementedError

    def listen(self, kind: str, heard: Heard) -> None:
        self.wire.nodes[self.me][kind] = heard


class Node:
    def __init__(self, wire: Wire, me: str, others: Sequence[str]) -> None:
        self.here: dict[str, int] = {}
        self.attendance = Attendance(Posted(wire, me), here=lambda: self.here, others=lambda: others)


def three() -> tuple[Wire, Node, Node, Node]:
    wire = Wire()
    return wire, Node(wire, "a", ["b", "c"]), Node(wire, "b", ["a", "c"]), Node(wire, "c", ["a", "b"])


def test_counts_of_other_nodes_are_summed() -> None:
    _, a, b, c = three()
    a.here, b.here = {"r": 3, "s": 1}, {"r": 4}
    for node in (a, b, c):
        node.attendance.tell()
    assert [node.attendance.elsewhere("r") for node in (a, b, c)] == [4, 3, 7]
    assert c.attendance.elsewhere("s") == 1
    a.here = {"s": 2}
    a.attendance.tell()
    assert [c.attendance.elsewhere(room) for room in "rs"] == [4, 2]


def test_only_changes_are_told_and_now_and_then_all() -> None:
    wire, a, _, c = three()
    a.here = {"r": 3}
    a.attendance.tell()
    wire.sent.clear()
    a.attendance.tell()
    assert wire.sent == []
    c.attendance.gone(["a"])
    for _ in range(WHOLE_TELLS):
        a.attendance.tell()
    assert c.attendance.elsewhere("r") == 3


def test_nobody_is_on_a_node_that_is_gone() -> None:
    _, a, b, _ = three()
    a.here = {"r": 3}
    a.attendance.tell()
    b.attendance.gone(["a"])
    assert b.attendance.elsewhere("r") == 0


def test_what_could_not_be_told_is_told_again() -> None:
    wire, a, b, _ = three()
    a.here = {"r": 3}
    wire.cut = {"b"}
    a.attendance.tell()
    wire.cut = set()
    a.attendance.tell()
    assert b.attendance.elsewhere("r") == 3
