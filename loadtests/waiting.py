"""Waiting for a fact that nobody announces."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(fact: Callable[[], bool | Awaitable[bool]], within: float, every: float = 0.02) -> bool:
    """Look again and again; whether the fact was there in time."""
    deadline = time.monotonic() + within
    while True:
        found = fact()
        if found if isinstance(found, bool) else await found:
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)
