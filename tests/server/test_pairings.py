import asyncio

import pytest

from protocols.errors import Code, Refused
from server.broker.port import Unavailable
from server.pairings import (
    CODE_LENGTH,
    OPEN_LIMIT,
    OPEN_MS,
    WAITING_LIMIT,
    Paired,
    Pairing,
    Pairings,
    PairingsHere,
    Standing,
)

ROOM = Paired("r1", "link.signed")


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_ms(self, ms: int) -> None:
        self.now += ms / 1000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pairings(clock: Clock) -> Pairings:
    return Pairings(clock=clock, look_s=0.01)


async def begun(pairings: Pairings) -> tuple[Pairing, str]:
    pairing = await pairings.open()
    return pairing, pairing.code


async def pair(pairings: Pairings, code: str, paired: Paired = ROOM) -> None:
    async with pairings.taken(code) as wall:
        await pairings.settle(wall, paired)


async def gone(pairings: Pairings, pairing: Pairing) -> bool:
    try:
        await pairings.collect(pairing.id, 0)
    except Refused as refused:
        return refused.code is Code.NOT_FOUND
    return False


async def waiting(pairings: Pairings, count: int = 1) -> None:
    while sum(map(len, pairings._waiting.values())) < count:  # noqa: ASYNC110 - until they wait
        await asyncio.sleep(0)


async def test_whoever_waits_is_told_at_once_and_again(pairings: Pairings, clock: Clock) -> None:
    pairing, code = await begun(pairings)
    assert len(code) == CODE_LENGTH
    waits = asyncio.create_task(pairings.collect(pairing.id, 60))
    await waiting(pairings)
    await pair(pairings, code)
    assert await asyncio.wait_for(waits, 1) == ROOM
    # The answer may have been lost: it stands for as long as a code is good.
    clock.pass_ms(OPEN_MS - 1)
    assert await pairings.collect(pairing.id, 60) == ROOM
    clock.pass_ms(1)
    assert await gone(pairings, pairing)
    assert len(pairings) == 0


async def test_nothing_comes_of_a_wait_if_nobody_pairs(pairings: Pairings) -> None:
    pairing, _ = await begun(pairings)
    assert await pairings.collect(pairing.id, 0) is None
    assert len(pairings) == 0


async def test_two_who_collect_one_pairing_hear_the_same_and_a_third_waits_elsewhere(pairings: Pairings) -> None:
    pairing, code = await begun(pairings)
    both = [asyncio.create_task(pairings.collect(pairing.id, 60)) for _ in range(WAITING_LIMIT)]
    await waiting(pairings, WAITING_LIMIT)
    with pytest.raises(Refused) as refused:
        await pairings.collect(pairing.id, 60)
    assert refused.value.code is Code.RATE_LIMITED
    await pair(pairings, code)
    assert await asyncio.gather(*both) == [ROOM, ROOM]
    assert await pairings.collect(pairing.id, 60) == ROOM


async def test_whoever_leaves_makes_place_for_another(pairings: Pairings) -> None:
    pairing, _ = await begun(pairings)
    both = [asyncio.create_task(pairings.collect(pairing.id, 60)) for _ in range(WAITING_LIMIT)]
    await waiting(pairings, WAITING_LIMIT)
    for each in both:
        each.cancel()
    await asyncio.gather(*both, return_exceptions=True)
    assert await pairings.collect(pairing.id, 0) is None


async def test_a_code_works_once(pairings: Pairings) -> None:
    pairing, code = await begun(pairings)
    await pair(pairings, code)
    with pytest.raises(Refused) as refused:
        await pair(pairings, code, Paired("r2", "other"))
    assert refused.value.code is Code.NOT_FOUND
    assert await pairings.collect(pairing.id, 0) == ROOM


async def test_of_two_who_race_for_a_code_one_gets_it(pairings: Pairings) -> None:
    pairing, code = await begun(pairings)
    async with pairings.taken(code) as first:
        with pytest.raises(Refused):
            await pair(pairings, code, Paired("r2", "other"))
        await pairings.settle(first, ROOM)
    assert await pairings.collect(pairing.id, 0) == ROOM


async def test_a_code_is_good_again_if_pairing_failed(pairings: Pairings) -> None:
    pairing, code = await begun(pairings)
    with pytest.raises(OSError, match="disk"):
        async with pairings.taken(code):
            raise OSError("disk")
    await pair(pairings, code)
    assert await pairings.collect(pairing.id, 0) == ROOM


async def test_a_code_runs_out(pairings: Pairings, clock: Clock) -> None:
    pairing, code = await begun(pairings)
    clock.pass_ms(OPEN_MS - 1)
    assert await pairings.collect(pairing.id, 0) is None
    clock.pass_ms(1)
    with pytest.raises(Refused):
        await pair(pairings, code)
    assert await gone(pairings, pairing)


async def test_nobody_is_let_in_by_a_code_that_ran_out_meanwhile(pairings: Pairings, clock: Clock) -> None:
    pairing, code = await begun(pairings)
    async with pairings.taken(code) as taken:
        clock.pass_ms(OPEN_MS)
        await pairings.open()  # looks who has run out
        with pytest.raises(Refused) as refused:
            await pairings.settle(taken, ROOM)
    assert refused.value.code is Code.NOT_FOUND
    assert await gone(pairings, pairing)
    with pytest.raises(Refused):
        await pair(pairings, code)


async def test_one_more_than_allowed_pushes_the_oldest_out(pairings: Pairings) -> None:
    oldest, code = await begun(pairings)
    waits = asyncio.create_task(pairings.collect(oldest.id, 60))
    await waiting(pairings)
    second, second_code = await begun(pairings)
    for _ in range(OPEN_LIMIT - 1):
        await pairings.open()
    with pytest.raises(Refused) as refused:
        await asyncio.wait_for(waits, 1)
    assert refused.value.code is Code.NOT_FOUND
    with pytest.raises(Refused):
        await pair(pairings, code)
    await pair(pairings, second_code)
    assert await pairings.collect(second.id, 0) == ROOM


@pytest.mark.parametrize("code", [None, "", "AAAAAA"])
async def test_what_no_screen_shows_pairs_nothing(pairings: Pairings, code: str | None) -> None:
    with pytest.raises(Refused) as refused:
        async with pairings.taken(code):
            raise AssertionError
    assert refused.value.code is Code.NOT_FOUND


async def test_nobody_collects_by_the_code(pairings: Pairings) -> None:
    pairing, code = await begun(pairings)
    await pair(pairings, code)
    for guess in (code, "", "x"):
        with pytest.raises(Refused):
            await pairings.collect(guess, 0)
    assert pairing.id != code


async def test_nobody_waits_for_a_server_that_leaves(pairings: Pairings) -> None:
    pairing, code = await begun(pairings)
    paired, paired_code = await begun(pairings)
    await pair(pairings, paired_code)
    waits = asyncio.create_task(pairings.collect(pairing.id, 60))
    await waiting(pairings)
    pairings.leave()
    for each in (waits, pairings.collect(pairing.id, 60), pairings.collect((await pairings.open()).id, 60)):
        with pytest.raises(Refused) as refused:
            await asyncio.wait_for(each, 1)
        assert refused.value.code is Code.UNAVAILABLE
        assert refused.value.retry_after_ms
    assert await pairings.collect(paired.id, 60) == ROOM
    await pair(pairings, code)


class Away(PairingsHere):
    """A table that does not answer."""

    async def find(self, wall: str) -> Standing | None:
        raise Unavailable("no answer")

    async def open(self, wall: str, code: str, life_ms: int, most: int) -> bool:
        raise Unavailable("no answer")

    async def take(self, code: str) -> str | None:
        raise Unavailable("no answer")


async def test_what_nodes_share_may_not_answer() -> None:
    pairings = Pairings(Away())
    for asked in (pairings.open(), pairings.collect("x"), pair(pairings, "ABCDEF")):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code is Code.UNAVAILABLE
        assert refused.value.retry_after_ms
    assert len(pairings) == 0


async def test_a_wall_waits_on_one_node_and_is_let_in_on_another(clock: Clock) -> None:
    table = PairingsHere(clock)
    one, two = Pairings(table, look_s=60, clock=clock), Pairings(table, look_s=60, clock=clock)
    two.tell = one.wake
    pairing, code = await begun(one)
    waits = asyncio.create_task(one.collect(pairing.id, 60))
    await waiting(one)
    await pair(two, code)
    assert await asyncio.wait_for(waits, 1) == ROOM
    assert await two.collect(pairing.id, 0) == ROOM


async def test_who_waits_looks_itself_if_word_is_lost(clock: Clock) -> None:
    table = PairingsHere(clock)
    one, two = Pairings(table, look_s=0.01, clock=clock), Pairings(table, clock=clock)
    pairing, code = await begun(one)
    waits = asyncio.create_task(one.collect(pairing.id, 60))
    await waiting(one)
    await pair(two, code)
    assert await asyncio.wait_for(waits, 1) == ROOM
