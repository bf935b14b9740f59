from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.staff.accounts import LastOwner, LoginTaken, Member, Shop
from server.staff.roles import StaffRole, Standing
from server.staff.sessions import Session
from server.store.staff import StoredAccounts
from server.store.staff_access import StoredSessions
from tests.server.house import House, house

OLGA = Member("st_olga", "olga", "Olga", Standing(StaffRole.OWNER), 1, "hash")
MEI = Member("st_mei", "mei", "Mei", Standing(StaffRole.MANAGER, frozenset({"s1", "s2"})), 2)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def test_accounts(at: House) -> None:
    table = StoredAccounts(at.database)
    for member in (OLGA, MEI):
        await table.add(member)
    assert await table.get("st_mei") == MEI
    assert await table.by_login("olga") == OLGA
    assert await table.get("none") is None
    assert await table.by_login("none") is None
    assert await table.all() == [MEI, OLGA]
    with pytest.raises(LoginTaken):
        await table.add(replace(MEI, id="st_other"))
    assert await table.get("st_other") is None


async def test_changes_hold(at: House) -> None:
    table = StoredAccounts(at.database)
    await table.add(OLGA)
    await table.add(MEI)
    changed = replace(MEI, standing=Standing(StaffRole.STAFF, frozenset({"s2", "s3"})), disabled_at=9)
    await table.change(changed)
    assert await table.get("st_mei") == changed
    await table.set_password("st_mei", "another hash")
    found = await table.get("st_mei")
    assert found is not None
    assert found.password == "another hash"


@pytest.mark.parametrize(
    "change", [{"disabled_at": 9}, {"standing": Standing(StaffRole.MANAGER, frozenset({"s1"}))}], ids=["off", "lower"]
)
async def test_the_last_owner_stays(at: House, change: dict[str, object]) -> None:
    table = StoredAccounts(at.database)
    await table.add(OLGA)
    with pytest.raises(LastOwner):
        await table.change(replace(OLGA, **change))  # type: ignore[arg-type]
    assert await table.get("st_olga") == OLGA
    otto = replace(OLGA, id="st_otto", login="otto", disabled_at=5)
    await table.add(otto)
    with pytest.raises(LastOwner):
        await table.change(replace(OLGA, **change))  # type: ignore[arg-type]
    await table.change(replace(otto, disabled_at=None))
    await table.change(replace(OLGA, **change))  # type: ignore[arg-type]


async def test_when_somebody_was_seen_last(at: House) -> None:
    table, sessions = StoredAccounts(at.database), StoredSessions(at.database)
    await table.add(MEI)
    for n in (3, 8, 5):
        await sessions.add(Session(f"ss_{n}", bytes([n]), "st_mei", "Test", 1, n))
    assert [each.seen_at for each in await table.all()] == [8]


async def test_shops(at: House) -> None:
    table = StoredAccounts(at.database)
    shops = [Shop("s2", "Airport", 1), Shop("s1", "河畔店", 2)]
    for shop in shops:
        assert await table.add_shop(shop)
    assert not await table.add_shop(replace(shops[0], name="Another"))
    assert await table.shops() == shops
    assert await table.rename_shop("s1", "A new name")
    assert not await table.rename_shop("s9", "A new name")
    assert [shop.name for shop in await table.shops()] == ["A new name", "Airport"]
