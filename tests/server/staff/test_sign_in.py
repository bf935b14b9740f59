import statistics
import time
from dataclasses import replace

import pytest

from protocols.errors import Code, Refused
from server.counting import CountingHere
from server.staff.passwords import Passwords
from server.staff.roles import StaffRole
from server.staff.sign_in import KNOWN_S, SignIn
from tests.server.staff.tables import QUICK, MemoryStaff, staff_on

PASSWORD = "correct-horse-7"


class At:
    def __init__(self) -> None:
        self.now = 100.0
        self.counting = CountingHere(clock=lambda: self.now)
        self.tables = MemoryStaff()
        member = self.tables.member("st_mei", StaffRole.STAFF, "s1")
        self.tables.accounts.rows["st_mei"] = replace(member, password=QUICK.hash(PASSWORD))
        self.tables.member("st_key", StaffRole.STAFF, "s1")  # signs in by passkey alone
        self.staff = staff_on(
            self.tables,
            secret="a secret for tests 0123456789 abcdefg",
            counting=self.counting,
        )

    async def outcome(self, login: str, password: str, address: str = "10.0.0.1") -> Refused | str:
        try:
            return (await self.staff.sign_in.by_password(login, password, address)).id
        except Refused as refused:
            return refused


@pytest.fixture
def at() -> At:
    return At()


def code(outcome: Refused | str) -> Code | str:
    return outcome.code if isinstance(outcome, Refused) else outcome


async def test_login_and_password_open_the_account(at: At) -> None:
    assert await at.outcome("Mei", PASSWORD) == "st_mei"


async def test_whatever_is_wrong_the_answer_is_the_same(at: At) -> None:
    at.tables.member("st_off", StaffRole.STAFF, "s1")
    at.tables.accounts.rows["st_off"] = replace(
        at.tables.accounts.rows["st_off"], password=QUICK.hash(PASSWORD), disabled_at=1
    )
    answers = [
        await at.outcome(login, password)
        for login, password in [
            *(("mei", "wrong-horse-7"), ("nobody", PASSWORD), ("key", PASSWORD), ("off", PASSWORD), ("a b", PASSWORD)),
        ]
    ]
    assert {(answer.code, answer.message) for answer in answers if isinstance(answer, Refused)} == {
        (Code.UNAUTHORIZED, "Login or password is wrong.")
    }
    assert all(isinstance(answer, Refused) for answer in answers)


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(at: At) -> None:
    """By the time a real hash takes: without it an unknown login is answered in a fraction."""
    passwords = Passwords()
    await at.staff.accounts.set_password("st_mei", await passwords.hashed(PASSWORD))
    desk = SignIn(at.staff.accounts, passwords, at.staff.passkeys)

    async def took(login: str) -> float:
        begun = time.process_time()  # of all threads, and not what else the machine does
        with pytest.raises(Refused):
            await desk.by_password(login, "wrong-horse-7", "10.0.0.1")
        return time.process_time() - begun

    known, unknown = zip(*[(await took("mei"), await took("nobody")) for _ in range(3)], strict=True)
    assert statistics.median(unknown) > statistics.median(known) / 2


async def test_after_five_failures_each_try_waits_longer_and_then_it_goes_on(at: At) -> None:
    for _ in range(5):
        assert code(await at.outcome("mei", "wrong-horse-7")) is Code.UNAUTHORIZED
    waits = []
    for _ in range(8):
        refused = await at.outcome("mei", PASSWORD)
        assert isinstance(refused, Refused)
        assert refused.code is Code.RATE_LIMITED
        assert refused.retry_after_ms is not None
        waits.append(refused.retry_after_ms)
        at.now += refused.retry_after_ms / 1000
        assert code(await at.outcome("mei", "wrong-horse-7")) is Code.UNAUTHORIZED
    assert waits == sorted(waits)
    assert waits[0] < waits[2] < waits[-1] <= 60_001
    at.now += 60.0
    assert await at.outcome("mei", PASSWORD) == "st_mei", "it never locks for good"


async def test_a_login_that_nobody_has_is_slowed_as_well(at: At) -> None:
    for _ in range(5):
        await at.outcome("nobody", PASSWORD)
    assert code(await at.outcome("nobody", PASSWORD)) is Code.RATE_LIMITED
    assert code(await at.outcome("NOBODY ", PASSWORD)) is Code.RATE_LIMITED


async def test_ways_to_write_a_login_have_no_tries_of_their_own(at: At) -> None:
    for login in ("mei", "MEI", " mei", "ｍei", "mｅｉ"):
        assert code(await at.outcome(login, "wrong-horse-7")) is Code.UNAUTHORIZED
    for login in ("mei", "ｍｅｉ", "Mｅi", "meｉ "):
        assert code(await at.outcome(login, PASSWORD)) is Code.RATE_LIMITED, login


async def test_a_password_that_is_replaced_while_it_is_checked_opens_nothing(at: At) -> None:
    verify = at.staff.passwords.verify

    async def and_then_it_is_replaced(stored: str | None, password: str) -> bool:
        right = await verify(stored, password)
        await at.staff.accounts.set_password("st_mei", QUICK.hash("a-better-horse-8"))
        return right

    at.staff.passwords.verify = and_then_it_is_replaced  # type: ignore[method-assign]
    assert code(await at.outcome("mei", PASSWORD)) is Code.UNAUTHORIZED
    at.staff.passwords.verify = verify  # type: ignore[method-assign]
    assert await at.outcome("mei", "a-better-horse-8") == "st_mei"


async def test_strangers_do_not_keep_out_whom_we_know(at: At) -> None:
    assert await at.outcome("mei", PASSWORD, "10.0.0.1") == "st_mei"
    for n in range(9):
        await at.outcome("mei", "wrong-horse-7", f"203.0.113.{n}")
    assert code(await at.outcome("mei", PASSWORD, "203.0.113.99")) is Code.RATE_LIMITED
    assert await at.outcome("Mei", PASSWORD, "10.0.0.1") == "st_mei"
    await at.staff.sign_in.again(at.tables.accounts.rows["st_mei"], PASSWORD)
    # Nor do they by a login that looks like what it is counted by there; and nobody guesses there without end.
    for login in ("mei 10.0.0.1", "mei again"):
        for n in range(9):
            await at.outcome(login, "wrong-horse-7", f"203.0.114.{n}")
    await at.staff.sign_in.again(at.tables.accounts.rows["st_mei"], PASSWORD)
    for _ in range(5):
        assert code(await at.outcome("mei", "wrong-horse-7", "10.0.0.1")) is Code.UNAUTHORIZED
    assert code(await at.outcome("mei", PASSWORD, "10.0.0.1")) is Code.RATE_LIMITED


async def test_who_signed_in_on_one_node_is_known_on_the_other(at: At) -> None:
    other = staff_on(at.tables, secret="another", counting=at.counting)
    assert await at.outcome("mei", PASSWORD, "10.0.0.1") == "st_mei"
    for n in range(9):
        await at.outcome("mei", "wrong-horse-7", f"203.0.113.{n}")
    with pytest.raises(Refused):
        await other.sign_in.by_password("mei", PASSWORD, "203.0.113.99")
    assert (await other.sign_in.by_password("mei", PASSWORD, "10.0.0.1")).id == "st_mei"
    at.now += KNOWN_S
    for n in range(9):
        await at.outcome("mei", "wrong-horse-7", f"203.0.113.{n}")
    assert code(await at.outcome("mei", PASSWORD, "10.0.0.1")) is Code.RATE_LIMITED


async def test_an_address_is_slowed_whatever_the_login(at: At) -> None:
    for n in range(20):
        assert code(await at.outcome(f"user{n}", PASSWORD)) is Code.UNAUTHORIZED
    assert code(await at.outcome("mei", PASSWORD)) is Code.RATE_LIMITED
    assert await at.outcome("mei", PASSWORD, "10.0.0.2") == "st_mei"


async def test_one_who_must_wait_does_not_slow_the_others_of_the_shop(at: At) -> None:
    for _ in range(40):
        await at.outcome("nobody", PASSWORD)
    assert await at.outcome("mei", PASSWORD) == "st_mei"


async def test_right_ones_are_not_counted(at: At) -> None:
    for _ in range(30):
        assert await at.outcome("mei", PASSWORD) == "st_mei"


async def test_showing_the_password_again(at: At) -> None:
    mei, key = at.tables.accounts.rows["st_mei"], at.tables.accounts.rows["st_key"]
    await at.staff.sign_in.again(mei, PASSWORD)
    await at.staff.sign_in.again(key, None)
    for wrong in (None, "wrong-horse-7"):
        with pytest.raises(Refused) as refused:
            await at.staff.sign_in.again(mei, wrong)
        assert refused.value.code is Code.FORBIDDEN
    for _ in range(3):
        with pytest.raises(Refused):
            await at.staff.sign_in.again(mei, "wrong-horse-7")
    with pytest.raises(Refused) as refused:
        await at.staff.sign_in.again(mei, PASSWORD)
    assert refused.value.code is Code.RATE_LIMITED
