from dataclasses import replace

import pytest

from protocols.errors import Code, Refused
from server.staff.accounts import Member
from server.staff.roles import StaffRole
from server.staff.sessions import IDLE_MS, LIFE_MS, SESSIONS_EACH, Sessions
from tests.server.staff.tables import MemoryStaff

AT = 1_800_000_000.0


class At:
    def __init__(self) -> None:
        self.now = AT
        self.tables = MemoryStaff()
        self.mei = self.tables.member("st_mei", StaffRole.MANAGER, "s1")
        self.zoe = self.tables.member("st_zoe", StaffRole.STAFF, "s2")
        self.sessions = Sessions(self.tables.sessions, clock=lambda: self.now)
        self.told: list[str] = []
        self.sessions.on_ended(self.told.append)

    async def begin(self, member: Member | None = None) -> tuple[str, str]:
        value, own = await self.sessions.begin(member or self.mei, "Browser/1")
        return value, own.session.id


@pytest.fixture
def at() -> At:
    return At()


async def test_a_session_is_found_by_its_value_which_is_stored_nowhere(at: At) -> None:
    value, session = await at.begin()
    found = await at.sessions.of(value)
    assert found is not None
    assert (found.session.id, found.member) == (session, at.mei)
    assert value not in repr(at.tables.sessions.rows)
    for other in ("", value[:-1], value + "x", "é" * 43, "x" * 100):
        assert await at.sessions.of(other) is None


async def test_it_ends_after_30_days_and_after_7_without_use(at: At) -> None:
    used, _ = await at.begin()
    unused, _ = await at.begin()
    for _ in range(4):
        at.now += IDLE_MS / 1000 - 1
        assert await at.sessions.of(used) is not None
    assert await at.sessions.of(unused) is None
    at.now = AT + LIFE_MS / 1000 - 1
    assert await at.sessions.of(used) is not None
    at.now += 1
    assert await at.sessions.of(used) is None


async def test_use_is_noted_once_a_minute(at: At) -> None:
    value, session = await at.begin()
    at.now += 59
    await at.sessions.of(value)
    assert at.tables.sessions.rows[session].seen_at == AT * 1000
    at.now += 1
    await at.sessions.of(value)
    assert at.tables.sessions.rows[session].seen_at == at.now * 1000


async def test_one_that_is_ended_is_told_of_and_opens_nothing(at: At) -> None:
    value, session = await at.begin()
    other, kept = await at.begin()
    await at.sessions.end("st_mei", session)
    assert at.told == [session]
    assert at.sessions.ended(session)
    assert not at.sessions.ended(kept)
    assert await at.sessions.of(value) is None
    assert await at.sessions.of(other) is not None
    with pytest.raises(Refused) as refused:
        await at.sessions.end("st_mei", session)
    assert refused.value.code is Code.NOT_FOUND


async def test_nobody_ends_anothers(at: At) -> None:
    _, session = await at.begin()
    with pytest.raises(Refused) as refused:
        await at.sessions.end("st_zoe", session)
    assert refused.value.code is Code.NOT_FOUND
    assert at.told == []


async def test_all_but_one_end_also_those_that_are_idle(at: At) -> None:
    _, idle = await at.begin()
    at.now += IDLE_MS / 1000 + 1
    value, own = await at.begin()
    _, other = await at.begin()
    assert [each.id for each in await at.sessions.of_member("st_mei")] == sorted([own, other])
    assert await at.sessions.end_all("st_mei", but=own) == 2
    assert set(at.told) == {idle, other}
    assert await at.sessions.of(value) is not None
    assert await at.sessions.end_all("st_mei") == 1
    assert await at.sessions.end_all("st_mei") == 0


async def test_a_disabled_account_is_nobody(at: At) -> None:
    value, _ = await at.begin()
    at.tables.accounts.rows["st_mei"] = replace(at.mei, disabled_at=1)
    assert await at.sessions.of(value) is None


async def test_the_one_not_used_for_longest_makes_room(at: At) -> None:
    first, _ = await at.begin()
    for _ in range(SESSIONS_EACH):
        at.now += 1
        value, _ = await at.begin()
    assert await at.sessions.of(first) is None
    assert await at.sessions.of(value) is not None
    assert len(await at.sessions.of_member("st_mei")) == SESSIONS_EACH


async def test_what_was_ended_is_known_after_a_restart_and_forgotten_with_its_tokens(at: At) -> None:
    _, session = await at.begin()
    await at.sessions.end("st_mei", session)
    again = Sessions(at.tables.sessions, token_ttl_s=3600, clock=lambda: at.now)
    await again.load()
    assert again.ended(session)
    at.now += 3601
    _, other = await at.begin()
    await again.end("st_mei", other)
    assert again.ended(other)
    assert not again.ended(session)


async def test_old_ones_do_not_pile_up(at: At) -> None:
    for _ in range(3):
        await at.begin()
    await at.begin(at.zoe)
    at.now += 2 * LIFE_MS / 1000
    _, late = await at.begin()
    at.now += 1
    _, last = await at.begin()
    mine = [each.id for each in at.tables.sessions.rows.values() if each.staff == "st_mei"]
    assert mine == [late, last]
    assert len(at.tables.sessions.rows) == 3, "another's go when they come"
