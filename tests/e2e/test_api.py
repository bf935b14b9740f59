"""The REST API on the running server, beside people who are in the room."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.serving import Serving

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Api:
    def __init__(self, serving: Serving, key: str) -> None:
        self.serving = serving
        self.http = httpx.AsyncClient(base_url=f"{serving.url}/api/v1")
        self.key = {"authorization": f"Bearer {key}"}

    async def ask(self, method: str, path: str, body: Any = None, *, key: bool = True) -> Any:
        answer = await self.http.request(method, path, json=body, headers=self.key if key else {})
        return answer.json() if answer.content else answer.status_code

    async def guest(self, room: str, nickname: str) -> tuple[Client, Any]:
        admitted = await self.ask("POST", f"/rooms/{room}/guest", {"nickname": nickname}, key=False)
        settings = Settings(reconnect=False)
        client = Client(self.serving.url, admitted["token"], room, user=admitted["user"], settings=settings)
        await client.start()
        return client, admitted


@pytest_asyncio.fixture(loop_scope="session")
async def api(house: tuple[Serving, Browser]) -> AsyncIterator[Api]:
    serving, _ = house
    printed = await serving.command("key", "--data", str(serving.data), "--label", "tests")
    before = len(serving.output)
    api = Api(serving, printed.split()[-1])
    async with api.http:
        yield api
    assert "request_failed" not in serving.output[before:]
    assert "Traceback" not in serving.output[before:]


async def test_a_room_from_its_making_to_its_export(api: Api) -> None:
    made = await api.ask("POST", "/rooms", {"id": "toys", "title": "周末拼装大赛"})
    assert (made["id"], made["status"]) == ("toys", "open")
    guest, admitted = await api.guest("toys", "小王")
    assert (await guest.send("chat.send", {"text": "=1+1"}))["ok"]
    assert (await guest.send("chat.send", {"text": "hello"}))["ok"]

    # Reading what was just said needs no wait for the database.
    headers = {"authorization": f"Bearer {admitted['token']}"}
    page = (await api.http.get("/rooms/toys/history", headers=headers)).json()
    assert [event["data"].get("text") for event in page["events"]] == [None, "=1+1", "hello"]

    closed = await api.ask("POST", "/rooms/toys/close")
    await guest.until_at(closed["position"]["seq"])
    assert (await guest.say("late"))["error"]["code"] == "closed"
    assert (await api.ask("GET", "/rooms/toys", key=False)) == {
        "id": "toys",
        "title": "周末拼装大赛",
        "status": "closed",
    }

    sheet = (await api.http.get("/rooms/toys/export.csv", headers=api.key)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet, newline="")))
    assert [row["text"] for row in rows if row["type"] == "chat.sent"] == ["'=1+1", "hello"]
    assert [int(row["seq"]) for row in rows] == list(range(1, closed["position"]["seq"] + 1))

    await api.ask("DELETE", f"/rooms/toys/people/{admitted['user']}")
    export = (await api.http.get("/rooms/toys/export.json", headers=api.key)).text
    assert "hello" not in export
    assert "小王" not in export
    assert admitted["user"] not in export
    await guest.stop()


async def test_a_withdrawn_link_sends_home_who_came_by_it(api: Api) -> None:
    await api.ask("POST", "/rooms", {"id": "bricks", "title": "T"})
    link = await api.ask("POST", "/rooms/bricks/links", {"role": "host", "label": "店长"})
    admitted = await api.ask("POST", "/links/exchange", {"link": link["link"]}, key=False)
    settings = Settings(reconnect=False)
    host = Client(api.serving.url, admitted["token"], "bricks", user=admitted["user"], settings=settings)
    await host.start()
    guest, _ = await api.guest("bricks", "小王")

    assert await api.ask("DELETE", f"/rooms/bricks/links/{link['id']}") == 204
    assert host._task is not None
    done, _ = await asyncio.wait([host._task], timeout=30)
    assert done
    assert (await guest.say("still here"))["ok"]
    assert (await api.ask("POST", "/links/exchange", {"link": link["link"]}, key=False))["error"]["code"] == "revoked"
    await guest.stop()


async def test_what_was_made_outlives_a_restart(api: Api) -> None:
    await api.ask("POST", "/rooms", {"id": "kept", "title": "T"})
    kept = await api.ask("POST", "/rooms/kept/links", {"role": "wall"})
    gone = await api.ask("POST", "/rooms/kept/links", {"role": "host"})
    token = (await api.ask("POST", "/links/exchange", {"link": gone["link"]}, key=False))["token"]
    await api.ask("DELETE", f"/rooms/kept/links/{gone['id']}")
    await api.serving.kill()
    await api.serving.start()

    assert (await api.ask("POST", "/links/exchange", {"link": kept["link"]}, key=False))["role"] == "wall"
    answer = await api.http.post("/rooms/kept/close", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "revoked")
    assert (await api.ask("POST", "/rooms", {"id": "kept", "title": "T"}))["error"]["code"] == "conflict"
