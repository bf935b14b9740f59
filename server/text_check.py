"""A look at what people write by somebody outside, before the room decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from protocols.errors import Code, Refused
from server.outside import Finding, Looks

DEADLINE_S: Final = 1.0  # for one text; its sender's next commands wait behind it
AT_ONCE: Final = 64  # texts being looked at; those beyond get what a failure gets


class TextCheck(Protocol):
    """Looks at texts. It is told the room and what was written, and not by whom."""

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        """What is found in any of the texts; raises CheckFailed."""


class TextChecks:
    """Asks a check, and always has an answer in time."""

    def __init__(
        self, check: TextCheck, *, default: Finding, deadline_s: float = DEADLINE_S, at_once: int = AT_ONCE
    ) -> None:
        self._check = check
        self._looks = Looks("text", default=default, deadline_s=deadline_s, at_once=at_once)

    def statistics(self) -> Mapping[str, float]:
        """How many are being looked at, and how often there was no finding."""
        return self._looks.statistics()

    async def suspects(self, room: str, texts: Sequence[str]) -> bool:
        """Whether staff should see it first. Raises Refused: words."""
        finding = await self._looks.finding(lambda: self._check.look(room, texts))
        if finding is Finding.REFUSE:
            raise Refused(Code.WORDS)
        return finding is Finding.HOLD
