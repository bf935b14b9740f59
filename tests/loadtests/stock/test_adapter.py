"""A chat without positions, numbered so that the checker can judge it."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.checker import judge
from loadtests.client import Client
from loadtests.diary import Answered, Delivered, Diary, Joined, Left, Opened, Sent
from loadtests.stock.adapter import evidence, heard, on_event


def diary(user: str, came: Sequence[str], said: Sequence[str] = (), *, connections: int = 1) -> Diary:
    diary = Diary(user)
    for connection in range(1, connections + 1):
        diary.add(Opened(0.0, connection, "websocket"))
        diary.add(Joined(0.0, connection, "r", False, "", "everyone", "", -1, "stock", 0))
    for name in said:
        diary.add(Sent(0.0, 1, name, "chat.send", "r", 1))
    for name in said:
        diary.add(Answered(0.0, 1, name, True, "", -1, ""))
    for mark in came:
        diary.add(Delivered(0.0, connections, "r", "stock", 0, -1, "chat.sent", "x", mark, mark))
    diary.add(Left(0.0, 1, "r"))
    return diary


def counted(*diaries: Diary) -> dict[str, int]:
    found, _ = evidence(diaries)
    return dict(judge(found).counted())


def test_what_all_hear_alike_is_clean() -> None:
    assert counted(diary("a", ["a.1", "b.1", "a.2"], ["a.1", "a.2"]), diary("b", ["a.1", "b.1", "a.2"], ["b.1"])) == {}


def test_an_acked_message_that_one_never_hears_is_lost() -> None:
    assert counted(diary("a", ["a.1", "a.2", "a.3"], ["a.1", "a.2", "a.3"]), diary("b", ["a.1", "a.3"])) == {"I1": 1}


def test_the_last_message_may_be_lost_as_well() -> None:
    assert counted(diary("a", ["a.1", "a.2"], ["a.1", "a.2"]), diary("b", ["a.1"])) == {"I1": 1}


def test_an_acked_message_that_nobody_hears_is_lost_for_all() -> None:
    assert counted(diary("a", ["a.1"], ["a.1", "a.2"]), diary("b", ["a.1"])) == {"I1": 2}


def test_another_order_is_another_fault() -> None:
    one, two = diary("a", ["a.1", "b.1", "a.2"], ["a.1", "a.2"]), diary("b", ["b.1", "a.1", "a.2"], ["b.1"])
    assert counted(one, two) == {"I3": 1}


def test_a_loss_does_not_look_like_another_order() -> None:
    one = diary("a", ["a.1", "a.2", "a.4"], ["a.1", "a.2", "a.4"])
    two = diary("b", ["b.2", "a.1", "b.1", "a.2"], ["b.1", "b.2"])
    assert counted(one, two) == {"I1": 3}


def test_one_senders_own_order_counts_where_all_heard_it() -> None:
    assert set(counted(diary("a", ["a.2", "a.1"], ["a.1", "a.2"]), diary("b", ["a.2", "a.1"]))) == {"I5"}


def test_the_same_message_twice_is_a_fault() -> None:
    assert counted(diary("a", ["a.1", "a.1"], ["a.1"])) == {"I3": 1}


def test_who_lost_the_session_is_not_judged() -> None:
    found, left_out = evidence([diary("a", ["a.1"], ["a.1"]), diary("b", [], connections=2)])
    assert left_out == 1
    assert judge(found).clean


def test_nobody_is_no_evidence() -> None:
    found, left_out = evidence([])
    assert (left_out, judge(found).clean) == (0, True)


def test_a_stock_event_is_noted() -> None:
    client = Client("http://127.0.0.1:1", "token", "r", user="a")
    on_event(client, "chat.sent", {"room": "r", "by": {"id": "b"}, "data": {"text": "#b.1 hello"}})
    on_event(client, "chat.sent", {"room": "r"})
    assert heard(client.diary) == ["b.1"]
