from __future__ import annotations

from loadtests.diary import Delivered, Diary, Ended, Joined, Left, Opened
from loadtests.path import Stretch, walks_of


def told(seq: int, connection: int = 1, room: str = "r1") -> Delivered:
    return Delivered(0, connection, room, "e", seq - 1, seq, "chat.sent", "ann", "", "d")


def joined(seq: int, connection: int = 1, *, since: int = -1, epoch: str = "e", room: str = "r1") -> Joined:
    return Joined(0, connection, room, since >= 0, "", "everyone", epoch, since, epoch, seq)


def test_a_recovery_goes_on_with_the_same_stretch() -> None:
    diary = Diary("ann", [Opened(0, 1, "websocket"), joined(3), told(4), Ended(0, 1, "cut"), Opened(0, 2, "websocket")])
    for entry in (joined(6, 2, since=4), told(5, 2), told(6, 2), told(7, 2)):
        diary.add(entry)
    walk = walks_of(diary)["r1"]
    assert walk.stretches == [Stretch("e", "everyone", 3, 7)]
    assert sorted(seq for _, seq in walk.delivered) == [4, 5, 6, 7]
    assert walk.faults == []
    assert [(join.since, first.seq) for join, first in walk.resumes] == [(4, 5)]


def test_a_view_begins_a_new_stretch() -> None:
    diary = Diary("ann", [joined(3), told(4), Ended(0, 1, "cut"), joined(9, 2), told(10, 2), joined(1, 2, epoch="f")])
    walk = walks_of(diary)["r1"]
    assert [(stretch.epoch, stretch.lo, stretch.hi) for stretch in walk.stretches] == [
        ("e", 3, 4),
        ("e", 9, 10),
        ("f", 1, 1),
    ]


def test_rooms_are_walked_apart() -> None:
    walks = walks_of(Diary("ann", [joined(3), joined(8, room="r2"), told(4), told(9, room="r2"), Left(0, 1, "r2")]))
    assert (walks["r1"].left, walks["r2"].left) == (False, True)
    assert walks["r2"].stretches == [Stretch("e", "everyone", 8, 9)]


def test_what_comes_over_a_gap_is_not_taken_as_told() -> None:
    walk = walks_of(Diary("ann", [joined(3), told(5), told(6)]))["r1"]
    assert walk.gaps == 2  # both came over it
    assert walk.delivered == {}
    assert walk.stretches[0].hi == 3
