"""Whether this node should get people: looked at all the time, so that asking takes none, and each reason in words."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from server.logs import logger

EVERY_S = 0.5
WITHIN_S = 0.4  # that one look waits for its checks; they go on, and the next look takes their answers
PATIENCE_S = 1.5  # for one check; a longer one is itself a reason
STALE_S = 2.5  # since the last look: whoever looks has stopped
TICK_S = 0.2  # between looks at whether the event loop is free
BLOCKED_S = 1.0  # of the event loop
RECENT_S = 2.0  # for so long a block is a reason
# Rooms go on without these, on this node as on any other: told, but no reason to send people elsewhere.
CAUTIONS = frozenset({"database", "projector", "blobs", "trimming"})
LEAST_FREE = 1024 * 1024  # bytes on the disk

# None: all is well. A text: why not, as a short phrase of our own.
Check = Callable[[], str | Awaitable[str | None] | None]
log = logger(__name__)


@dataclass(slots=True)
class _Part:
    check: Check
    why: str | None = "not looked at yet"
    asking: asyncio.Task[str | None] | None = None
    since: float = 0.0


class Readiness:
    """Runs checks twice a second. ``why(part)`` is a look in memory; a part that hangs keeps no other waiting."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        cautions: frozenset[str] = CAUTIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cautions = cautions
        self._parts = {name: _Part(check) for name, check in checks.items()}
        self._clock = clock
        self._looked = clock()
        self._blocked_s = self._lag_s = 0.0
        self._blocked_at: float | None = None
        self._said: dict[str, str] = {}

    def checks(self) -> dict[str, Callable[[], str | None]]:
        """For ``/readyz``: what the last look found, by part."""
        found = {name: partial(self.why, name) for name in self._parts if name not in self._cautions}
        return {**found, "loop": self._loop}

    def cautions(self) -> dict[str, Callable[[], str | None]]:
        """The same, of what rooms go on without."""
        return {name: partial(self.why, name) for name in self._parts if name in self._cautions}

    def why(self, part: str) -> str | None:
        """What is wrong with a part, or None."""
        return self._parts[part].why

    async def look(self, within_s: float = WITHIN_S) -> None:
        """Ask every part once, unless it is still thinking."""
        now = self._clock()
        for part in self._parts.values():
            if part.asking is None:
                part.asking, part.since = asyncio.ensure_future(_asked(part.check)), now
        tasks = [part.asking for part in self._parts.values() if part.asking is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)
        for part in self._parts.values():
            if part.asking is not None and part.asking.done():
                part.why, part.asking = part.asking.result(), None
            elif self._clock() - part.since > PATIENCE_S:
                part.why = "no answer in time"
        self._looked = self._clock()
        self._say()

    async def run(self) -> None:
        """Look again and again, and notice when the event loop was not free, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                # On its own: the loop may be blocked while the parts are being asked, too.
                tasks.create_task(self._tick())
                while True:
                    await self.look()
                    await asyncio.sleep(EVERY_S)
        finally:
            for part in self._parts.values():
                if part.asking is not None:
                    part.asking.cancel()

    def noticed(self, late_s: float) -> None:
        """The loop came so much later than asked."""
        self._lag_s = max(0.0, late_s)
        if late_s > BLOCKED_S:
            self._blocked_s, self._blocked_at = late_s, self._clock()
            for part in self._parts.values():
                # In that time no part could answer.
                part.since += late_s

    async def _tick(self) -> None:
        while True:
            before = self._clock()
            await asyncio.sleep(TICK_S)
            self.noticed(self._clock() - before - TICK_S)

    def statistics(self) -> Mapping[str, float]:
        """Whether it is ready, and how the process is doing."""
        reasons = [name for name, part in self._parts.items() if part.why is not None and name not in self._cautions]
        return {
            "ready": float(not reasons and self._loop() is None),
            "loop_lag_seconds": self._lag_s,
            "tasks": len(asyncio.all_tasks()),
        }

    def _loop(self) -> str | None:
        now = self._clock()
        if now - self._looked > STALE_S:
            return f"not looked after for {now - self._looked:.0f} s"
        if self._blocked_at is not None and now - self._blocked_at < RECENT_S:
            return f"the event loop was blocked for {self._blocked_s:.1f} s"
        return None

    def _say(self) -> None:
        found = {name: part.why for name, part in self._parts.items() if part.why is not None}
        if found != self._said:
            if found:
                log.error("degraded" if found.keys() <= self._cautions else "not ready", reasons=found)
            else:
                log.info("ready again")
        self._said = found


async def _asked(check: Check) -> str | None:
    try:
        found = check()
        return await found if inspect.isawaitable(found) else found
    except Exception:
        log.exception("ready_check_failed")
        return "check failed"


class Disk:
    """A check: the files of a folder are those that were opened, and there is space beside them."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._files = {name: _identity(folder / name) for name in names}

    async def trouble(self) -> str | None:
        """What is wrong, or None; a thread asks, for a network's file system may hang."""
        return await asyncio.to_thread(self.trouble_now)

    def trouble_now(self) -> str | None:
        """The same, for who may wait."""
        for name, identity in self._files.items():
            if _identity(self._folder / name) != identity:
                # What is written goes into a file that nobody will find again.
                return f"{name} was taken away"
        if os.statvfs(self._folder).f_flag & os.ST_RDONLY:
            return "the disk is read-only"
        if shutil.disk_usage(self._folder).free < LEAST_FREE:
            return "the disk is full"
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def tasks_ended(tasks: Callable[[], Sequence[asyncio.Task[None]]]) -> Check:
    """A check: nothing that must run for ever has ended."""

    def ended() -> str | None:
        names = [task.get_name() for task in tasks() if task.done()]
        return f"ended: {', '.join(names)}" if names else None

    return ended


def certificate_valid(valid: tuple[datetime, datetime] | None) -> Check:
    """A check: the certificate that is served holds today; without one there is nothing to check."""

    def trouble() -> str | None:
        if valid is None:
            return None
        now = datetime.now(UTC)
        if now < valid[0]:
            return "the certificate does not hold yet"
        return "the certificate is out of date" if now >= valid[1] else None

    return trouble
