from dataclasses import replace

import pytest

from protocols.errors import Code, Refused
from server.staff.accounts import Member
from server.staff.audit import Audit
from server.staff.roles import StaffRole
from server.staffing import CommandLine
from tests.server.staff.tables import MemoryStaff, staff_on

SECRET = "a secret for tests 0123456789 abcdefg"


class At:
    def __init__(self) -> None:
        self.tables = MemoryStaff()
        self.staff = staff_on(self.tables, secret=SECRET)
        self.line = CommandLine(self.staff, Audit(self.tables.audit), "https://live.example")

    async def add(
        self, role: str, *, shop: str | None = None, login: str | None = None, name: str | None = None
    ) -> str:
        url = await self.line.add(role, shop=shop, login=login, name=name)
        return url.removeprefix("https://live.example/staff#invitation=")

    async def joined(self, value: str, login: str) -> Member:
        invitation = await self.staff.invitations.read(value)
        member = self.staff.invitations.account(invitation, login, login.title())
        await self.staff.invitations.use(invitation, member)
        return member


@pytest.fixture
def at() -> At:
    return At()


async def test_the_first_owner_comes_in_by_it(at: At) -> None:
    owner = await at.joined(await at.add("owner"), "olga")
    assert owner.standing.everywhere
    assert [(entry.who, entry.action) for entry in at.tables.audit.rows] == [("cli", "staff.invited")]


async def test_a_shop_is_found_by_id_or_name_or_made(at: At) -> None:
    first = await at.staff.invitations.read(await at.add("manager", shop="河畔店"))
    (shop,) = first.standing.shops
    for again in ("河畔店", shop):
        assert (await at.staff.invitations.read(await at.add("staff", shop=again))).standing.shops == {shop}
    assert len(at.tables.accounts.places) == 1
    assert [entry.action for entry in at.tables.audit.rows][:2] == ["shop.created", "staff.invited"]


@pytest.mark.parametrize(
    ("role", "given", "code"),
    [
        ("staff", {}, Code.INVALID),
        ("staff", {"shop": "s1", "name": "\u200b"}, Code.INVALID),
        ("staff", {"shop": "\u200b"}, Code.INVALID),
        ("staff", {"shop": "s1", "login": "a b"}, Code.INVALID),
        ("staff", {"shop": "s1", "login": "MEI"}, Code.CONFLICT),
    ],
)
async def test_what_cannot_be_makes_nothing(at: At, role: str, given: dict[str, str], code: Code) -> None:
    at.tables.member("st_mei", StaffRole.MANAGER, "s1")
    with pytest.raises(Refused) as refused:
        await at.add(role, **given)
    assert refused.value.code is code
    assert at.tables.invitations.rows == {}
    assert list(at.tables.accounts.places) == ["s1"]


async def test_accounts_and_invitations_are_listed(at: At) -> None:
    at.tables.member("st_mei", StaffRole.MANAGER, "s2", "s1")
    await at.add("staff", shop="s1", name="小森")
    assert [(each.login, shops) for each, shops in await at.line.members()] == [("mei", ["Shop s1", "Shop s2"])]
    assert [each.name for each in await at.line.open_invitations()] == ["小森"]


async def test_a_reset_is_for_an_account_that_is_there(at: At) -> None:
    mei = at.tables.member("st_mei", StaffRole.MANAGER, "s1")
    url = await at.line.reset("MEI")
    invitation = await at.staff.invitations.read(url.partition("#invitation=")[2])
    assert (invitation.staff, invitation.login) == (mei.id, "mei")
    with pytest.raises(Refused) as refused:
        await at.line.reset("nobody")
    assert refused.value.code is Code.NOT_FOUND
    await at.tables.accounts.change(replace(mei, disabled_at=5))
    with pytest.raises(Refused) as refused:
        await at.line.reset("mei")
    assert refused.value.code is Code.CONFLICT
