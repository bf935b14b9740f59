import pytest

from protocols.errors import Code, Refused
from server.staff.challenges import HANDLE_LENGTH, LIFE_S, USED_LIMIT, Challenges

SECRET = "a secret for tests 0123456789 abcdefg"


class At:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.challenges = Challenges(SECRET, clock=lambda: self.now)

    def refused(self, handle: str, purpose: str = "add") -> Code:
        with pytest.raises(Refused) as refused:
            self.challenges.take(handle, purpose)
        return refused.value.code


@pytest.fixture
def at() -> At:
    return At()


def test_a_challenge_comes_back_once(at: At) -> None:
    handle, made = at.challenges.make("add", "st_mei")
    assert len(handle) < HANDLE_LENGTH / 2
    assert at.challenges.take(handle, "add") == made
    assert at.refused(handle) is Code.EXPIRED


def test_it_is_good_for_five_minutes(at: At) -> None:
    handle, _ = at.challenges.make("add")
    at.now += LIFE_S
    assert at.refused(handle) is Code.EXPIRED


def test_it_is_good_for_one_thing_alone(at: At) -> None:
    handle, _ = at.challenges.make("sign-in")
    assert at.refused(handle) is Code.INVALID
    at.challenges.take(handle, "sign-in")


def test_no_two_are_the_same(at: At) -> None:
    assert len({at.challenges.make("add")[1].value for _ in range(100)}) == 100


def test_what_another_secret_signed_is_refused(at: At) -> None:
    handle, _ = Challenges(SECRET + "x", clock=lambda: at.now).make("add")
    for wrong in (handle, "", "x", "é", "W10.x", "\ud800"):
        assert at.refused(wrong) is Code.INVALID


def test_those_that_ran_out_are_forgotten_and_the_rest_have_a_bound(at: At) -> None:
    for _ in range(3):
        at.challenges.take(at.challenges.make("add")[0], "add")
    at.now += LIFE_S
    at.challenges.take(at.challenges.make("add")[0], "add")
    assert len(at.challenges._used) == 1
    for _ in range(3):
        at.challenges._used |= {bytes([n % 251, n // 251]): at.now + 9 for n in range(USED_LIMIT)}
        at.challenges.take(at.challenges.make("add")[0], "add")
        assert len(at.challenges._used) <= USED_LIMIT
