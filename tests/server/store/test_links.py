from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.messages import By, Role
from server.hosting.draft import Sender
from server.keys import ApiKey
from server.links import Link
from server.store.links import StoredKeys, StoredLinks
from tests.server.house import House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def test_links(at: House) -> None:
    table = StoredLinks(at.database)
    links = [Link(f"l{n}", "r" if n < 3 else "s", Role.HOST, "desk" if n else None, 100 + n, 900) for n in range(4)]
    for link in links:
        await table.add(link)
    assert await table.get("l1") == links[1]
    assert await table.get("none") is None
    assert await table.of_room("r") == [links[2], links[1], links[0]]
    await table.revoke("l1", 500)
    await table.revoke("l1", 600)
    found = await table.get("l1")
    assert found is not None
    assert found.revoked_at == 500
    assert await table.revoked_since(500) == ["l1"]
    assert await table.revoked_since(501) == []


async def test_keys(at: House) -> None:
    table = StoredKeys(at.database)
    keys = [ApiKey(f"k{n}", f"label {n}", bytes([n]) * 32, 100 + n) for n in range(2)]
    for key in keys:
        await table.add(key)
    assert await table.get("k0") == keys[0]
    assert await table.get("none") is None
    assert await table.all() == [keys[1], keys[0]]
    await table.revoke("k0", 500)
    await table.revoke("k0", 600)
    found = await table.get("k0")
    assert found is not None
    assert found.revoked_at == 500


async def test_names_of_staff_are_those_under_which_they_acted(at: House) -> None:
    room = await at.room()
    await at.send("chat.send", Sender(By("mod", "小美", Role.MODERATOR)), text="hi")
    await at.send("chat.send", Sender(By("guest-2", "Gus", Role.MODERATOR, guest=True)), text="a guest who moderates")
    await at.send("chat.send", Sender(By("guest-1", "Ann", Role.ATTENDEE)), text="hi")
    await at.projector.project()
    seen = await StoredLinks(at.database).staff_seen(room.room_id, 10)
    assert "小美" in seen
    assert {"Ann", "Gus"}.isdisjoint(seen)
    assert await StoredLinks(at.database).staff_seen(room.room_id, 1) != []
