"""A member on a wire that is made by hand: what it answers, and what it takes for a fault."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from loadtests.member import Fault, Member, Reader, Told


class Room:
    """Speaks to a member as a server may, right or wrong."""

    def __init__(self) -> None:
        self.member = Member("r1", "u1", "token", Reader())
        self.faults: list[Fault] = []
        self.told: list[Told] = []
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.sent: list[str] = []
        self.member.on_fault = self.faults.append
        self.member.on_told = self.told.append

    def give(self, packet: str, now: float = 0.0) -> None:
        self.sent += self.member.receive(packet, now)

    def enter(self, seq: int = 10, epoch: str = "e", **answer: Any) -> None:
        self.sent = [self.member.connect()]
        self.give('40{"sid":"s"}')
        self.answer({"ok": True, "recovered": False, "position": {"epoch": epoch, "seq": seq}, **answer})

    def answer(self, ack: dict[str, Any], now: float = 0.0) -> None:
        """Answer the newest event that asks for it."""
        packet = self.sent[-1]
        self.give(f"43{packet[2 : packet.index('[')]}{orjson.dumps([ack]).decode()}", now)

    def tell(self, seq: int, after: int, mark: str = "", epoch: str = "e", sent: int = 7) -> None:
        self.give(f'42["chat.sent",{orjson.dumps(self.event(seq, after, mark, epoch, sent)).decode()},"x"]')

    @staticmethod
    def event(seq: int, after: int, mark: str = "", epoch: str = "e", sent: int = 7) -> dict[str, Any]:
        text = f"#{mark or 'o.1'} {sent} hello"
        return {"type": "chat.sent", "epoch": epoch, "after": after, "seq": seq, "data": {"text": text}}

    def say(self) -> str:
        self.sent += self.member.say("8 hello", lambda name, ack: self.answers.append((name, ack)))
        return next(reversed(self.member.pending))

    def acked(self, seq: int, now: float = 0.0) -> None:
        self.answer({"ok": True, "position": {"epoch": "e", "seq": seq}}, now)

    @property
    def kinds(self) -> list[str]:
        return [fault.kind for fault in self.faults]


@pytest.fixture
def room() -> Room:
    room = Room()
    room.enter()
    return room


def test_it_connects_joins_and_answers_pings(room: Room) -> None:
    assert room.sent == ['40{"token":"token","protocol":1}', '421["room.join",{"id":"u1.1","room":"r1"}]']
    assert room.member.joined
    assert room.member.receive("2") == ("3",)


def test_what_is_in_order_is_no_fault(room: Room) -> None:
    room.tell(11, 10)
    room.tell(14, 11)
    assert [(told.seq, told.sent, told.mark) for told in room.told] == [(11, 7, "o.1"), (14, 7, "o.1")]
    assert room.faults == []


def test_a_gap_is_told_once_and_joined_over(room: Room) -> None:
    room.tell(11, 10)
    room.tell(13, 12)
    room.tell(14, 13)
    assert room.kinds == ["gap"]
    assert '"position":{"epoch":"e","seq":11}' in room.sent[-1]
    events = [room.event(12, 11), room.event(13, 12), room.event(14, 13)]
    room.answer({"ok": True, "recovered": True, "events": events, "position": {"epoch": "e", "seq": 14}})
    room.tell(15, 14)
    assert [told.seq for told in room.told] == [11, 12, 13, 14, 15]
    assert room.kinds == ["gap"]


def test_twice_and_backwards_are_two_faults(room: Room) -> None:
    room.tell(12, 10)
    room.tell(12, 10)
    room.tell(11, 10)
    assert room.kinds == ["duplicate", "order"]
    assert room.member.told == 1


def test_a_recovery_that_leaves_something_out_is_a_gap(room: Room) -> None:
    room.member.lost()
    room.enter(14, recovered=True, events=[room.event(12, 11), room.event(14, 12)])
    assert room.kinds == ["gap"]


@pytest.mark.parametrize("place", [{"epoch": "other", "seq": 14}, {"epoch": "e", "seq": 9}])
def test_a_recovery_elsewhere_is_a_fault(room: Room, place: Any) -> None:
    room.member.lost()
    room.enter(recovered=True, events=[], position=place)
    assert room.kinds == ["resume"]


@pytest.mark.parametrize("ack_first", [True, False])
def test_an_acked_message_that_is_told_is_proven(room: Room, ack_first: bool) -> None:
    name = room.say()
    if ack_first:
        room.acked(11)
        assert room.member.owes == 1
    room.tell(11, 10, name)
    if not ack_first:
        room.acked(11)
    assert room.member.owes == 0
    assert room.faults == []
    assert [name for name, _ in room.answers] == [name]


def test_an_acked_message_that_is_never_told_is_overdue_once(room: Room) -> None:
    room.say()
    room.acked(11, now=100.0)
    assert list(room.member.overdue(104.0, 5.0)) == []
    assert len(list(room.member.overdue(105.0, 5.0))) == 1
    assert list(room.member.overdue(200.0, 5.0)) == []
    assert room.kinds == ["ack"]


def test_an_ack_for_what_went_by_is_a_fault(room: Room) -> None:
    room.say()
    packet = room.sent[-1]
    room.tell(12, 10)
    room.sent.append(packet)
    room.acked(11)
    assert room.kinds == ["ack"]


def test_acked_at_one_place_and_told_at_another_is_a_fault(room: Room) -> None:
    name = room.say()
    room.tell(11, 10, name)
    room.acked(12)
    assert room.kinds == ["ack"]


def test_refused_and_told_all_the_same_is_a_fault(room: Room) -> None:
    name = room.say()
    room.tell(11, 10, name)
    room.answer({"ok": False, "error": {"code": "rate_limited"}})
    assert room.kinds == ["ack"]


def test_a_command_is_sent_again_with_the_same_id_after_a_reconnect(room: Room) -> None:
    name = room.say()
    room.member.lost()
    waiting = room.member.say("9 later")
    assert waiting == ()
    room.enter(12, recovered=True, events=[room.event(11, 10, name)])
    again = [packet for packet in room.sent if "chat.send" in packet]
    assert len(again) == 2
    assert f'"id":"{name}"' in again[0]
    assert room.faults == []


def test_what_a_join_jumps_over_is_not_proven_and_no_fault(room: Room) -> None:
    room.say()
    room.acked(11)
    room.member.lost()
    room.enter(500, epoch="f")
    assert room.member.unproven == 1
    assert list(room.member.overdue(1e9)) == []
    assert room.faults == []


def test_a_refusal_is_kept() -> None:
    room = Room()
    room.sent = [room.member.connect()]
    room.give('44{"message":"no","data":{"code":"expired"}}')
    assert room.member.refused == "expired"
    room.give('40{"sid":"s"}')
    room.answer({"ok": False, "error": {"code": "forbidden", "retry": False}})
    assert room.member.refused == "forbidden"


def test_news_without_a_seq_is_no_event(room: Room) -> None:
    news: list[Told] = []
    room.member.on_news = news.append
    room.give('42["room.occupancy",{"room":"r1","people":3}]')
    assert [(told.type, told.data) for told in news] == [("room.occupancy", {"room": "r1", "people": 3})]
    assert room.told == []


def test_a_reader_reads_once_and_forgets() -> None:
    reader = Reader(most=2)
    first = reader.read('42["a",{"room":"r"}]')
    assert reader.read('42["a",{"room":"r"}]') is first
    reader.read('42["b",1]')
    reader.read('42["c",1]')
    assert reader.read('42["a",{"room":"r"}]') is not first
