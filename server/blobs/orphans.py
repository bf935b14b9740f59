"""Blobs that nobody knows of any more: what was stored for something that never came to be, or is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import structlog

from protocols.limits import DAY_MS
from server.blobs.port import BlobError, Blobs

EVERY_S = 3600.0
# Younger ones may be on their way to being known: they are stored before they are spoken of.
AGE_MS = DAY_MS

log = structlog.get_logger(__name__)

# Which of these names are still in use.
Keeper = Callable[[Sequence[str]], Awaitable[Collection[str]]]


class Orphans:
    """Removes blobs older than a day that their ``keepers`` do not know: one for each prefix.

    What lies under no keeper's prefix stays. Several processes may do it at once.
    """

    def __init__(self, blobs: Blobs, keepers: Mapping[str, Keeper]) -> None:
        self._blobs = blobs
        self._keepers = dict(keepers)
        self._removed = 0

    async def sweep(self, now: int) -> int:
        """One look; how many were removed. Raises BlobError and what keepers raise."""
        before = now - AGE_MS
        await self._blobs.tidy(before)
        removed = 0
        for prefix, keeper in self._keepers.items():
            async for some in self._blobs.list(prefix):
                names = [blob.name for blob in some if blob.at < before]
                kept = await keeper(names) if names else ()
                orphans = sorted(set(names).difference(kept))
                if orphans:
                    await self._blobs.delete(orphans)
                    removed += len(orphans)
        if removed:
            log.info("blobs_removed", count=removed)
        self._removed += removed
        return removed

    async def run(self, now: Callable[[], int]) -> None:
        """Look every hour, until cancelled."""
        while True:
            try:
                await self.sweep(now())
            except BlobError as error:
                log.warning("blobs_not_swept", error=type(error).__name__)
            except Exception:
                # Never without, whatever it met.
                log.exception("blobs_not_swept")
            await asyncio.sleep(EVERY_S)

    def statistics(self) -> Mapping[str, float]:
        """How many have gone."""
        return {"orphans_total": self._removed}
