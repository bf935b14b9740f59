"""Two whole servers in one process, on one Redis: what members see, wherever they are connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from loadtests.engines import RedisServer, flushed
from protocols.messages import Role
from server.app import App
from server.hosting.follower import Follower
from tests.cluster.houses import until
from tests.server.running import PATIENCE_S, Raw, raw, ready, served, token

Gateways = tuple[tuple[App, str], tuple[App, str]]


@pytest.fixture
async def gateways(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Gateways]:
    await flushed([redis_server])
    url = SecretStr(redis_server.url)
    async with (
        served(tmp_path, redis_url=url, node_id="n1") as one,
        served(tmp_path, redis_url=url, node_id="n2") as two,
    ):
        yield one, two


async def ended(client: Raw) -> str:
    """Why the server ended this client's being here."""
    told: dict[str, str] = (await client.until("connection.closed"))[1]
    assert await client.answerless() == "41"
    return told["reason"]


async def test_members_of_both_hear_one_order_and_count_together(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "ann")}) as ann,
        raw(at_two, {"token": token(two, "bob")}) as bob,
    ):
        assert (await ann.join())["ok"]
        assert (await bob.join())["ok"]
        assert isinstance(two.core.directory.get("r1"), Follower)
        first = await ann.ask("chat.send", {"id": "1", "room": "r1", "text": "from one"})
        second = await bob.ask("chat.send", {"id": "1", "room": "r1", "text": "from two"})
        assert second["position"]["seq"] == first["position"]["seq"] + 1
        # Told before they are acked, as by a host.
        assert [event[1]["data"]["text"] for event in bob.seen if event[0] == "chat.sent"] == ["from one", "from two"]
        await ann.until("chat.sent")
        for client in (ann, bob):
            while (await client.until("room.occupancy"))[1]["count"] != 2:
                pass
        assert one.services.lobby.people("r1") == two.services.lobby.people("r1") == 2
        for client, times in ((ann, 3), (bob, 2)):
            tapped = {"id": "t", "room": "r1", "kind": "heart", "times": times}
            assert (await client.ask("reaction.send", tapped))["ok"]
        for client in (ann, bob):
            hearts = 0
            while hearts < 5:
                hearts += (await client.until("reaction.counts"))[1]["counts"]["heart"]
            assert hearts == 5
    await until(lambda: not one.services.lobby.people("r1") and not two.services.lobby.people("r1"))


async def test_a_ban_on_one_node_ends_sockets_on_the_other(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "hana", Role.HOST)}) as hana,
        raw(at_two, {"token": token(two, "ann")}) as ann,
    ):
        await hana.join()
        await ann.join()
        assert (await hana.ask("person.ban", {"id": "b", "room": "r1", "user": "ann"}))["ok"]
        assert await asyncio.wait_for(ended(ann), PATIENCE_S) == "banned"
    async with raw(at_two, {"token": token(two, "ann")}, refused=True) as again:
        assert "banned" in await again.until_packet("44")


async def test_another_role_holds_on_the_other_node(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "hana", Role.HOST)}) as hana,
        raw(at_two, {"token": token(two, "ann")}) as ann,
    ):
        await hana.join()
        await ann.join()
        assert (await hana.ask("person.role", {"id": "b", "room": "r1", "user": "ann", "role": "moderator"}))["ok"]
        assert (await asyncio.wait_for(ann.until("room.role"), PATIENCE_S))[1]["role"] == "moderator"
        assert (await ann.join())["audience"] == "hosts"


async def test_a_link_withdrawn_on_one_node_is_withdrawn_on_the_other(gateways: Gateways) -> None:
    (one, _), (two, at_two) = gateways
    link = await one.links.create("r1", Role.ATTENDEE)
    async with raw(at_two, {"token": token(two, "ann", link=link.id)}) as ann:
        await ann.join()
        await one.links.revoke("r1", link.id)
        assert await asyncio.wait_for(ended(ann), PATIENCE_S) == "expired"
    assert two.links.revoked(link.id)


@pytest.mark.parametrize("within_ms", [0, 2_000], ids=["given up", "handed over"])
async def test_members_of_a_node_whose_neighbour_stops_stay(gateways: Gateways, within_ms: int) -> None:
    (one, _), (two, at_two) = gateways
    async with raw(at_two, {"token": token(two, "ann")}) as ann:
        await ann.join()
        # It lives on for a while, and must not keep the room.
        await one.drain(within_ms)
        answer: dict[str, Any] = {"ok": False}
        async with asyncio.timeout(PATIENCE_S):
            while not answer["ok"]:
                answer = await ann.ask("chat.send", {"id": "1", "room": "r1", "text": "still here"})
        assert not isinstance(two.core.directory.get("r1"), Follower)


async def test_both_are_ready(gateways: Gateways) -> None:
    for app, address in gateways:
        await ready(app)
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            answer = (await client.get("/readyz")).json()
            assert (answer["ready"], answer["reasons"]) == (True, {})
