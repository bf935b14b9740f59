import pytest

from protocols.errors import Code, Refused
from server.tries import FIRST_WAIT_S, FORGET_S, FREE, LONGEST_WAIT_S, Tries


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def wait_of(tries: Tries, *keys: str) -> float:
    with pytest.raises(Refused) as refused:
        tries.take(*keys)
    assert refused.value.code is Code.RATE_LIMITED
    assert refused.value.retry_after_ms is not None
    return refused.value.retry_after_ms / 1000


def test_waits_grow_and_end(clock: Clock) -> None:
    tries = Tries(clock=clock)
    for _ in range(FREE):
        tries.take("a")
    waits = []
    for _ in range(12):
        waits.append(wait := wait_of(tries, "a"))
        clock.now += wait
        tries.take("a")
    assert waits[:3] == pytest.approx([FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S], abs=0.01)
    assert waits[-1] == pytest.approx(LONGEST_WAIT_S, abs=0.01)
    clock.now += FORGET_S
    for _ in range(FREE):
        tries.take("a")


def test_a_refused_try_is_not_counted(clock: Clock) -> None:
    tries = Tries(clock=clock)
    for _ in range(FREE):
        tries.take("a")
    first = wait_of(tries, "a")
    for _ in range(50):
        assert wait_of(tries, "a") == first
    # Nor is one of the other key that came with it.
    assert wait_of(tries, "b", "a") == first
    for _ in range(FREE):
        tries.take("b")


def test_a_right_one_is_given_back_and_no_more(clock: Clock) -> None:
    tries = Tries(clock=clock)
    for _ in range(FREE - 1):
        tries.take("a")
    for _ in range(20):
        tries.take("a")
        tries.give_back("a")
    tries.take("a")
    assert wait_of(tries, "a") > 0
    tries.give_back("nobody")
    assert "nobody" not in tries._failed


def test_many_at_once_are_many(clock: Clock) -> None:
    tries = Tries(free=3, clock=clock)
    allowed = 0
    for _ in range(100):
        try:
            tries.take("a")
            allowed += 1
        except Refused:
            pass
    assert allowed == 3


def test_only_so_many_are_remembered(clock: Clock) -> None:
    tries = Tries(free=1, kept=3, clock=clock)
    for key in "abcd":
        tries.take(key)
    assert len(tries) == 3
    tries.take("a")
    assert wait_of(tries, "d") > 0


def test_nobody_waits_because_of_a_right_one(clock: Clock) -> None:
    """A shop shares an address with one who guesses: each right code would make the next person wait again."""
    tries = Tries(clock=clock)
    for _ in range(FREE + 3):
        clock.now += LONGEST_WAIT_S
        tries.take("shop")
    wait = wait_of(tries, "shop")
    clock.now += wait
    for _ in range(10):
        tries.take("shop")
        tries.give_back("shop")
    tries.take("shop")
    assert wait_of(tries, "shop") > wait, "a wrong one still does"
