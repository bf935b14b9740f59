"""A look at what people write by somebody outside, before the room decides: within a time, and with a stated default.

CheckFailed             whoever was asked gave no answer that can be used
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, Protocol

from protocols.errors import Code, Refused
from server import logs

log = logs.logger("text_check")

DEADLINE_S: Final = 1.0  # for one text; its sender's next commands wait behind it
AT_ONCE: Final = 64  # texts being looked at; those beyond get what a failure gets
SILENT_S: Final = 30.0  # between two lines in the log about failures


class Finding(StrEnum):
    """What was found: nothing, something that staff should see first, or something that goes back."""

    FINE = "fine"
    HOLD = "hold"
    REFUSE = "refuse"


class CheckFailed(Exception):
    """There is no finding; the reason holds nothing of the text."""


class TextCheck(Protocol):
    """Looks at texts. It is told the room and what was written, and not by whom."""

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        """What is found in any of the texts; raises CheckFailed."""


class TextChecks:
    """Asks a check, and always has an answer in time: its finding, or ``default`` where it fails or is late."""

    def __init__(self, check: TextCheck, *, default: Finding, deadline_s: float = DEADLINE_S) -> None:
        self._check = check
        self._default = default
        self._deadline_s = deadline_s
        self._running = self._asked = self._failed = self._late = self._crowded = 0
        self._told_at: float | None = None

    def statistics(self) -> Mapping[str, float]:
        """How many are being looked at, and how often there was no finding."""
        return {
            "running": self._running,
            "asked_total": self._asked,
            "failed_total": self._failed,
            "late_total": self._late,
            "crowded_total": self._crowded,
        }

    async def suspects(self, room: str, texts: Sequence[str]) -> bool:
        """Whether staff should see it first. Raises Refused: words."""
        finding = await self._finding(room, texts)
        if finding is Finding.REFUSE:
            raise Refused(Code.WORDS)
        return finding is Finding.HOLD

    async def _finding(self, room: str, texts: Sequence[str]) -> Finding:
        if self._running >= AT_ONCE:
            self._crowded += 1
            return self._default
        self._running += 1
        self._asked += 1
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._check.look(room, texts)
        except TimeoutError:
            self._late += 1
            self._tell("late")
        except CheckFailed as failed:
            self._failed += 1
            self._tell(str(failed))
        except Exception:
            # A fault in an adapter must not keep people from talking, nor let unseen texts through.
            self._failed += 1
            log.exception("text_check_broke")
        finally:
            self._running -= 1
        return self._default

    def _tell(self, why: str) -> None:
        now = asyncio.get_running_loop().time()
        if self._told_at is None or now - self._told_at >= SILENT_S:
            self._told_at = now
            log.warning("text_check_failed", why=why, default=self._default.value)
