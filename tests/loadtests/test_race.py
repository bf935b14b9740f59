"""Positions are laid beside the database: a swap, a loss and something that nobody stored are seen."""

from __future__ import annotations

from loadtests.diary import Delivered, Diary
from loadtests.evidence import Stored
from loadtests.race import differing


def told(*marks: str) -> Diary:
    diary = Diary("ann")
    for seq, mark in enumerate(marks, 1):
        if mark:
            diary.add(Delivered(0.0, 1, "r", "e", seq - 1, seq, "chat.sent", "ann", mark, "d"))
    return diary


ROWS = [Stored("r", "e", seq, "chat.sent", "everyone", "ann", mark, "d") for seq, mark in enumerate("abc", 1)]


def test_the_same_everywhere() -> None:
    assert differing([told("a", "b", "c"), told("a", "b", "c")], ROWS) == (6, 0)


def test_a_swap_is_two_and_a_loss_one() -> None:
    assert differing([told("a", "c", "b")], ROWS) == (3, 2)
    assert differing([told("a", "", "c")], ROWS) == (2, 1)
    assert differing([told()], ROWS) == (0, 3)


def test_what_nobody_stored_differs() -> None:
    assert differing([told("a", "b", "c", "d")], ROWS) == (4, 1)
