import pytest

from protocols.errors import Code, Refused
from server.staff.invitations import KEPT_MS, LIFE_MS, OPEN_LIMIT, Invitations, invitation_url
from server.staff.roles import StaffRole, Standing
from tests.server.staff.tables import MemoryStaff

STAFF = Standing(StaffRole.STAFF, frozenset({"s1"}))


class At:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.tables = MemoryStaff()
        self.mei = self.tables.member("st_mei", StaffRole.MANAGER, "s1")
        self.invitations = Invitations(self.tables.invitations, clock=lambda: self.now)

    async def refused(self, value: str) -> Code:
        with pytest.raises(Refused) as refused:
            await self.invitations.read(value)
        return refused.value.code


@pytest.fixture
def at() -> At:
    return At()


async def test_an_invitation_is_used_once(at: At) -> None:
    value, made = await at.invitations.create("st_mei", STAFF, name="小森")
    assert value not in repr(at.tables.invitations.rows)
    assert await at.invitations.read(value) == made
    member = at.invitations.account(made, "Sam", "Sam")
    assert (member.login, member.standing) == ("sam", STAFF)
    await at.invitations.use(made, member)
    assert at.tables.accounts.rows[member.id] == member
    assert await at.refused(value) is Code.REVOKED
    with pytest.raises(Refused) as refused:
        await at.invitations.use(made, at.invitations.account(made, "other", "Other"))
    assert refused.value.code is Code.REVOKED


async def test_a_login_that_is_taken_leaves_it_open(at: At) -> None:
    value, made = await at.invitations.create("st_mei", STAFF)
    with pytest.raises(Refused) as refused:
        await at.invitations.use(made, at.invitations.account(made, "MEI", "Another Mei"))
    assert refused.value.code is Code.CONFLICT
    assert await at.invitations.read(value) == made


async def test_it_runs_out_after_seven_days(at: At) -> None:
    value, _ = await at.invitations.create("st_mei", STAFF)
    at.now += LIFE_MS / 1000 - 1
    await at.invitations.read(value)
    at.now += 1
    assert await at.refused(value) is Code.EXPIRED
    assert await at.invitations.open() == []


@pytest.mark.parametrize("value", ["", "x" * 32, "é" * 32, "x" * 1000, "\ud800"])
async def test_what_we_did_not_make_is_refused(at: At, value: str) -> None:
    assert await at.refused(value) is Code.UNAUTHORIZED


async def test_one_that_is_withdrawn_is_no_good(at: At) -> None:
    value, made = await at.invitations.create("st_mei", STAFF)
    await at.invitations.end(made.id)
    assert await at.refused(value) is Code.REVOKED
    with pytest.raises(Refused) as refused:
        await at.invitations.end(made.id)
    assert refused.value.code is Code.NOT_FOUND


async def test_what_a_member_made_ends_with_what_they_may(at: At) -> None:
    theirs, _ = await at.invitations.create("st_mei", STAFF)
    renewing, _ = await at.invitations.for_member("st_olga", at.mei)
    other, _ = await at.invitations.create("st_olga", STAFF)
    await at.invitations.end_of("st_mei")
    assert await at.refused(theirs) is Code.REVOKED
    assert await at.refused(renewing) is Code.REVOKED
    await at.invitations.read(other)


async def test_a_login_that_was_said_beforehand_is_kept(at: At) -> None:
    _, made = await at.invitations.create("cli", STAFF, login="Sam")
    assert made.login == "sam"
    assert at.invitations.account(made, "SAM", "Sam").login == "sam"
    with pytest.raises(Refused) as refused:
        at.invitations.account(made, "tom", "Tom")
    assert refused.value.code is Code.INVALID


async def test_an_account_that_is_there_keeps_its_id(at: At) -> None:
    _, made = await at.invitations.for_member("st_olga", at.mei)
    assert at.invitations.account(made, "mei", "Mei", member_id="st_another").id == "st_mei"


async def test_there_is_an_end_to_open_ones(at: At) -> None:
    for _ in range(OPEN_LIMIT):
        await at.invitations.create("st_mei", STAFF)
    with pytest.raises(Refused) as refused:
        await at.invitations.create("st_mei", STAFF)
    assert refused.value.code is Code.CONFLICT
    at.now += LIFE_MS / 1000
    await at.invitations.create("st_mei", STAFF)


def test_the_address_holds_it_where_browsers_send_it_to_nobody() -> None:
    assert invitation_url("https://live.example", "v") == "https://live.example/staff#invitation=v"


async def test_old_ones_do_not_pile_up(at: At) -> None:
    value, _ = await at.invitations.create("st_mei", STAFF)
    at.now += (LIFE_MS + KEPT_MS) / 1000
    await at.invitations.create("st_mei", STAFF)
    assert await at.refused(value) is Code.EXPIRED
    at.now += 1
    await at.invitations.create("st_mei", STAFF)
    assert await at.refused(value) is Code.UNAUTHORIZED
    assert len(at.tables.invitations.rows) == 2
