"""A follower answers in order, and not before what it answers has been told here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Position, Record, Role
from rooms.activities.chat import ChatSent
from rooms.registry import REGISTRY
from rooms.room import Room
from server.broker.port import Batch
from server.hosting import follower as follower_module
from server.hosting import letters
from server.hosting.archive import Archive
from server.hosting.clock import Clock
from server.hosting.draft import Sender
from server.hosting.follower import Follower, Forwarded
from server.hosting.host import Patience, Surroundings
from server.hosting.restore import Restored

ANN = Sender(By("ann", "Ann", Role.ATTENDEE))


class NothingStored:
    """An archive that has nothing of the room; ``rescued`` is what it is given."""

    def __init__(self) -> None:
        self.rescued: list[int] = []

    def projected(self, room: str) -> int:
        return 0

    async def keep(self, room: str, epoch: str, records: Sequence[Record]) -> None:
        self.rescued += [record.seq for record in records]


class Stage:
    """One follower of room r in epoch e, whose owner is "one"; ``sent`` is what it forwarded, and where to."""

    def __init__(self, *, unreachable: bool = False) -> None:
        self.sent: list[tuple[str, Forwarded]] = []
        self.outcomes: list[Position | Refused] = []
        self.told: list[int] = []
        self.epochs: list[str] = []
        self.torn: list[Follower] = []
        self.full = False
        around = Surroundings(
            broker=None,  # type: ignore[arg-type]
            archive=cast(Archive, NothingStored()),
            clock=Clock(),
            unreachable=lambda: unreachable,
            patience=Patience(refused=0.01),
            on_records=lambda _room, _epoch, records: self.told.extend(record.seq for record in records),
            on_epoch=lambda _room, epoch: self.epochs.append(epoch),
        )
        restored = Restored(Room("r", REGISTRY), "e")
        self.ahead: list[Position] = []
        self.follower = Follower(
            restored,
            around,
            "one",
            send=self._send,
            on_torn=self.torn.append,
            on_ahead=lambda _follower, head: self.ahead.append(head),
        )

    def _send(self, _follower: Follower, owner: str, forwarded: Forwarded) -> bool:
        self.sent.append((owner, forwarded))
        return not self.full

    def say(self, number: int) -> None:
        command = REGISTRY.command("chat.send", {"id": f"c{number}", "room": "r", "text": "x"})
        self.follower.submit(command, ANN, self.outcomes.append)

    def answer(self, number: int, outcome: Position | Refused) -> None:
        self.follower.answered(self.sent[number][1], letters.answer(0, outcome))

    def hear(self, base: int, count: int, *, epoch: str = "e") -> None:
        records = [
            Record(seq, 1_800_000_000_000, ChatSent.type, 1, Audience.EVERYONE, ANN.by, None, (seq - 1, seq - 1))
            for seq in range(base + 1, base + count + 1)
        ]
        self.follower.heard(Batch("r", "b", 1, Position(epoch, base), records))

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.follower.close(Refused(Code.UNAVAILABLE))


async def test_an_ack_waits_until_the_room_here_is_as_far() -> None:
    with Stage() as stage:
        stage.say(1)
        stage.answer(0, Position("e", 2))
        assert stage.outcomes == []
        stage.hear(0, 1)
        assert stage.outcomes == []
        stage.hear(1, 1)
        assert stage.outcomes == [Position("e", 2)]
        assert stage.told == [1, 2]


async def test_answers_keep_the_order_of_the_commands() -> None:
    with Stage() as stage:
        for number in range(3):
            stage.say(number)
        refused = Refused(Code.RATE_LIMITED)
        stage.answer(2, refused)
        stage.answer(1, Position("e", 1))
        assert stage.outcomes == []
        stage.answer(0, Position("e", 1))
        stage.answer(0, Refused(Code.UNAVAILABLE))  # the first answer holds
        stage.hear(0, 1)
        assert stage.outcomes[:2] == [Position("e", 1), Position("e", 1)]
        assert isinstance(stage.outcomes[2], Refused)


async def test_what_is_not_answered_goes_to_the_next_owner_in_order() -> None:
    with Stage() as stage:
        for number in range(3):
            stage.say(number)
        stage.answer(1, Refused(Code.CLOSED))
        stage.follower.route(None)
        stage.say(3)
        assert len(stage.sent) == 3
        stage.follower.route("two")
        assert [(owner, forwarded.command.id) for owner, forwarded in stage.sent[3:]] == [
            ("two", "c0"),
            ("two", "c2"),
            ("two", "c3"),
        ]


async def test_who_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower_module, "PATIENCE_S", 0.01)
    monkeypatch.setattr(follower_module, "EXPIRY_S", 0.005)
    with Stage() as stage:
        command = REGISTRY.command("chat.send", {"id": "c", "room": "r", "text": "x"})
        with pytest.raises(Refused, match="unavailable"):
            await asyncio.wait_for(stage.follower.ask(command, ANN), 2)
        assert stage.follower.waiting == 0


async def test_where_nobody_listens_nobody_waits_for_another_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower_module, "EXPIRY_S", 0.005)
    with Stage(unreachable=True) as stage:
        command = REGISTRY.command("chat.send", {"id": "c", "room": "r", "text": "x"})
        with pytest.raises(Refused, match="unavailable"):
            await asyncio.wait_for(stage.follower.ask(command, ANN), 2)


async def test_when_too_much_is_on_its_way_it_is_said() -> None:
    with Stage() as stage:
        stage.full = True
        stage.say(1)
        assert [outcome.code for outcome in stage.outcomes if isinstance(outcome, Refused)] == [Code.OVERLOADED]


async def test_a_new_epoch_is_told_once_and_a_gap_tears() -> None:
    with Stage() as stage:
        stage.hear(0, 3)
        stage.hear(1, 2)  # known already
        stage.hear(3, 0, epoch="f")
        stage.hear(3, 1, epoch="f")
        assert stage.epochs == ["f"]
        assert stage.told == [1, 2, 3, 4]
        assert stage.follower.live.position == Position("f", 4)
        stage.say(1)
        stage.hear(6, 1, epoch="f")
        assert stage.torn == [stage.follower]
        assert stage.follower.closed
        assert [outcome.code for outcome in stage.outcomes if isinstance(outcome, Refused)] == [Code.UNAVAILABLE]
        stage.say(2)
        assert len(stage.outcomes) == 2


async def test_an_epoch_that_begins_elsewhere_than_here_tears() -> None:
    with Stage() as stage:
        stage.hear(0, 3)
        stage.hear(5, 0, epoch="f")
        assert stage.torn == [stage.follower]


@pytest.mark.parametrize("base", [4, 3])
async def test_what_does_not_follow_on_tears(base: int) -> None:
    with Stage() as stage:
        stage.hear(0, 3)
        records = [
            Record(seq, 1_800_000_000_000, ChatSent.type, 1, Audience.EVERYONE, ANN.by, None, (seq - 1, seq - 1))
            for seq in ((4, 6) if base == 3 else ())  # a hole within, or a log that is further on than what was heard
        ]
        stage.follower.heard(Batch("r", "b", 1, Position("e", base), records))
        assert stage.torn == [stage.follower]
        assert stage.told == [1, 2, 3]


async def test_what_the_log_has_lost_is_stored_from_here() -> None:
    with Stage() as stage:
        stage.hear(0, 3)
        stage.hear(1, 0)
        assert stage.ahead == [Position("e", 1)]
        assert not await stage.follower.rescue(None)
        assert not await stage.follower.rescue(Position("f", 1))
        assert not await stage.follower.rescue(Position("e", 3))
        assert await stage.follower.rescue(Position("e", 1))
        assert cast(NothingStored, stage.follower._around.archive).rescued == [1, 2, 3]
        assert stage.torn == []
