"""A message's way over two servers on one Redis, as the command line shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from loadtests.engines import RedisServer
from server.app import App
from server.hosting.follower import Follower
from server.tracing import printed, traced_on_all
from tests.server.running import raw, served, token

CANARY = "canary-5517"
Gateways = tuple[tuple[App, str], tuple[App, str]]


@pytest.fixture
async def gateways(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Gateways]:
    url = SecretStr(redis_server.url)
    async with (
        served(tmp_path, redis_url=url, node_id="n1") as one,
        served(tmp_path, redis_url=url, node_id="n2") as two,
    ):
        yield one, two


async def lines(redis: RedisServer, data: Path, id_: str, room: str | None = None) -> list[str]:
    ways, silent = await traced_on_all(data, id_, room, redis=redis.url)
    assert silent == []
    return list(printed(ways))


async def test_a_message_from_another_node_is_followed_through_both(
    redis_server: RedisServer, gateways: Gateways, tmp_path: Path
) -> None:
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "ann")}) as ann,
        raw(at_two, {"token": token(two, "bob")}) as bob,
    ):
        assert (await ann.join())["ok"]
        assert (await bob.join())["ok"]
        assert isinstance(two.core.directory.get("r1"), Follower)
        ack = await bob.ask("chat.send", {"id": "b1", "room": "r1", "text": CANARY})
        await ann.ask("chat.send", {"id": "a1", "room": "r1", "text": CANARY})
        await bob.until("chat.sent")
        place = f"r1:{ack['position']['epoch']}:{ack['position']['seq']}"

        said = await lines(redis_server, tmp_path, "b1")
        assert said[0] == "chat.send b1 by bob in r1"
        assert [line.split()[0] for line in said[1:11]] == [
            *("came", "received", "queued", "taken", "decided", "committed", "told", "answered", "told", "passed"),
        ]
        text = "\n".join(said)
        assert "to n2, forwarded to n1" in text
        assert "by n1" in said[2]
        assert place in said[5]
        assert "1 connections there" in said[7]
        assert "by n2, 1 connections there" in said[9]
        assert said[10].endswith(f"ms after it came: {place}")
        assert "in the log yes" in text

        # One that needed no forwarding was followed too.
        said = await lines(redis_server, tmp_path, "a1", "r1")
        assert not any("forwarded" in line for line in said)
        assert any("by n2, 1 connections there" in line for line in said)
        assert await lines(redis_server, tmp_path, "nobody") == []
        assert CANARY not in text


async def test_what_the_nodes_have_forgotten_is_found_in_the_log(
    redis_server: RedisServer, gateways: Gateways, tmp_path: Path
) -> None:
    (one, at_one), (two, _) = gateways
    async with raw(at_one, {"token": token(one, "ann")}) as ann:
        assert (await ann.join())["ok"]
        await ann.ask("chat.send", {"id": "a1", "room": "r1", "text": CANARY})
    for app in (one, two):
        app.core.trace.ring.clear()
        app.core.trace.heard.clear()
    said = await lines(redis_server, tmp_path, "a1")
    assert said[0].startswith("chat.sent by ann in r1")
    assert any("in the log yes" in line for line in said)
