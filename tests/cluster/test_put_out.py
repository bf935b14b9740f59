"""A node that stands still for five seconds and is taken for dead: whoever was put out meanwhile is out there too."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from loadtests.engines import SERVER, RedisServer, flushed, free_ports
from loadtests.serving import Serving
from protocols.messages import Role
from server.database import sqlite_url
from server.http.callers import COOKIE
from server.links import Links
from server.staff.roles import StaffRole
from server.staff.sessions import Sessions
from server.store.database import Database
from server.store.links import StoredLinks
from server.store.staff import StoredAccounts
from server.store.staff_access import StoredSessions
from tests.cluster.test_two_gateways import ended
from tests.server.running import Raw, raw
from tests.server.staff.tables import MemoryStaff

SECRET = secrets.token_urlsafe(32)
FROZEN_S = 5.0


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    server = RedisServer(tmp_path_factory.mktemp("redis"), free_ports(1)[0])
    server.start()
    yield server
    server.stop()


@pytest.mark.timeout(120)
async def test_nobody_who_was_put_out_meanwhile_stays(redis_server: RedisServer, tmp_path: Path) -> None:
    await flushed([redis_server])
    async with AsyncExitStack() as stack:
        one, two = [
            Serving(
                tmp_path,
                env={"SHOWFLOOR_REDIS_URL": redis_server.url, "SHOWFLOOR_NODE_ID": name, "SHOWFLOOR_SECRET": SECRET},
                secret=SECRET,
            )
            for name in ("n1", "n2")
        ]
        for node in (one, two):
            await stack.enter_async_context(node)
        database = Database(sqlite_url(tmp_path))
        stack.push_async_callback(database.close)
        link = await Links(StoredLinks(database), SECRET).create("r1", Role.ATTENDEE)
        tables, sessions = MemoryStaff(), Sessions(StoredSessions(database))
        boss, mei = tables.member("st_boss", StaffRole.OWNER), tables.member("st_mei", StaffRole.STAFF, "s1")
        for member in (boss, mei):
            await StoredAccounts(database).add(member)
        cookie, _ = await sessions.begin(boss, "a browser")
        _, signed_in = await sessions.begin(mei, "a phone")

        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"{one.url}/api/v1", cookies={COOKIE: cookie}, headers={"origin": one.url})
        )
        assert (await http.post("/rooms", json={"id": "r1", "title": "Room one"})).status_code == 201
        there = two.url.removeprefix("http://")
        tokens = [
            one.token("r1", "ann"),
            one.token("r1", "bob", link=link.id),
            one.token("r1", "st_mei", "host", session=signed_in.session.id),
            one.token("r1", "cat"),
        ]
        clients = [await stack.enter_async_context(raw(there, {"token": token})) for token in tokens]
        ann, bob, member_there, cat = clients
        for client in clients:
            assert (await client.join())["ok"]
        cat_too = await stack.enter_async_context(raw(one.url.removeprefix("http://"), {"token": tokens[3]}))
        await cat_too.join()
        # She is on both; those who run the room do not count.
        await _counted(cat_too, 3)
        two.pause()
        begun = time.monotonic()
        host = await stack.enter_async_context(
            raw(one.url.removeprefix("http://"), {"token": one.token("r1", "hana", "host")})
        )
        # The room may have been the other's; it is free once that counts as dead.
        assert (await _insist(host, "room.join", id="j", room="r1"))["ok"]
        assert (await _insist(host, "person.ban", id="b", room="r1", user="ann"))["ok"]
        gone = await http.delete(f"/rooms/r1/links/{link.id}")
        assert gone.status_code == 204, gone.text
        off = await http.patch("/staff/st_mei", json={"disabled": True})
        assert off.status_code == 200, off.text
        await _counted(cat_too, 1)
        await asyncio.sleep(FROZEN_S - (time.monotonic() - begun))
        two.resume()
        thawed = time.monotonic()
        assert await asyncio.gather(*map(ended, (ann, bob, member_there))) == ["banned", "expired", "expired"]
        assert time.monotonic() - thawed < 2.5
        # Nobody else is put out, and all that was said reaches them.
        assert (await _insist(host, "chat.send", id="c", room="r1", text="still here"))["ok"]
        while (await cat.until("chat.sent"))[1]["data"]["text"] != "still here":
            pass
        await _counted(cat, 1)


async def _counted(client: Raw, count: int) -> None:
    """Wait until this client is told of so many."""
    async with asyncio.timeout(10):
        while (await client.until("room.occupancy"))[1]["count"] != count:
            pass


async def _insist(client: Raw, name: str, **body: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            answer = await client.ask(name, body)
            if not answer.get("error", {}).get("retry"):
                return answer
            await asyncio.sleep(0.05)
