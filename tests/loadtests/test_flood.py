from collections import Counter

from loadtests.flood import Flood, Outcome

REFUSED = {"ok": False, "error": {"code": "rate_limited", "retry_after_ms": 5}}


def test_a_flood_counts_its_answers() -> None:
    flood = Flood()
    flood.answered({"ok": True})
    flood.answered(REFUSED)
    flood.answered({"ok": False, "error": {"code": "internal"}})
    assert (flood.passed, flood.unhelpful) == (1, 1)
    assert flood.refused == {"rate_limited": 1, "internal": 1}


def test_what_a_flood_may_not_do() -> None:
    def outcome(*, before: float = 0.01, during: float = 0.01, closed: bool = True, passed: int = 10) -> Outcome:
        flood = Flood(sent=100, passed=passed, refused=Counter(rate_limited=90), closed=closed)
        return Outcome([before] * 100, [during] * 100, flood, complete=True)

    assert outcome().holds
    assert not outcome(during=0.2).holds
    assert not outcome(closed=False).holds
    assert not outcome(passed=900).holds
