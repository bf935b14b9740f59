"""The due-index: which room wants to be woken when, so that a poll closes with nobody there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from heapq import heapify, heappop, heappush

import structlog

from protocols.errors import Refused
from server.broker.port import BrokerError, Due
from server.hosting.clock import Clock

RETRY_MS = 1_000  # after a room could not be woken
SPARE = 64  # entries out of date beside those in force, before they are cleared away
LONGEST_S = 60.0  # between two looks; a suspended machine's clock may have stood still

log = structlog.get_logger(__name__)


class DueIndex:
    """Wakes rooms when they are due. ``wake(room)`` opens the room and has its host look."""

    def __init__(self, clock: Clock, wake: Callable[[str], Awaitable[None]]) -> None:
        self._clock = clock
        self._wake = wake
        self._dues: dict[str, int] = {}
        # The first is the next; those whose room has another due by now are left out as they come up.
        self._order: list[tuple[int, str]] = []
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._dues)

    def load(self, dues: Mapping[str, Due]) -> None:
        """What the log says at the start."""
        now = self._clock.now()
        for room, due in dues.items():
            # A machine that was set back would let a poll stay open until it has caught up: the room's own time goes
            # on from its last record as soon as it is at work, so it is put to work now.
            self.note(room, now if due.last > now else due.at)

    def note(self, room: str, due: int | None) -> None:
        """The room wants to be woken then, or (None) not any more."""
        if due is None:
            self._dues.pop(room, None)
        elif self._dues.get(room) != due:
            self._set(room, due)
            self._changed.set()

    def next_s(self) -> float:
        """Seconds until there is something to do; 0 if there is now."""
        order = self._order
        while order and self._dues.get(order[0][1]) != order[0][0]:
            heappop(order)
        return min(max(0.0, (order[0][0] - self._clock.now()) / 1000), LONGEST_S) if order else LONGEST_S

    async def sweep(self) -> None:
        """Wake every room that is due. One that cannot be woken is tried again in a moment."""
        now = self._clock.now()
        while self.next_s() == 0.0 and self._order[0][0] <= now:
            room = heappop(self._order)[1]
            # Forgotten until its host says when the next is; looked at again if it says nothing.
            self._set(room, now + RETRY_MS)
            try:
                await self._wake(room)
            except (Refused, BrokerError) as error:
                log.warning("not_woken", room=room, error=str(error))
            except Exception:
                # One room's fault must not keep the others' polls open.
                log.exception("waking_failed", room=room)

    def _set(self, room: str, due: int) -> None:
        self._dues[room] = due
        heappush(self._order, (due, room))
        if len(self._order) > 2 * len(self._dues) + SPARE:
            self._order = [(due, room) for room, due in self._dues.items()]
            heapify(self._order)

    async def run(self) -> None:
        """Sweep now and whenever something is due, until cancelled."""
        while True:
            await self.sweep()
            self._changed.clear()
            try:
                async with asyncio.timeout(self.next_s()):
                    await self._changed.wait()
            except TimeoutError:
                continue
