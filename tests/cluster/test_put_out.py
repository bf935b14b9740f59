"""A node that stands still for five seconds and is taken for dead: whoever was put out meanwhile is out there too."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from loadtests.engines import RedisServer, flushed
from loadtests.serving import Serving
from protocols.messages import Role
from server.http.callers import COOKIE
from server.staff.roles import StaffRole
from server.store.staff import StoredAccounts
from tests.cluster.test_two_gateways import ended
from tests.server.running import Raw, raw, served, token
from tests.server.staff.tables import MemoryStaff

FROZEN_S = 5.0


@pytest.mark.timeout(120)
async def test_nobody_who_was_put_out_meanwhile_stays(redis_server: RedisServer, tmp_path: Path) -> None:
    await flushed([redis_server])
    async with AsyncExitStack() as stack:
        one, at_one = await stack.enter_async_context(
            served(tmp_path, redis_url=SecretStr(redis_server.url), node_id="n1")
        )
        secret = one.settings.secret.get_secret_value()
        env = {"SHOWFLOOR_REDIS_URL": redis_server.url, "SHOWFLOOR_NODE_ID": "n2", "SHOWFLOOR_SECRET": secret}
        two = await stack.enter_async_context(Serving(tmp_path, env=env, secret=secret))
        at_two = two.url.removeprefix("http://")
        link = await one.links.create("r1", Role.ATTENDEE)
        tables, sessions = MemoryStaff(), one.staff.sessions
        boss, mei = tables.member("st_boss", StaffRole.OWNER), tables.member("st_mei", StaffRole.STAFF, "s1")
        for member in (boss, mei):
            await StoredAccounts(one.core.database).add(member)
        cookie, _ = await sessions.begin(boss, "a browser")
        _, signed_in = await sessions.begin(mei, "a phone")
        tokens = [
            token(one, "ann"),
            token(one, "bob", link=link.id),
            token(one, "st_mei", Role.HOST, session=signed_in.session.id),
            token(one, "cat"),
        ]
        clients = [await stack.enter_async_context(raw(at_two, {"token": each})) for each in tokens]
        ann, bob, member_there, cat = clients
        for client in clients:
            assert (await client.join())["ok"]
        cat_too = await stack.enter_async_context(raw(at_one, {"token": tokens[3]}))
        await cat_too.join()
        # She is on both; those who run the room do not count.
        await _counted(cat_too, 3)
        two.pause()
        begun = time.monotonic()
        host = await stack.enter_async_context(raw(at_one, {"token": token(one, "hana", Role.HOST)}))
        # The room may have been the other's; it is free once that counts as dead.
        assert (await _insist(host, "room.join", id="j", room="r1"))["ok"]
        assert (await _insist(host, "person.ban", id="b", room="r1", user="ann"))["ok"]
        await one.links.revoke("r1", link.id)
        async with httpx.AsyncClient(base_url=f"http://{at_one}/api/v1", cookies={COOKIE: cookie}) as http:
            headers = {"origin": f"http://{at_one}"}
            off = await http.patch("/staff/st_mei", json={"disabled": True}, headers=headers)
            assert off.status_code == 200, off.text
        await _counted(cat_too, 1)
        await asyncio.sleep(FROZEN_S - (time.monotonic() - begun))
        two.resume()
        assert await asyncio.gather(*map(ended, (ann, bob, member_there))) == ["banned", "expired", "expired"]
        # Nobody else is put out, and all that was said reaches them.
        assert (await _insist(host, "chat.send", id="c", room="r1", text="still here"))["ok"]
        while (await cat.until("chat.sent"))[1]["data"]["text"] != "still here":
            pass
        await _counted(cat, 1)


async def _counted(client: Raw, count: int) -> None:
    """Wait until so many is the last that this client was told."""

    def told() -> int | None:
        return next((event[1]["count"] for event in reversed(client.seen) if event[0] == "room.occupancy"), None)

    async with asyncio.timeout(30):
        while told() != count:
            await client.until("room.occupancy")


async def _insist(client: Raw, name: str, **body: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            answer = await client.ask(name, body)
            if not answer.get("error", {}).get("retry"):
                return answer
            await asyncio.sleep(0.05)
