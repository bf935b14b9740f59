"""Asking somebody outside what they find in what people send: within a time, a few at once, and with a stated default.

CheckFailed             whoever was asked gave no answer that can be used
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Final

from server import logs

log = logs.logger("outside")

SILENT_S: Final = 30.0  # between two lines in the log about failures


class Finding(StrEnum):
    """What was found: nothing, something that staff should see first, or something that goes back."""

    FINE = "fine"
    HOLD = "hold"
    REFUSE = "refuse"


class CheckFailed(Exception):
    """There is no finding; the reason holds nothing of what was looked at."""


class Looks:
    """Always has an answer in time: the finding, or ``default`` where whoever is asked fails, is late or has too much.

    ``at_once`` are looked at, ``waiting_most`` wait for it; their wait is part of their time.
    """

    def __init__(self, name: str, *, default: Finding, deadline_s: float, at_once: int, waiting_most: int = 0) -> None:
        self._name = name
        self._default = default
        self._deadline_s = deadline_s
        self._turn = asyncio.Semaphore(at_once)
        self._most = at_once + waiting_most
        self._running = self._asked = self._failed = self._late = self._crowded = 0
        self._told_at: float | None = None

    def statistics(self) -> Mapping[str, float]:
        """How many are being looked at or wait for it, and how often there was no finding."""
        return {
            "running": self._running,
            "asked_total": self._asked,
            "failed_total": self._failed,
            "late_total": self._late,
            "crowded_total": self._crowded,
        }

    async def finding(self, look: Callable[[], Awaitable[Finding]]) -> Finding:
        """What ``look`` finds, which may raise CheckFailed; or the default."""
        if self._running >= self._most:
            self._crowded += 1
            return self._default
        self._running += 1
        self._asked += 1
        try:
            async with asyncio.timeout(self._deadline_s), self._turn:
                return await look()
        except TimeoutError:
            self._late += 1
            self._tell("late")
        except CheckFailed as failed:
            self._failed += 1
            self._tell(str(failed))
        except Exception:
            # A fault in an adapter must not keep people from sending, nor let unseen things through.
            self._failed += 1
            log.exception("check_broke", check=self._name)
        finally:
            self._running -= 1
        return self._default

    def _tell(self, why: str) -> None:
        now = asyncio.get_running_loop().time()
        if self._told_at is None or now - self._told_at >= SILENT_S:
            self._told_at = now
            log.warning("check_failed", check=self._name, why=why, default=self._default.value)
