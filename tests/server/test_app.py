"""The parts put together."""

import asyncio
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from protocols.messages import Role
from server.app import running
from server.config import Settings
from server.core import core
from server.hosting.host import Host
from server.store.tables import records
from tests.server.running import OWNER, raw, ready, served, token


def settings(data: Path) -> Settings:
    return Settings(data=data, secret=SecretStr("a secret for tests 0123456789 abcdefg"))


async def test_what_is_said_is_in_the_database_when_it_has_stopped(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as app:
        await app.core.directory.create_room("r1", "One", by=OWNER)

    async with core(settings(tmp_path)) as made, made.database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(records))).scalar_one() == 1


async def test_ready_until_it_drains(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address), httpx.AsyncClient(base_url=f"http://{address}") as client:
        await ready(app)
        assert (await client.get("/readyz")).json() == {"ready": True, "reasons": {}, "degraded": {}}
        app.draining = True
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["reasons"] == {"server": "draining"}


async def test_a_blob_store_is_asked_for_only_if_one_is_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    url = SecretStr(f"file://{tmp_path}/file/blobs")
    async with (
        served(tmp_path / "data", blob_url=url) as (app, address),
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        await ready(app)
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["degraded"]) == (200, {"blobs": "its folder cannot be used"})
        assert "showfloor_blobs_failures_total" in (await client.get("/metrics")).text


async def test_every_part_is_measured(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as (app, address),
        httpx.AsyncClient(base_url=f"http://{address}") as client,
        raw(address, {"token": token(app, "ann")}) as ann,
    ):
        await ann.join()
        text = (await client.get("/metrics")).text

    for metric in (
        "showfloor_gateway_connections_websocket 1.0",
        "showfloor_gateway_rooms 1.0",
        "showfloor_hosting_rooms 1.0",
        "showfloor_broker_commits_total",
        "showfloor_projector_lag_records",
    ):
        assert metric in text, metric


async def test_pages_and_polling_share_one_address(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, address), httpx.AsyncClient(base_url=f"http://{address}") as client:
        opened = await client.get("/socket.io/?EIO=4&transport=polling")
        assert opened.text.startswith('0{"sid":"n1.')
        assert (await client.get("/socket.io/?EIO=4&transport=polling&sid=nobody")).status_code == 400
        assert (await client.get("/api/v1/rooms/r1")).json()["id"] == "r1"


async def test_a_client_is_sent_away_to_come_back_when_the_server_leaves(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address), raw(address, {"token": token(app, "ann")}) as ann:
        await ann.join()
        leaving = asyncio.create_task(app.drain(0))
        await ann.ended()
        await leaving
        # A closed transport and no packet 41: stock clients come back.
        assert ann.close_code == 4005


async def test_members_follow_the_host_that_takes_over_though_none_of_them_sends(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address), raw(address, {"token": token(app, "ann")}) as ann:
        await ann.join()
        host = app.core.directory.get("r1")
        assert isinstance(host, Host)
        host.abort()
        taken_over = await app.core.directory.open("r1")
        assert taken_over is not host
        members = app.core.members.get("r1")
        assert members is not None
        assert members.host is taken_over


async def test_a_log_that_does_not_answer_leaves_time_to_close_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path) as (app, address), raw(address, {"token": token(app, "ann")}) as ann:
        await ann.join()
        monkeypatch.setattr(app.core.broker, "publish", lambda _batch: asyncio.Event().wait())
        await ann.send("chat.send", {"id": "c", "room": "r1", "text": "hi"})
        host = app.core.directory.get("r1")
        assert isinstance(host, Host)
        async with asyncio.timeout(2):
            while not host.busy:  # noqa: ASYNC110 - until the command has come
                await asyncio.sleep(0.001)
            await app.drain(50)
            assert (await ann.answer())["error"]["code"] == "unavailable"
            await ann.ended()


async def test_a_person_who_is_erased_over_the_wire_loses_their_seat(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address), httpx.AsyncClient(base_url=f"http://{address}/api/v1") as client:
        # They said nothing: the log knows nothing of them.
        ann = (await client.post("/rooms/r1/guest", json={"nickname": "Ann"})).json()
        headers = {"authorization": f"Bearer {ann['token']}"}
        shown = await client.post("/rooms/r1/seat-code", json={"device": ann["device"]}, headers=headers)
        code = shown.json()["code"]
        assert (await client.post("/rooms/r1/seat", json={"code": code})).json()["user"] == ann["user"]
        async with raw(address, {"token": token(app, "hana", Role.HOST)}) as host:
            await host.join()
            assert (await host.ask("person.erase", {"id": "c", "room": "r1", "user": ann["user"]}))["ok"]
        async with asyncio.timeout(2):
            while len(app.core.seats_to_forget):  # noqa: ASYNC110 - until it is done
                await asyncio.sleep(0.001)
        assert (await client.post("/rooms/r1/seat", json={"code": code})).status_code == 404


async def test_a_lobby_lists_who_is_there_and_what_came_of_it(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address), httpx.AsyncClient(base_url=f"http://{address}/api/v1") as client:
        client.headers["authorization"] = f"Bearer {await app.services.keys.create('tests')}"
        async with raw(address, {"token": token(app, "ann")}) as ann:
            await ann.join()
            assert (await ann.ask("chat.send", {"id": "c", "room": "r1", "text": "hi"}))["ok"]
            (listed,) = (await client.get("/rooms")).json()["rooms"]
            assert (listed["id"], listed["shop"], listed["people"]) == ("r1", None, 1)
        told = (await client.get("/rooms/r1/results")).json()
        assert (told["messages"], told["people"], told["polls"]) == (1, 1, [])
