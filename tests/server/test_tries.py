import pytest

from protocols.errors import Code, Refused
from server.counting import CountingHere
from server.tries import FIRST_WAIT_S, FORGET_S, FREE, LONGEST_WAIT_S, Tries


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def wait_of(tries: Tries, *keys: str) -> float:
    with pytest.raises(Refused) as refused:
        await tries.take(*keys)
    assert refused.value.code is Code.RATE_LIMITED
    assert refused.value.retry_after_ms is not None
    return refused.value.retry_after_ms / 1000


async def test_waits_grow_and_end(clock: Clock) -> None:
    tries = Tries(counting=CountingHere(clock=clock))
    for _ in range(FREE):
        await tries.take("a")
    waits = []
    for _ in range(12):
        waits.append(wait := await wait_of(tries, "a"))
        clock.now += wait
        await tries.take("a")
    assert waits[:3] == pytest.approx([FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S], abs=0.01)
    assert waits[-1] == pytest.approx(LONGEST_WAIT_S, abs=0.01)
    clock.now += FORGET_S
    for _ in range(FREE):
        await tries.take("a")


async def test_a_refused_try_is_not_counted(clock: Clock) -> None:
    tries = Tries(counting=CountingHere(clock=clock))
    for _ in range(FREE):
        await tries.take("a")
    first = await wait_of(tries, "a")
    for _ in range(50):
        assert await wait_of(tries, "a") == first
    # Nor is one of the other key that came with it.
    assert await wait_of(tries, "b", "a") == first
    for _ in range(FREE):
        await tries.take("b")


async def test_a_right_one_is_given_back_and_no_more(clock: Clock) -> None:
    tries = Tries(counting=CountingHere(clock=clock))
    for _ in range(FREE - 1):
        await tries.take("a")
    for _ in range(20):
        await tries.take("a")
        await tries.give_back("a")
    await tries.take("a")
    assert await wait_of(tries, "a") > 0
    await tries.give_back("nobody")


async def test_many_at_once_are_many(clock: Clock) -> None:
    tries = Tries(counting=CountingHere(clock=clock), free=3)
    allowed = 0
    for _ in range(100):
        try:
            await tries.take("a")
            allowed += 1
        except Refused:
            pass
    assert allowed == 3


async def test_nobody_waits_because_of_a_right_one(clock: Clock) -> None:
    """A shop shares an address with one who guesses: each right code would make the next person wait again."""
    tries = Tries(counting=CountingHere(clock=clock))
    for _ in range(FREE + 3):
        clock.now += LONGEST_WAIT_S
        await tries.take("shop")
    wait = await wait_of(tries, "shop")
    clock.now += wait
    for _ in range(10):
        await tries.take("shop")
        await tries.give_back("shop")
    await tries.take("shop")
    assert await wait_of(tries, "shop") > wait, "a wrong one still does"
