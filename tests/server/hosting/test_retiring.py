"""Rooms of other nodes are retired by those."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from protocols.errors import Code, Refused
from server.hosting import retiring
from server.hosting.line import Letter
from server.hosting.owners import OwnedElsewhere
from server.hosting.retiring import Retiring


class Post:
    """A post office for all nodes of a test; letters arrive a moment later."""

    def __init__(self, me: str, offices: dict[str, Post]) -> None:
        self.me, self.offices = me, offices
        self.kinds: dict[str, Callable[[str, Letter], None]] = {}
        self.sent: list[Letter] = []
        offices[me] = self

    def send(self, node: str, letter: Letter) -> bool:
        self.sent.append(letter)
        if node not in self.offices:
            return node != "full"
        to = self.offices[node]
        asyncio.get_running_loop().call_soon(lambda: to.kinds[letter[0]](self.me, letter))
        return True

    def send_all(self, letter: Letter) -> None:
        raise NotImplementedError

    def listen(self, kind: str, heard: Callable[[str, Letter], None]) -> None:
        self.kinds[kind] = heard


class Nodes:
    """A worker, and a gateway; ``owner`` has the room as the worker sees it, ``done`` is what the gateway did."""

    def __init__(self) -> None:
        offices: dict[str, Post] = {}
        self.owner: str | None = "gate"
        self.refuses: Exception | None = None
        self.done: list[tuple[str, int, int]] = []
        self.here: list[str] = []
        self.post = Post("worker", offices)
        self.worker = Retiring(self.post, self._at_worker)
        self.gate = Retiring(Post("gate", offices), self._at_gate)

    async def _at_worker(self, room: str, before: int, upto: int) -> None:
        if self.owner is not None:
            raise OwnedElsewhere(self.owner)
        self.here.append(room)

    async def _at_gate(self, room: str, before: int, upto: int) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.done.append((room, before, upto))


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


async def refused(nodes: Nodes) -> Code:
    with pytest.raises(Refused) as caught:
        await nodes.worker.retire("r", 1, 2)
    return caught.value.code


async def test_a_room_of_nobody_is_done_here(nodes: Nodes) -> None:
    nodes.owner = None
    await nodes.worker.retire("r", 1, 2)
    assert (nodes.here, nodes.done, nodes.post.sent) == (["r"], [], [])


async def test_a_room_of_another_is_done_there(nodes: Nodes) -> None:
    await nodes.worker.retire("r", 1, 2)
    assert (nodes.here, nodes.done) == ([], [("r", 1, 2)])


async def test_why_it_was_not_done_comes_back(nodes: Nodes) -> None:
    nodes.refuses = Refused(Code.CONFLICT)
    assert await refused(nodes) is Code.CONFLICT
    nodes.refuses = ValueError("secret")
    assert await refused(nodes) is Code.INTERNAL
    # It was that node's, and is another's by now: a look later it is tried again.
    nodes.refuses = OwnedElsewhere("third")
    assert await refused(nodes) is Code.UNAVAILABLE


async def test_nobody_waits_for_ever(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retiring, "PATIENCE_S", 0.01)
    nodes.owner = "dead"
    assert await refused(nodes) is Code.UNAVAILABLE
    nodes.owner = "full"
    assert await refused(nodes) is Code.UNAVAILABLE
    assert nodes.worker._asked == {}


async def test_only_so_many_at_once(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retiring, "AT_ONCE", 0)
    assert await refused(nodes) is Code.UNAVAILABLE
    await nodes.gate.close()
