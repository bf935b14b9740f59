from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.staff.audit import Entry, Reader
from server.staff.roles import StaffRole, Standing
from server.store.audit import StoredAudit
from tests.server.house import House, house

ENTRY = Entry(0, 5, "st_mei", "小美", "s1", "room.created", "r1", {"copy": True})


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def test_entries_are_told_to_whom_they_concern(at: House) -> None:
    table = StoredAudit(at.database)
    entries = [ENTRY, replace(ENTRY, shop=None), replace(ENTRY, shop="s2", who="st_zoe", details={})]
    for entry in entries:
        await table.add(entry)
    everything = [replace(entry, id=n + 1) for n, entry in enumerate(entries)][::-1]
    assert await table.page(None, None, 9) == everything
    assert await table.page(Reader("st_olga", Standing(StaffRole.OWNER)), None, 9) == everything
    assert await table.page(None, 3, 1) == [everything[1]]

    async def ids(member: str, *shops: str) -> list[int]:
        reader = Reader(member, Standing(StaffRole.STAFF, frozenset(shops)))
        return [entry.id for entry in await table.page(reader, None, 9)]

    assert await ids("st_mei", "s1") == [2, 1]
    assert await ids("st_max", "s1", "s2") == [3, 1]
    assert await ids("st_zoe") == [3]


async def test_what_one_did(at: House) -> None:
    table = StoredAudit(at.database)
    for entry in (ENTRY, replace(ENTRY, who="st_zoe"), replace(ENTRY, action="room.closed"), replace(ENTRY, shop="s2")):
        await table.add(entry)
    assert [entry.id for entry in await table.of("st_mei", "room.created", 9)] == [4, 1]
    assert await table.of("st_mei", "room.created", 1) == [replace(ENTRY, id=4, shop="s2")]


async def test_what_is_old_goes(at: House) -> None:
    table = StoredAudit(at.database)
    for n in (5, 6):
        await table.add(replace(ENTRY, at=n))
    await table.prune(6)
    assert [entry.at for entry in await table.page(None, None, 9)] == [6]
