"""One table of errors."""

from protocols.errors import MEANINGS, Code, Refused


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Code)
    for meaning in MEANINGS.values():
        assert meaning.message.endswith(".")
        assert 400 <= meaning.status < 600


def test_only_what_may_pass_later_says_retry() -> None:
    assert {code for code, meaning in MEANINGS.items() if meaning.retry} == {
        Code.RATE_LIMITED,
        Code.OVERLOADED,
        Code.UNAVAILABLE,
        Code.INTERNAL,
    }


def test_a_nack_says_when_to_come_back_only_if_known() -> None:
    assert Refused(Code.RATE_LIMITED, retry_after_ms=800).as_wire() == {
        "code": "rate_limited",
        "message": MEANINGS[Code.RATE_LIMITED].message,
        "retry": True,
        "retry_after_ms": 800,
    }
    assert "retry_after_ms" not in Refused(Code.CLOSED, "The room is closed.").as_wire()
