"""What comes of what is found in a photo."""

from __future__ import annotations

import pytest

from protocols.errors import Code, Refused
from server.image_check import ImageChecks
from server.outside import Finding


class Check:
    def __init__(self) -> None:
        self.finding = Finding.FINE
        self.seen: list[tuple[str, bytes]] = []

    async def look(self, room: str, picture: bytes) -> Finding:
        self.seen.append((room, picture))
        return self.finding


async def test_its_finding_is_the_answer() -> None:
    check = Check()
    checks = ImageChecks(check, default=Finding.FINE)
    assert await checks.suspects("r1", b"a castle") is False
    check.finding = Finding.HOLD
    assert await checks.suspects("r1", b"a shadow") is True
    check.finding = Finding.REFUSE
    with pytest.raises(Refused) as refused:
        await checks.suspects("r1", b"a fright")
    assert refused.value.code is Code.PICTURE
    assert check.seen == [("r1", b"a castle"), ("r1", b"a shadow"), ("r1", b"a fright")]
    assert checks.statistics()["asked_total"] == 3
