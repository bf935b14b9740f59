from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.messages import Role
from server.keys import ApiKey
from server.links import Link
from server.store.database import Database
from server.store.links import StoredKeys, StoredLinks
from server.store.migrate import migrated


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/rooms.sqlite")
    await migrated(database)
    yield database
    await database.close()


async def test_a_link_is_kept_and_withdrawn_once(database: Database) -> None:
    table = StoredLinks(database)
    link = Link("l1", "r1", Role.HOST, "店长", 100, expires_at=900)
    await table.add(link)

    await table.revoke("l1", 500)
    await table.revoke("l1", 700)

    assert await table.get("l1") == Link("l1", "r1", Role.HOST, "店长", 100, 900, 500)
    assert list(await table.revoked_since(500)) == ["l1"]
    assert list(await table.revoked_since(501)) == []


async def test_the_links_of_a_room_come_newest_first(database: Database) -> None:
    table = StoredLinks(database)
    for number, room in enumerate(("r1", "r2", "r1")):
        await table.add(Link(f"l{number}", room, Role.WALL, None, number))

    assert [link.id for link in await table.of_room("r1")] == ["l2", "l0"]
    assert await table.get("nothing") is None


async def test_a_key_is_kept_and_withdrawn(database: Database) -> None:
    table = StoredKeys(database)
    await table.add(ApiKey("k1", "crm", b"d" * 32, 100))

    await table.revoke("k1", 200)

    assert await table.get("k1") == ApiKey("k1", "crm", b"d" * 32, 100, 200)
    assert [key.id for key in await table.all()] == ["k1"]
    assert await table.get("k2") is None
