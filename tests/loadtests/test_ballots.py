"""The judge of votes is judged: a clean vote passes, each planted fault is found."""

from typing import Any

import pytest

from loadtests.ballots import Ballots, Rows, counted, judge_barrier, judge_race, leaks, standing

POLL = "p1"


def ok(seq: int) -> dict[str, Any]:
    return {"ok": True, "position": {"epoch": "e", "seq": seq}}


def refused(code: str = "closed") -> dict[str, Any]:
    return {"ok": False, "error": {"code": code}}


def row(seq: int, user: str, choice: int, poll: str = POLL) -> tuple[int, str, dict[str, Any]]:
    return seq, user, {"poll": poll, "choices": [choice]}


ROWS = [row(3, "ann", 0), row(4, "ben", 1), row(5, "ann", 2)]
ANN = Ballots("ann", [(0, ok(3)), (2, ok(5)), (1, refused()), (0, refused())])
BEN = Ballots("ben", [(1, ok(4)), (0, refused()), (1, refused())])


def test_the_last_ballot_stands() -> None:
    rows: Rows = [*ROWS, row(6, "ann", 3, "p2"), (7, "cy", None)]
    assert standing(rows, POLL) == {"ann": 2, "ben": 1}
    assert counted(standing(rows, POLL), 4) == [0, 1, 1, 0]


def test_a_clean_barrier_passes() -> None:
    assert list(judge_barrier([ANN, BEN], ROWS, POLL, closed=6)) == []


@pytest.mark.parametrize(
    ("ballots", "rows", "closed", "sentence"),
    [
        ([ANN], [*ROWS, row(8, "ben", 0)], 6, "1 votes stand behind the close at 6, as at 8"),
        ([ANN], ROWS, 4, "ann had a vote acked at 5, behind the close at 4"),
        ([ANN], ROWS[:2], 6, "ann was acked 2 at 5, where None is stored"),
        ([ANN], [ROWS[0], ROWS[1], row(5, "ann", 3)], 6, "ann was acked 2 at 5, where ('ann', 3) is stored"),
        ([Ballots("ben", [(0, refused()), (1, ok(4))])], ROWS, 6, "ben had a vote acked after one was refused"),
        ([Ballots("ben", [(0, refused("internal"))])], ROWS, 6, "ben was refused with internal"),
    ],
)
def test_a_leaky_barrier_is_found(ballots: list[Ballots], rows: Rows, closed: int, sentence: str) -> None:
    assert sentence in list(judge_barrier(ballots, rows, POLL, closed))


def test_a_race_is_judged_by_what_may_stand() -> None:
    ann = Ballots("ann", [(0, ok(3)), (2, ok(5))], {2})
    same_id = Ballots("ben", [(1, ok(4)), (0, refused("id_conflict"))], {1}, one_id=True)
    assert list(judge_race([ann, same_id], standing(ROWS, POLL))) == []
    # Sent again, in whatever order: what was acked last stands.
    late = Ballots("ann", [(2, ok(5)), (0, ok(3))], {0}, sent_again=True)
    assert list(judge_race([late], standing(ROWS, POLL))) == []


@pytest.mark.parametrize(
    ("ballots", "stands", "sentence"),
    [
        (
            Ballots("ann", [(0, ok(3)), (2, ok(5))], {2}),
            {"ann": 0},
            "ann has the ballot 0, the last that was acked is 2",
        ),
        (Ballots("ann", [(2, ok(5)), (0, ok(3))], {0}), {"ann": 2}, "ann has the ballot 2, expected one of {0}"),
        (Ballots("ann", [(2, ok(5))], {2}), {}, "ann has the ballot None, the last that was acked is 2"),
        (Ballots("ann", [(2, refused())], {2}), {}, "ann had no vote acked"),
        (
            Ballots("ann", [(2, ok(5)), (1, refused("internal"))], {2}),
            {"ann": 2},
            f"ann was answered {refused('internal')}",
        ),
        (
            Ballots("ann", [(2, ok(5)), (2, ok(7))], {2}, one_id=True),
            {"ann": 2},
            "ann had one id acked as [(5, 2), (7, 2)]",
        ),
    ],
)
def test_a_faulty_race_is_found(ballots: Ballots, stands: dict[str, int], sentence: str) -> None:
    assert sentence in list(judge_race([ballots], stands))


def test_numbers_of_a_hidden_poll_are_a_leak() -> None:
    tally = '42["poll.tally",{"room":"r","poll":"p1","result":{"counts":[1,0],"voters":1}}]'
    view = '431[{"ok":true,"view":{"polls":{"polls":[{"poll":"p1","result":{"counts":[1]}},{"poll":"p2"}]}}}]'
    closed = '42["poll.closed",{"seq":7,"data":{"poll":"p1","reason":"staff","result":null}},"r:e:7:everyone"]'
    assert len(list(leaks([tally], POLL))) == 1
    assert len(list(leaks([view], POLL))) == 1
    assert list(leaks([closed, "2", "40{}"], POLL)) == []
    assert list(leaks([tally, view], "p2")) == []
