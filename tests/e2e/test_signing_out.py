"""What rests on a session of staff, on the whole server: it ends with the session, wherever it is open."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from protocols.messages import By, Role
from rooms.activities.room import RoomCreate
from server.app import App
from server.staff.roles import StaffRole, Standing
from tests.server.running import Raw, raw, served

PASSWORD = "correct-horse-7"


@dataclass
class At:
    """A server with a shop and its room; ``clients`` are browsers, each with its own cookie."""

    app: App
    address: str
    clients: dict[str, httpx.AsyncClient]

    async def joined(self, login: str, role: StaffRole, *shops: str) -> httpx.AsyncClient:
        """Somebody who took up an invitation."""
        origin = f"http://{self.address}"
        client = self.clients[login] = httpx.AsyncClient(base_url=f"{origin}/api/v1", headers={"origin": origin})
        value, _ = await self.app.staff.invitations.create("cli", Standing(role, frozenset(shops)))
        joining = {"invitation": value, "login": login, "name": login.title(), "password": PASSWORD}
        assert (await client.post("/staff/invitations/accept", json=joining)).status_code == 200
        return client


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[At]:
    async with served(tmp_path) as (app, address):
        await app.staff.accounts.add_shop("河畔店", "s1")
        room = RoomCreate(id="c1", room="shop1", title="In the shop", shop="s1")
        await app.core.directory.create(room, By("api", "API", Role.HOST))
        made = At(app, address, {})
        yield made
        for client in made.clients.values():
            await client.aclose()


async def entered(at: At, login: str) -> dict[str, Any]:
    answer = await at.clients[login].post("/rooms/shop1/enter")
    assert answer.status_code == 200, answer.text
    admission: dict[str, Any] = answer.json()
    return admission


async def gone(at: At, client: Raw, token: str) -> None:
    packet = await client.until_packet("41")
    assert packet.startswith("41")
    async with raw(at.address, {"token": token}, refused=True) as again:
        assert (await again.until_packet("44")).find("revoked") > 0


async def test_who_is_disabled_leaves_the_room_at_once(at: At) -> None:
    owner = await at.joined("olga", StaffRole.OWNER)
    await at.joined("sam", StaffRole.STAFF, "s1")
    admission = await entered(at, "sam")
    async with raw(at.address, {"token": admission["token"]}) as client:
        assert (await client.ask("room.join", {"id": "j", "room": "shop1"}))["ok"]
        assert (await client.ask("chat.send", {"id": "c1", "room": "shop1", "text": "hello"}))["ok"]
        answer = await owner.patch(f"/staff/{admission['user']}", json={"disabled": True})
        assert answer.json()["disabled"] is True
        await gone(at, client, admission["token"])
    assert (await at.clients["sam"].get("/staff/session")).status_code == 401


async def test_who_signs_out_here_stays_in_the_room_elsewhere(at: At) -> None:
    sam = await at.joined("sam", StaffRole.STAFF, "s1")
    phone = httpx.AsyncClient(base_url=sam.base_url, headers=sam.headers)
    at.clients["phone"] = phone
    assert (await phone.post("/staff/session", json={"login": "sam", "password": PASSWORD})).status_code == 200
    here, there = await entered(at, "sam"), await entered(at, "phone")
    assert here["user"] == there["user"]
    async with raw(at.address, {"token": here["token"]}) as desk, raw(at.address, {"token": there["token"]}) as other:
        for client in (desk, other):
            assert (await client.ask("room.join", {"id": "j", "room": "shop1"}))["ok"]
        assert (await sam.delete("/staff/session")).status_code == 204
        await gone(at, desk, here["token"])
        assert (await other.ask("chat.send", {"id": "c2", "room": "shop1", "text": "still here"}))["ok"]


async def test_what_ended_stays_ended_after_a_restart(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address):
        made = At(app, address, {})
        sam = await made.joined("sam", StaffRole.OWNER)
        token = (await sam.post("/rooms/r1/enter")).json()["token"]
        await sam.delete("/staff/session")
        await sam.aclose()
    async with served(tmp_path) as (_, address), raw(address, {"token": token}, refused=True) as client:
        assert (await client.until_packet("44")).find("revoked") > 0
