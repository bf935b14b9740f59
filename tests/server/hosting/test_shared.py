"""Rooms that are followed: what their members hear when they are followed anew, and what is taken for lost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from protocols.messages import Audience, Position, Record
from rooms.activities.chat import ChatSent
from rooms.registry import REGISTRY
from rooms.room import Room
from server.broker.port import Batch
from server.hosting import shared as shared_module
from server.hosting.archive import Archive
from server.hosting.clock import Clock
from server.hosting.directory import Directory
from server.hosting.follower import Follower
from server.hosting.host import Surroundings
from server.hosting.post import Post
from server.hosting.restore import Restored
from server.hosting.shared import SharedDirectory
from tests.server.hosting.test_follower import ANN, NothingStored

Listener = Callable[[Batch], None]


def record(seq: int) -> Record:
    at = 1_800_000_000_000
    return Record(seq, at, ChatSent.type, 1, Audience.EVERYONE, ANN.by, None, (seq - 1, seq - 1))


class OneRoom:
    """A broker whose only room goes on while it is being read."""

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.lost = False  # of the log all but the first record is

    async def head(self, _room: str) -> Position:
        if not self.lost:
            self.announce(4)  # heard while the answer is on its way
        return Position("e", 1 if self.lost else 3)

    def subscribe(self, _room: str, listener: Listener) -> Callable[[], None]:
        self.listener = listener
        return lambda: None

    def announce(self, seq: int) -> None:
        assert self.listener is not None
        self.listener(Batch("r", "b", 1, Position("e", seq - 1), [record(seq)]))


def sharing(
    monkeypatch: pytest.MonkeyPatch, broker: OneRoom, follow: Callable[[object], None], happened: list[str]
) -> tuple[SharedDirectory, NothingStored]:
    """A node that follows the room, of which another record is heard while it is read."""
    archive = NothingStored()

    async def restored(_room: str, **_: Any) -> Restored:
        room = Room("r", REGISTRY)
        for seq in (1, 2):
            room.apply(record(seq))
        broker.announce(3)  # heard before the reading is done
        return Restored(room, "e", recent=[record(1), record(2)])

    monkeypatch.setattr(shared_module, "restore", restored)
    around = Surroundings(
        broker=cast(Any, broker),
        archive=cast(Archive, archive),
        clock=Clock(),
        on_records=lambda _room, _epoch, records: happened.extend(f"told {each.seq}" for each in records),
    )
    directory = cast(Directory, SimpleNamespace(get=lambda _room: None))
    post = cast(Post, SimpleNamespace(listen=lambda _kind, _heard: None))
    made = SharedDirectory(directory, around, post, owners_of=cast(Any, None), alive=lambda _node: True, on_open=follow)
    return made, archive


async def test_members_follow_before_what_was_announced_meanwhile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []

    def follow(follower: object) -> None:
        assert isinstance(follower, Follower)
        missed = follower.live.missed(Position("e", 1))
        assert missed is not None
        happened.extend(f"missed {each.seq}" for each in missed)

    shared, _ = sharing(monkeypatch, OneRoom(), follow, happened)
    follower = await shared._follow("r", "one")

    assert happened == ["missed 2", "told 3"]
    assert follower.live.position == Position("e", 3)
    await shared.close()


async def test_what_is_heard_while_the_head_is_asked_for_is_not_taken_for_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = OneRoom()
    shared, archive = sharing(monkeypatch, broker, lambda _follower: None, [])
    follower = await shared._follow("r", "one")
    await shared._rescue_lost(follower)
    assert follower.live.position == Position("e", 4)
    assert archive.rescued == []
    broker.lost = True
    await shared._rescue_lost(follower)
    assert archive.rescued == [1, 2, 3, 4]
    await shared.close()
