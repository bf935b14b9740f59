import pytest

from protocols.errors import Code, Refused
from server.staff.accounts import SHOPS_LIMIT, Accounts, Shop, clean_login
from server.staff.roles import StaffRole
from tests.server.staff.tables import MemoryStaff


@pytest.fixture
def tables() -> MemoryStaff:
    tables = MemoryStaff()
    tables.member("st_olga", StaffRole.OWNER)
    tables.member("st_mei", StaffRole.MANAGER, "s1")
    tables.member("st_max", StaffRole.MANAGER, "s1", "s2")
    tables.member("st_sam", StaffRole.STAFF, "s1")
    tables.member("st_zoe", StaffRole.STAFF, "s2")
    return tables


@pytest.fixture
def accounts(tables: MemoryStaff) -> Accounts:
    return Accounts(tables.accounts, clock=lambda: 7.0)


@pytest.mark.parametrize(
    ("typed", "login"),
    [("Mei.Li@Shop.example", "mei.li@shop.example"), (" 小美 ", "小美"), ("ＭＥＩ", "mei"), ("a1", "a1")],
)
def test_logins_are_compared_without_case_and_width(typed: str, login: str) -> None:
    assert clean_login(typed) == login


@pytest.mark.parametrize("typed", ["", "a", "a b", "a\u200bb", "x" * 65, "a/b", "a\nb", "\ud800\ud800"])
def test_other_logins_are_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_login(typed)
    assert refused.value.code is Code.INVALID


async def test_a_login_that_cannot_be_is_nobodys(accounts: Accounts) -> None:
    assert await accounts.by_login("a b") is None
    found = await accounts.by_login("MEI")
    assert found is not None
    assert found.id == "st_mei"


async def test_everybody_sees_those_of_their_shops(accounts: Accounts, tables: MemoryStaff) -> None:
    rows = tables.accounts.rows

    async def seen(name: str) -> set[str]:
        return {each.id for each in await accounts.seen_by(rows[name].standing)}

    assert await seen("st_olga") == set(rows)
    assert await seen("st_mei") == {"st_mei", "st_max", "st_sam"}
    assert await seen("st_zoe") == {"st_max", "st_zoe"}


@pytest.mark.parametrize(
    ("by", "whom", "change", "code"),
    [
        ("st_mei", "st_zoe", {"disabled": True}, Code.NOT_FOUND),
        ("st_mei", "st_olga", {"disabled": True}, Code.NOT_FOUND),
        ("st_olga", "st_none", {"disabled": True}, Code.NOT_FOUND),
        ("st_sam", "st_mei", {"disabled": True}, Code.FORBIDDEN),
        ("st_mei", "st_max", {"disabled": True}, Code.FORBIDDEN),  # also of a shop that is not hers
        ("st_mei", "st_sam", {"role": StaffRole.OWNER}, Code.FORBIDDEN),
        ("st_mei", "st_sam", {"shops": ["s1", "s2"]}, Code.FORBIDDEN),
        ("st_mei", "st_mei", {"role": StaffRole.STAFF}, Code.FORBIDDEN),
        ("st_mei", "st_sam", {"shops": []}, Code.INVALID),
        ("st_olga", "st_sam", {"shops": ["s9"]}, Code.INVALID),
        ("st_olga", "st_olga", {"disabled": True}, Code.CONFLICT),
        ("st_olga", "st_olga", {"role": StaffRole.STAFF, "shops": ["s1"]}, Code.CONFLICT),
    ],
)
async def test_changes_that_are_refused(
    accounts: Accounts, tables: MemoryStaff, by: str, whom: str, change: dict[str, object], code: Code
) -> None:
    before = dict(tables.accounts.rows)
    with pytest.raises(Refused) as refused:
        await accounts.change(tables.accounts.rows[by], whom, **change)  # type: ignore[arg-type]
    assert refused.value.code is code
    assert tables.accounts.rows == before


async def test_a_manager_may_raise_to_their_own_role_and_disable(accounts: Accounts, tables: MemoryStaff) -> None:
    mei = tables.accounts.rows["st_mei"]
    before, after = await accounts.change(mei, "st_sam", role=StaffRole.MANAGER)
    assert (before.role, after.role) == (StaffRole.STAFF, StaffRole.MANAGER)
    assert after.standing.shops == {"s1"}
    _, disabled = await accounts.change(mei, "st_sam", disabled=True)
    assert disabled.disabled_at == 7000
    _, enabled = await accounts.change(mei, "st_sam", disabled=False)
    assert enabled.disabled_at is None


async def test_one_owner_may_leave_where_there_is_another(accounts: Accounts, tables: MemoryStaff) -> None:
    tables.member("st_otto", StaffRole.OWNER)
    olga = tables.accounts.rows["st_olga"]
    await accounts.change(olga, "st_olga", disabled=True)
    with pytest.raises(Refused) as refused:
        await accounts.change(tables.accounts.rows["st_otto"], "st_otto", disabled=True)
    assert refused.value.code is Code.CONFLICT


async def test_shops(accounts: Accounts, tables: MemoryStaff) -> None:
    made = await accounts.add_shop("河畔店", "riverside")
    assert made == Shop("riverside", "河畔店", 7000)
    with pytest.raises(Refused) as refused:
        await accounts.add_shop("Another", "riverside")
    assert refused.value.code is Code.CONFLICT
    await accounts.rename_shop("riverside", "Riverside")
    with pytest.raises(Refused) as refused:
        await accounts.rename_shop("none", "Riverside")
    assert refused.value.code is Code.NOT_FOUND
    mei = tables.accounts.rows["st_mei"].standing
    assert [shop.id for shop in await accounts.shops(mei)] == ["s1"]
    assert len(await accounts.shops(tables.accounts.rows["st_olga"].standing)) == 3


async def test_there_is_an_end_to_shops(accounts: Accounts, tables: MemoryStaff) -> None:
    tables.accounts.places |= {f"s{n}": Shop(f"s{n}", "x", 1) for n in range(SHOPS_LIMIT)}
    with pytest.raises(Refused) as refused:
        await accounts.add_shop("One more")
    assert refused.value.code is Code.CONFLICT
