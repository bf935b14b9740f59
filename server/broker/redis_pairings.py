"""RedisPairings: walls that want in, in Redis, so that one may wait on one node and be let in on another."""

from __future__ import annotations

from typing import Any, Final

from server.broker.redis_lanes import Lanes, Script
from server.pairings import Paired, Standing

PAIR = Script("pair.lua")
KEYS: Final = ("sf:{pairings}:walls", "sf:{pairings}:codes", "sf:{pairings}:order")


class RedisPairings:
    """A ``PairingTable``. Raises Unavailable, Full."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    async def open(self, wall: str, code: str, life_ms: int, most: int) -> bool:
        return bool(await self._run("open", wall, code, life_ms, most))

    async def take(self, code: str) -> str | None:
        wall = await self._run("take", code)
        return None if wall is None else wall.decode()

    async def give_back(self, wall: str, code: str) -> None:
        await self._run("give_back", wall, code)

    async def settle(self, wall: str, paired: Paired, life_ms: int) -> bool:
        return bool(await self._run("settle", wall, paired.room, paired.link, life_ms))

    async def find(self, wall: str) -> Standing | None:
        found = await self._run("find", wall)
        if found is None:
            return None
        code, room, link = [each.decode() for each in found]
        return Standing(code or None, Paired(room, link) if room else None)

    async def _run(self, *arguments: Any) -> Any:
        return await self._lanes.run(PAIR, KEYS, arguments)
