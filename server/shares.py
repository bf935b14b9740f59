"""Which rooms are left to this worker: all workers that are alive share them, and each room is one's.

A share spares work, it promises nothing: what two workers do at once is safe, and finds itself done. So nobody has to
agree: each worker gives signs of life in one sorted set of Redis and reckons by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from hashlib import blake2b

import structlog

from server.broker.port import Unavailable
from server.broker.redis_lanes import Lanes
from server.broker.redis_owners import BEAT

WORKERS = "sf:workers"
BEAT_S = 0.5
ALIVE_S = 3.0  # since the last sign; then the others take what was left to it
NAMED_MS = 60_000

log = structlog.get_logger(__name__)


class Shares:
    """This worker among the others. ``mine(room)``: rooms spread evenly, and few move when a worker comes or goes."""

    def __init__(self, lanes: Lanes, me: str) -> None:
        self._lanes = lanes
        self._me = me
        self.on_change: Callable[[], None] = lambda: None  # other rooms are left to this worker than before
        self._workers: tuple[str, ...] = (me,)

    def mine(self, room: str) -> bool:
        """Whether the room is left to this worker now."""
        if len(self._workers) == 1:
            return True
        return max(self._workers, key=lambda worker: _weight(worker, room)) == self._me

    async def beat(self) -> None:
        """Give a sign of life, and learn of the others'. Raises Unavailable."""
        now, *signs = await self._lanes.run(BEAT, [WORKERS], (self._me, "", NAMED_MS))
        alive = {
            worker.decode()
            for worker, at in zip(signs[::2], signs[1::2], strict=True)
            if int(now) - float(at) < ALIVE_S * 1000
        }
        workers = tuple(sorted({*alive, self._me}))
        if workers != self._workers:
            log.info("workers", count=len(workers))
            self._workers = workers
            self.on_change()

    async def run(self) -> None:
        """Do so twice a second, until cancelled."""
        while True:
            try:
                await self.beat()
            except Unavailable:
                pass  # the lanes have said so; nothing can be read for anybody's share either
            except Exception:
                log.exception("workers.beat_failed")
            await asyncio.sleep(BEAT_S)

    async def leave(self) -> None:
        """Be none of them any more, so that the others need not wait. Raises Unavailable."""
        await self._lanes.run(BEAT, [WORKERS], ("", self._me, NAMED_MS))

    def statistics(self) -> Mapping[str, float]:
        """How many workers are alive, this one among them."""
        return {"alive": len(self._workers)}


def _weight(worker: str, room: str) -> bytes:
    return blake2b(f"{worker}\n{room}".encode(), digest_size=8).digest()
