"""An answer in time, whatever whoever is asked does."""

from __future__ import annotations

import asyncio

import pytest

from server.outside import CheckFailed, Finding, Looks


class Outside:
    """Finds nothing, once it is let."""

    def __init__(self) -> None:
        self.running = self.most = self.looked = 0
        self.free = asyncio.Event()

    async def look(self) -> Finding:
        self.running += 1
        self.looked += 1
        self.most = max(self.most, self.running)
        try:
            await self.free.wait()
        finally:
            self.running -= 1
        return Finding.FINE


def looks(default: Finding = Finding.HOLD, *, deadline_s: float = 30, at_once: int = 2, waiting_most: int = 0) -> Looks:
    return Looks("text", default=default, deadline_s=deadline_s, at_once=at_once, waiting_most=waiting_most)


@pytest.mark.parametrize("default", Finding)
@pytest.mark.parametrize("error", [CheckFailed("status 500"), RuntimeError("a fault in the adapter")])
async def test_a_failure_gets_the_default(default: Finding, error: Exception) -> None:
    async def look() -> Finding:
        raise error

    asked = looks(default)
    assert await asked.finding(look) is default
    assert (asked.statistics()["failed_total"], asked.statistics()["running"]) == (1, 0)


async def test_so_does_whoever_does_not_answer_in_time() -> None:
    asked = looks(deadline_s=0.01)
    assert await asked.finding(Outside().look) is Finding.HOLD
    assert (asked.statistics()["late_total"], asked.statistics()["running"]) == (1, 0)


async def test_and_what_is_too_much_while_a_few_wait_their_turn() -> None:
    outside, asked = Outside(), looks(at_once=2, waiting_most=3)
    five = [asyncio.create_task(asked.finding(outside.look)) for _ in range(5)]
    while outside.looked < 2:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)
    assert await asked.finding(outside.look) is Finding.HOLD
    assert asked.statistics() == {
        "running": 5,
        "asked_total": 5,
        "failed_total": 0,
        "late_total": 0,
        "crowded_total": 1,
    }
    outside.free.set()
    assert await asyncio.gather(*five) == [Finding.FINE] * 5
    assert (outside.looked, outside.most) == (5, 2)


async def test_waiting_for_a_turn_is_part_of_the_time() -> None:
    outside, asked = Outside(), looks(deadline_s=0.02, at_once=1, waiting_most=1)
    both = await asyncio.gather(asked.finding(outside.look), asked.finding(outside.look))
    assert set(both) == {Finding.HOLD}
    assert (asked.statistics()["late_total"], outside.looked) == (2, 1)
