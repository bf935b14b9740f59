import pytest

from protocols.errors import Code, Refused
from server.counting import CountingHere
from server.staff.challenges import HANDLE_LENGTH, LIFE_S, Challenges

SECRET = "a secret for tests 0123456789 abcdefg"


class At:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.counting = CountingHere(clock=lambda: self.now)
        self.challenges = Challenges(SECRET, self.counting, clock=lambda: self.now)

    async def refused(self, handle: str, purpose: str = "add") -> Code:
        with pytest.raises(Refused) as refused:
            await self.challenges.take(handle, purpose)
        return refused.value.code


@pytest.fixture
def at() -> At:
    return At()


async def test_a_challenge_comes_back_once(at: At) -> None:
    handle, made = at.challenges.make("add", "st_mei")
    assert len(handle) < HANDLE_LENGTH / 2
    assert await at.challenges.take(handle, "add") == made
    assert await at.refused(handle) is Code.EXPIRED


async def test_it_is_good_for_five_minutes(at: At) -> None:
    handle, _ = at.challenges.make("add")
    at.now += LIFE_S
    assert await at.refused(handle) is Code.EXPIRED


async def test_it_is_good_for_one_thing_alone(at: At) -> None:
    handle, _ = at.challenges.make("sign-in")
    assert await at.refused(handle) is Code.INVALID
    await at.challenges.take(handle, "sign-in")


async def test_no_two_are_the_same(at: At) -> None:
    assert len({at.challenges.make("add")[1].value for _ in range(100)}) == 100


async def test_what_another_secret_signed_is_refused(at: At) -> None:
    handle, _ = Challenges(SECRET + "x", clock=lambda: at.now).make("add")
    for wrong in (handle, "", "x", "é", "W10.x", "\ud800"):
        assert await at.refused(wrong) is Code.INVALID


async def test_one_that_was_used_on_one_node_is_used_on_all(at: At) -> None:
    other = Challenges(SECRET, at.counting, clock=lambda: at.now)
    handle, made = at.challenges.make("add", "st_mei")
    assert await other.take(handle, "add") == made
    assert await at.refused(handle) is Code.EXPIRED
