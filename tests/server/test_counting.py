"""Counts of all nodes, and what goes on when these are away; what every adapter must do is in tests/contracts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from server import counting
from server.broker.port import Full, Unavailable
from server.counting import CountingHere, CountingTogether, Slowing

RULE = Slowing(free=2, first_wait_s=2.0, longest_wait_s=300.0, forget_s=3600.0)


class Shared(CountingHere):
    """Counts of all nodes, which are there or not: ``fault`` is raised, or nothing is ever answered."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: 1000.0)
        self.fault: Exception | None = None
        self.hangs = False

    async def attempt(self, table: str, keys: Sequence[str], slowing: Slowing) -> float:
        await self._reached()
        return await super().attempt(table, keys, slowing)

    async def give_back(self, table: str, keys: Sequence[str]) -> None:
        await self._reached()
        await super().give_back(table, keys)

    async def spend(self, table: str, key: str, per_minute: int) -> float:
        await self._reached()
        return await super().spend(table, key, per_minute)

    async def note(self, table: str, key: str, life_s: float) -> bool:
        await self._reached()
        return await super().note(table, key, life_s)

    async def noted(self, table: str, key: str) -> bool:
        await self._reached()
        return await super().noted(table, key)

    async def _reached(self) -> None:
        if self.fault is not None:
            raise self.fault
        if self.hangs:
            await asyncio.Event().wait()


def two(shared: Shared) -> tuple[CountingTogether, CountingTogether]:
    return CountingTogether(shared, CountingHere(clock=lambda: 5.0)), CountingTogether(shared, CountingHere())


async def test_whoever_alternates_nodes_is_counted_once() -> None:
    one, two_ = two(Shared())
    assert [await node.attempt("t", ["a"], RULE) for node in (one, two_)] == [0, 0]
    assert await one.attempt("t", ["a"], RULE) > 0
    assert await two_.attempt("t", ["a"], RULE) > 0
    assert [await node.spend("b", "a", 3) for node in (one, two_, one)] == [0, 0, 0]
    assert await two_.spend("b", "a", 3) > 0
    assert await one.note("n", "a", 60)
    assert await two_.noted("n", "a")
    assert not await two_.note("n", "a", 60)


@pytest.mark.parametrize("fault", [Unavailable("away"), Full("no space"), None])
async def test_while_they_are_away_each_node_counts_itself(
    fault: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "ANSWER_S", 0.005)
    monkeypatch.setattr(counting, "AGAIN_S", 0.0)
    shared = Shared()
    one, other = two(shared)
    assert await one.note("n", "used before", 60)
    shared.fault, shared.hangs = fault, fault is None
    assert not await one.note("n", "used before", 60)
    for node in (one, other):
        assert [await node.attempt("t", ["a"], RULE) for _ in range(2)] == [0, 0]
        assert await node.attempt("t", ["a"], RULE) > 0
        await node.give_back("t", ["a"])
        assert await node.attempt("t", ["a"], RULE) == 0
        assert await node.spend("b", "a", 1) == 0
        assert await node.spend("b", "a", 1) > 0
        assert await node.note("n", "a", 60)
        assert not await node.note("n", "a", 60)
        assert await node.noted("n", "a")
    shared.fault, shared.hangs = None, False
    assert await one.attempt("t", ["a"], RULE) == 0
    assert not await one.note("n", "a", 60), "what this node knows is not forgotten"


async def test_one_who_signs_in_does_not_wait_for_each_count() -> None:
    shared = Shared()
    one, _ = two(shared)
    shared.hangs = True
    begun = time.monotonic()
    for _ in range(8):
        await one.noted("n", "a")
        await one.spend("b", "a", 60)
    assert time.monotonic() - begun < 2 * counting.ANSWER_S


async def test_tables_have_a_bound() -> None:
    here = CountingHere(kept=3)
    for n in range(10):
        await here.note("n", f"{n}", 60)
        await here.spend("b", f"{n}", 60)
        await here.attempt("t", [f"{n}", f"x{n}"], RULE)
    assert len(here) == 9


async def test_who_is_refused_pushes_nobody_out() -> None:
    here = CountingHere(kept=2, clock=lambda: 0.0)
    assert [await here.spend("b", key, 1) for key in "ab"] == [0, 0]
    for _ in range(5):
        assert await here.spend("b", "a", 1) > 0
    assert await here.spend("b", "b", 1) > 0
