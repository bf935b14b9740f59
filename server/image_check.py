"""A look at what people's photos show by somebody outside, before anybody in the room sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from protocols.errors import Code, Refused
from server.outside import Finding, Looks

SIZE: Final = 640  # pixels of the longer side of what is looked at
DEADLINE_S: Final = 5.0  # for one picture, its wait included; its sender waits as long
AT_ONCE: Final = 8
WAITING_MOST: Final = 56  # pictures; those beyond get what a failure gets


class ImageCheck(Protocol):
    """Looks at pictures. It is told the room and what is to be shown there, and not by whom."""

    async def look(self, room: str, picture: bytes) -> Finding:
        """What is found in it, a WebP without metadata; raises CheckFailed."""


class ImageChecks:
    """Asks a check, and always has an answer in time."""

    def __init__(
        self,
        check: ImageCheck,
        *,
        default: Finding,
        deadline_s: float = DEADLINE_S,
        at_once: int = AT_ONCE,
        waiting_most: int = WAITING_MOST,
    ) -> None:
        self._check = check
        self._looks = Looks("image", default=default, deadline_s=deadline_s, at_once=at_once, waiting_most=waiting_most)

    def statistics(self) -> Mapping[str, float]:
        """How many are being looked at or wait for it, and how often there was no finding."""
        return self._looks.statistics()

    async def suspects(self, room: str, picture: bytes) -> bool:
        """Whether staff should see it first. Raises Refused: picture."""
        finding = await self._looks.finding(lambda: self._check.look(room, picture))
        if finding is Finding.REFUSE:
            raise Refused(Code.PICTURE)
        return finding is Finding.HOLD
