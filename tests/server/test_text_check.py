"""An answer in time, whatever whoever is asked does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from protocols.errors import Code, Refused
from server import text_check
from server.text_check import CheckFailed, Finding, TextChecks


class Check:
    def __init__(self, answer: Callable[[], Finding]) -> None:
        self.answer = answer
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        self.seen.append((room, tuple(texts)))
        await self.free.wait()
        return self.answer()


def raises(error: Exception) -> Callable[[], Finding]:
    def answer() -> Finding:
        raise error

    return answer


async def test_its_finding_is_the_answer() -> None:
    check = Check(lambda: Finding.FINE)
    checks = TextChecks(check, default=Finding.REFUSE)
    assert await checks.suspects("r1", ("hello",)) is False
    check.answer = lambda: Finding.HOLD
    assert await checks.suspects("r1", ("hm",)) is True
    check.answer = lambda: Finding.REFUSE
    with pytest.raises(Refused) as refused:
        await checks.suspects("r1", ("bad",))
    assert refused.value.code is Code.WORDS
    assert check.seen == [("r1", ("hello",)), ("r1", ("hm",)), ("r1", ("bad",))]


@pytest.mark.parametrize(("default", "suspect"), [(Finding.FINE, False), (Finding.HOLD, True)])
@pytest.mark.parametrize("error", [CheckFailed("status 500"), RuntimeError("a fault in the adapter")])
async def test_a_failure_gets_the_default(default: Finding, suspect: bool, error: Exception) -> None:
    checks = TextChecks(Check(raises(error)), default=default)
    assert await checks.suspects("r1", ("x",)) is suspect
    assert checks.statistics()["failed_total"] == 1
    assert checks.statistics()["running"] == 0


async def test_so_does_whoever_does_not_answer_in_time() -> None:
    check = Check(lambda: Finding.REFUSE)
    check.free.clear()
    checks = TextChecks(check, default=Finding.HOLD, deadline_s=0.01)
    assert await checks.suspects("r1", ("x",)) is True
    assert checks.statistics()["late_total"] == 1


async def test_and_what_is_too_much_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_check, "AT_ONCE", 1)
    check = Check(lambda: Finding.FINE)
    check.free.clear()
    checks = TextChecks(check, default=Finding.HOLD)
    first = asyncio.create_task(checks.suspects("r1", ("one",)))
    while not check.seen:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)
    assert await checks.suspects("r1", ("two",)) is True
    check.free.set()
    assert await first is False
    assert [texts for _, texts in check.seen] == [("one",)]
    assert checks.statistics()["crowded_total"] == 1
