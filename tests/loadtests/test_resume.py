"""The judge of resumes is judged: whole answers pass, each hole is found."""

from __future__ import annotations

from typing import Any

import pytest

from loadtests.diary import digest_of
from loadtests.evidence import Stored
from loadtests.resume import Asked, Log, fault_in

EPOCH = "e1"
AUDIENCES = ("everyone", "hosts", "everyone", "nobody", "everyone", "everyone")


def data(seq: int) -> dict[str, Any]:
    return {"message": f"m{seq}", "text": "hi"}


LOG = Log(
    "resume",
    EPOCH,
    [
        Stored("resume", EPOCH, seq, "chat.sent", audience, "ann", "", digest_of(data(seq)))
        for seq, audience in enumerate(AUDIENCES, 1)
    ],
)


def event(seq: int, after: int) -> dict[str, Any]:
    return {"type": "chat.sent", "room": "resume", "epoch": EPOCH, "seq": seq, "after": after, "data": data(seq)}


WHOLE = [event(3, 1), event(5, 3), event(6, 5)]


def asked(events: list[dict[str, Any]], *, since: int = 1, kind: str = "random", head: int = 6) -> Asked:
    answer = {"ok": True, "recovered": True, "events": events, "position": {"epoch": EPOCH, "seq": head}}
    return Asked(kind, "everyone", {"epoch": EPOCH, "seq": since}, answer)


def test_a_whole_answer_passes() -> None:
    assert fault_in(asked(WHOLE), LOG) is None
    assert fault_in(asked([], since=6), LOG) is None
    assert fault_in(asked(WHOLE, since=2), LOG) is None


def test_a_stub_passes() -> None:
    assert fault_in(asked([event(3, 1), {**event(5, 3), "data": None}, event(6, 5)]), LOG) is None


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (asked([event(3, 1), event(6, 3)]), "recovered true without [5]"),
        (asked(WHOLE[1:]), "recovered true without [3]"),
        (asked([WHOLE[1], WHOLE[0], WHOLE[2]]), "in another order"),
        (asked([event(2, 1), *WHOLE]), "more than was to be told"),
        (asked([event(3, 2), *WHOLE[1:]]), "3 bears after 2, behind 1"),
        (asked([event(3, 1), {**event(5, 3), "data": data(4)}, WHOLE[2]]), "something else than what is stored"),
        (asked([], since=9), "recovered true at"),
        (asked(WHOLE, kind="future"), "recovered true"),
    ],
)
def test_a_faulty_recovery_is_found(answer: Asked, sentence: str) -> None:
    assert sentence in (fault_in(answer, LOG) or "")


def not_recovered(kind: str, **changes: Any) -> Asked:
    answer = {"ok": True, "recovered": False, "reason": "trimmed", "view": {"chat": {}}, **changes}
    return Asked(kind, "everyone", {"epoch": EPOCH, "seq": 1}, {"position": {"epoch": EPOCH, "seq": 6}, **answer})


def test_a_clear_no_passes() -> None:
    assert fault_in(not_recovered("trimmed"), LOG) is None
    negative = Asked("negative", "everyone", {"epoch": EPOCH, "seq": -1}, {"ok": False, "error": {"code": "invalid"}})
    assert fault_in(negative, LOG) is None


def test_an_unclear_no_is_found() -> None:
    assert "with the reason None" in (fault_in(not_recovered("trimmed", reason=None), LOG) or "")
    assert "without a view" in (fault_in(not_recovered("trimmed", view=None), LOG) or "")
    assert "although all is at hand" in (fault_in(not_recovered("top"), LOG) or "")
    top = Asked("top", "everyone", {"epoch": EPOCH, "seq": 6}, {"ok": False, "error": {"code": "internal"}})
    assert "refused with internal" in (fault_in(top, LOG) or "")
