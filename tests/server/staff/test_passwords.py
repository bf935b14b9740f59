import asyncio
import threading

import pytest

from protocols.errors import Code, Refused
from server.staff.passwords import AT_ONCE, COMMONEST, LEAST, WAITING, Passwords, check_password
from tests.server.staff.tables import QUICK


@pytest.mark.parametrize(
    "password", ["correct-horse-7", "河畔的木头小火车真好看", "p" + "aB3$" * 40, "  spaces in it  "]
)
def test_most_are_taken(password: str) -> None:
    check_password(password, "mei")


@pytest.mark.parametrize(
    "password",
    [
        *("short", "x" * (LEAST - 1), "aB3$" * 51, "mei.li@shop", "MEI.LI@SHOP", "1234567890", "0987654321"),
        *("abcdefghijkl", "qwertyuiop", "poiuytrewq", "aaaaaaaaaaaa", "abababababab", "123123123123", "Password123"),
    ],
)
def test_others_are_refused(password: str) -> None:
    with pytest.raises(Refused) as refused:
        check_password(password, "mei.li@shop")
    assert refused.value.code is Code.INVALID
    assert password not in refused.value.message


def test_the_list_holds_nothing_that_is_too_short_anyway() -> None:
    assert [each for each in COMMONEST if len(each) < LEAST] == []


async def test_a_password_is_known_again_however_it_was_composed() -> None:
    passwords = Passwords(QUICK)
    hashed = await passwords.hashed("cafe\u0301-terrasse")
    assert "caf" not in hashed
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify(hashed, "caf\u00e9-terrasse")
    assert not await passwords.verify(hashed, "cafe-terrasse")
    assert await passwords.hashed("cafe\u0301-terrasse") != hashed


class Counting:
    """A hasher that shows how many are at work, and waits to be let go."""

    def __init__(self) -> None:
        self.verified: list[str] = []
        self.at_work = 0
        self.most = 0
        self.go = threading.Event()
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, stored: str, password: str) -> bool:
        with self._lock:
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        assert self.go.wait(5)
        with self._lock:
            self.at_work -= 1
            self.verified.append(stored)
        return True


async def test_who_has_none_is_verified_all_the_same_and_never_right() -> None:
    hasher = Counting()
    hasher.go.set()
    passwords = Passwords(hasher)  # type: ignore[arg-type]
    assert not await passwords.verify(None, "anything at all")
    assert hasher.verified == ["hash of nobody has this password"]


async def test_few_at_once_and_not_too_many_wait() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)  # type: ignore[arg-type]
    waiting = [asyncio.create_task(passwords.verify("stored", "x")) for _ in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Refused) as refused:
        await passwords.verify("stored", "x")
    assert refused.value.code is Code.OVERLOADED
    hasher.go.set()
    assert all(await asyncio.gather(*waiting))
    assert hasher.most <= AT_ONCE
    assert await passwords.verify("stored", "x")
