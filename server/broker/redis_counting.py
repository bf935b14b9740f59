"""RedisCounting: counts over all nodes, in Redis. Of who is counted it keeps a keyed digest, for as long as needed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from server.broker.redis_lanes import Lanes, Script

if TYPE_CHECKING:
    from server.counting import Slowing

KEPT: Final = 100_000  # keys of a table; whoever was counted longest ago is forgotten first
MINUTE_S: Final = 60  # after which a budget is full again

COUNT = Script("count.lua")


class RedisCounting:
    """A ``Counting``. ``secret`` makes the digests; all nodes have the same. Raises Unavailable, Full."""

    def __init__(self, lanes: Lanes, secret: bytes, *, kept: int = KEPT) -> None:
        self._lanes = lanes
        self._secret = secret
        self._kept = kept

    async def attempt(self, table: str, keys: Sequence[str], slowing: Slowing) -> float:
        rule = (slowing.free, slowing.first_wait_s, slowing.longest_wait_s)
        return await self._run(table, "attempt", slowing.forget_s, *rule, *map(self._digest, keys)) / 1000

    async def give_back(self, table: str, keys: Sequence[str]) -> None:
        await self._run(table, "give_back", 0, *map(self._digest, keys))

    async def spend(self, table: str, key: str, per_minute: int) -> float:
        return await self._run(table, "spend", MINUTE_S, self._digest(key), per_minute) / 1000

    async def note(self, table: str, key: str, life_s: float) -> bool:
        return bool(await self._run(table, "note", life_s, self._digest(key)))

    async def noted(self, table: str, key: str) -> bool:
        return bool(await self._run(table, "noted", 0, self._digest(key)))

    async def _run(self, table: str, what: str, life_s: float, *more: Any) -> int:
        # One hash tag a table: a step touches both keys, and tables may lie on different masters.
        keys = [f"sf:{{count:{table}}}", f"sf:{{count:{table}}}:order"]
        return int(await self._lanes.run(COUNT, keys, [what, self._kept, life_s, *more]))

    def _digest(self, key: str) -> bytes:
        return hmac.new(self._secret, key.encode(), hashlib.sha256).digest()[:12]
