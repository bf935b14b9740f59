"""What was withdrawn on another node, learnt from the database when no word of it came."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from protocols.messages import Role
from server.links import Links
from server.staff.roles import StaffRole
from server.staff.sessions import Sessions
from server.withdrawn import APART_MS, LATELY_MS, WHOLE_S, Withdrawn
from tests.server.staff.tables import MemoryStaff
from tests.server.stores import MemoryLinks

SECRET = "a secret for tests 0123456789 abcdefg"
TTL_S = 3600


class Asked(MemoryLinks):
    """Notes how far looks go back; ``fault`` is raised by one."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.fault: Exception | None = None

    async def revoked_since(self, at: int) -> Sequence[str]:
        self.asked.append(at)
        if self.fault:
            raise self.fault
        return await super().revoked_since(at)


class Two:
    """Two nodes on one database; the second hears nothing of the first. ``ahead`` is its clock before the first's."""

    def __init__(self) -> None:
        self.now, self.ahead = 1_800_000_000.0, 0.0
        self.table, self.staff = Asked(), MemoryStaff()
        self.links = Links(self.table, SECRET, token_ttl_s=TTL_S, clock=lambda: self.now)
        self.sessions = Sessions(self.staff.sessions, token_ttl_s=TTL_S, clock=lambda: self.now)
        there = Links(self.table, SECRET, token_ttl_s=TTL_S, clock=self.clock)
        sessions = Sessions(self.staff.sessions, token_ttl_s=TTL_S, clock=self.clock)
        self.there, self.sessions_there = there, sessions
        self.ended: list[str] = []
        self.withdrawn = Withdrawn(there, sessions, self, token_ttl_s=TTL_S, clock=self.clock, steady=lambda: self.now)

    def clock(self) -> float:
        return self.now + self.ahead

    def revoke(self, link: str) -> None:
        self.ended.append(link)

    def sign_out(self, session: str) -> None:
        self.ended.append(session)

    async def withdraw(self) -> str:
        link = await self.links.create("r1", Role.ATTENDEE)
        await self.links.revoke("r1", link.id)
        return link.id


@pytest.fixture
def two() -> Two:
    return Two()


async def test_a_link_that_was_withdrawn_elsewhere_ends_here_once(two: Two) -> None:
    await two.withdrawn.look()
    link = await two.withdraw()
    two.now += 1
    await two.withdrawn.look()
    assert two.there.revoked(link)
    two.now += 1
    await two.withdrawn.look()
    two.withdrawn.revoked(link)
    assert two.ended == [link]


async def test_a_session_that_was_ended_elsewhere_ends_here_once(two: Two) -> None:
    member = two.staff.member("st_mei", StaffRole.STAFF, "s1")
    _, signed_in = await two.sessions.begin(member, "a browser")
    await two.withdrawn.look()
    assert two.ended == []
    await two.sessions.end_all(member.id)
    await two.withdrawn.look()
    two.withdrawn.signed_out(signed_in.session.id)
    assert two.sessions_there.ended(signed_in.session.id)
    assert two.ended == [signed_in.session.id]


async def test_what_this_node_withdrew_itself_is_no_news(two: Two) -> None:
    link = await two.there.create("r1", Role.ATTENDEE)
    await two.there.revoke("r1", link.id)
    await two.withdrawn.look()
    assert two.ended == []


async def test_a_look_goes_back_a_little_and_now_and_then_far(two: Two) -> None:
    back = []
    for _ in range(int(WHOLE_S) + 2):
        await two.withdrawn.look()
        back.append(int(two.now * 1000) - two.table.asked[-1])
        two.now += 1
    far = TTL_S * 1000 + APART_MS
    assert back == [far, *[LATELY_MS] * (int(WHOLE_S) - 1), far, LATELY_MS]
    two.now += WHOLE_S
    # As after the database was away, or this node was frozen.
    await two.withdrawn.look()
    assert int(two.now * 1000) - two.table.asked[-1] == far


async def test_clocks_a_day_apart_hide_nothing_for_long(two: Two) -> None:
    two.ahead = 86_400.0
    await two.withdrawn.look()
    link = await two.withdraw()
    for _ in range(int(WHOLE_S)):
        two.now += 1
        await two.withdrawn.look()
    assert two.ended == [link]


async def test_what_could_not_be_looked_up_is_looked_up_later(two: Two) -> None:
    await two.withdrawn.look()
    link = await two.withdraw()
    two.table.fault = OSError("away")
    with pytest.raises(OSError, match="away"):
        await two.withdrawn.look()
    two.table.fault = None
    two.now += 3 * WHOLE_S
    await two.withdrawn.look()
    assert two.ended == [link]


async def test_what_no_token_rests_on_any_more_is_forgotten(two: Two) -> None:
    await two.withdraw()
    await two.withdrawn.look()
    two.now += TTL_S + APART_MS / 1000 + 1
    await two.withdrawn.look()
    assert two.there._revoked == {}
