"""What comes of what is found in a text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from protocols.errors import Code, Refused
from server.outside import Finding
from server.text_check import TextChecks


class Check:
    def __init__(self) -> None:
        self.finding = Finding.FINE
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        self.seen.append((room, tuple(texts)))
        return self.finding


async def test_its_finding_is_the_answer() -> None:
    check = Check()
    checks = TextChecks(check, default=Finding.REFUSE)
    assert await checks.suspects("r1", ("hello",)) is False
    check.finding = Finding.HOLD
    assert await checks.suspects("r1", ("hm",)) is True
    check.finding = Finding.REFUSE
    with pytest.raises(Refused) as refused:
        await checks.suspects("r1", ("bad",))
    assert refused.value.code is Code.WORDS
    assert check.seen == [("r1", ("hello",)), ("r1", ("hm",)), ("r1", ("bad",))]
    assert checks.statistics()["asked_total"] == 3
