"""Two whole servers on one Redis: what holds for a person holds on both, whichever they come to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from loadtests.engines import RedisServer, flushed
from protocols.errors import Code, Refused
from protocols.messages import Role
from server import attendance
from server.app import App, running
from server.config import Settings, SettingsError
from server.gateway import viewing
from server.seats import FREE_TRIES
from server.staff.roles import StaffRole
from server.store.staff import StoredAccounts
from server.tries import FREE
from tests.cluster.houses import until
from tests.cluster.test_two_gateways import ended
from tests.server.running import PATIENCE_S, raw, served, token
from tests.server.staff.tables import MemoryStaff

Gateways = tuple[tuple[App, str], tuple[App, str]]
Send = Callable[[str], Awaitable[httpx.Response]]
GUESTS = 12
STREAM = "https://live.example/a.m3u8"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateways(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateways]:
    """The same two for all tests here, each with people of its own."""
    await flushed([redis_server])
    data = tmp_path_factory.mktemp("across")
    shared: dict[str, Any] = {
        "redis_url": SecretStr(redis_server.url),
        "guests_per_minute": GUESTS,
        "stream_hosts": "live.example",
    }
    async with served(data, node_id="n1", **shared) as one, served(data, node_id="n2", **shared) as two:
        yield one, two


async def allowed(addresses: list[str], send: Send, most: int = 60) -> int:
    """How many of such requests are not slowed, on one node and the other by turns."""
    for n in range(most):
        if (await send(addresses[n % len(addresses)])).status_code == 429:
            return n
    return most


async def test_a_person_on_two_nodes_counts_once(gateways: Gateways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "TELL_S", 0.1)
    (one, at_one), (two, at_two) = gateways
    nodes = [node.core.neighbours.attendance for node in (one, two) if node.core.neighbours]

    def uncounted() -> int:
        """How many sockets' people are counted on the other node."""
        return sum(len(each._elsewhere) for each in nodes if each)

    def counts() -> list[int]:
        return [node.services.lobby.people("r1") for node in (one, two)]

    async with raw(at_one, {"token": token(one, "bob")}) as bob, raw(at_two, {"token": token(two, "ann")}) as ann:
        for client in (bob, ann):
            await client.join()
        await until(lambda: counts() == [2, 2])
        async with raw(at_one, {"token": token(one, "ann")}) as again:
            occupancy = (await again.join())["room"]["occupancy"]
            assert occupancy in {2, 3}, "the nodes have not told each other of her yet"
            await until(lambda: uncounted() == 1)
            await until(lambda: counts() == [2, 2])
        await until(lambda: uncounted() == 0)
        assert counts() == [2, 2]
    await until(lambda: counts() == [0, 0])


async def test_a_host_on_one_node_sees_how_late_the_stream_comes_on_the_other(
    gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "TELL_S", 0.1)
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "sara", Role.HOST)}) as host,
        raw(at_two, {"token": token(two, "vera")}) as viewer,
    ):
        await host.join()
        await viewer.join()
        assert (await host.ask("stream.set", {"id": "s", "room": "r1", "address": STREAM}))["ok"]
        assert (await viewer.ask("stream.report", {"id": "v", "room": "r1", "delay_ms": 4_200}))["ok"]
        async with asyncio.timeout(30):
            while (told := (await host.until("stream.delay"))[1])["viewers"] == 0:
                pass
        assert told == {"room": "r1", "viewers": 1, "median_ms": 4_200, "p90_ms": 4_200}
        assert (await host.ask("stream.clear", {"id": "c", "room": "r1"}))["ok"]


async def test_a_host_on_one_node_sees_who_is_on_the_other(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways

    async def listed() -> dict[str, bool]:
        people = (await hana.ask("people.list", {"id": "p", "room": "r1"}))["people"]
        return {each["id"]: each.get("away", False) for each in people}

    async def seen(wanted: dict[str, bool]) -> None:
        async with asyncio.timeout(30):
            while not wanted.items() <= (await listed()).items():
                await hana.until("room.people")

    async with raw(at_one, {"token": token(one, "hana", Role.HOST)}) as hana:
        await hana.join()
        async with raw(at_two, {"token": token(two, "ida")}) as ida:
            await ida.join()
            await seen({"hana": False, "ida": False})
            async with raw(at_one, {"token": token(one, "ida")}) as again:
                await again.join()
        await seen({"hana": False, "ida": True})


async def test_shops_are_counted_over_both_nodes(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "hana", Role.HOST)}) as hana,
        raw(at_one, {"token": token(one, "eva", shop="east")}) as eva,
        raw(at_two, {"token": token(two, "eva", shop="east")}) as eva_too,
        raw(at_two, {"token": token(two, "wim", shop="west")}) as wim,
    ):
        for client in (hana, eva, eva_too, wim):
            await client.join()
        shops = [{"id": "east", "name": "东店"}, {"id": "west", "name": "西店"}]
        sent = {"id": "s", "room": "r1", "settings": {"shops": shops}}
        assert (await hana.ask("room.configure", sent))["ok"]
        async with asyncio.timeout(30):
            while (await wim.until("room.occupancy"))[1].get("shops") != {"east": 1, "west": 1}:
                pass
        question = {"question": "?", "kind": "single", "options": ["a", "b"]}
        assert (await hana.ask("poll.create", {"id": "c", "room": "r1", **question}))["ok"]
        poll = (await hana.join())["view"]["polls"]["polls"][-1]["poll"]
        assert (await hana.ask("poll.open", {"id": "o", "room": "r1", "poll": poll}))["ok"]
        for client, choice in ((eva, 0), (wim, 1), (eva_too, 1)):
            vote = {"id": f"v{choice}", "room": "r1", "poll": poll, "choices": [choice]}
            assert (await client.ask("poll.vote", vote))["ok"]
        assert (await hana.ask("poll.close", {"id": "e", "room": "r1", "poll": poll}))["ok"]
        shown = (await hana.join())["view"]["polls"]["polls"][-1]["result"]
        for result in (shown, (await wim.until("poll.closed"))[1]["data"]["result"]):
            assert (result["counts"], result["voters"]) == ([0, 2], 2)
            assert result["shops"] == {
                "east": {"counts": [0, 1], "voters": 1},
                "west": {"counts": [0, 1], "voters": 1},
            }


async def test_a_wall_waits_on_one_node_and_is_let_in_on_the_other(
    gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, at_one), (two, at_two) = gateways
    monkeypatch.setattr(one.services.pairings, "_look_s", 600.0)  # it is told, and need not find out by looking
    key = await two.services.keys.create("made on two")
    async with httpx.AsyncClient() as client:
        api_one, api_two = f"http://{at_one}/api/v1", f"http://{at_two}/api/v1"
        begun = (await client.post(f"{api_one}/pairings", json={})).json()
        waits = asyncio.create_task(
            client.post(f"{api_one}/pairings/collect", json={"pairing": begun["pairing"]}, timeout=60)
        )
        await until(lambda: len(one.services.pairings) == 1)
        let_in = await client.post(
            f"{api_two}/rooms/r1/pairings",
            json={"code": begun["code"], "label": "橱窗"},
            headers={"authorization": f"Bearer {key}"},
        )
        assert let_in.status_code == 201
        collected = (await waits).json()
        # A link that was made on one node opens the room on the other at once, and is withdrawn there at once.
        link = await one.links.opened(collected["link"])
        assert (link.room, link.role, link.label) == ("r1", Role.WALL, "橱窗")
        await two.links.revoke("r1", let_in.json()["link_id"])
        with pytest.raises(Refused) as refused:
            await one.links.opened(collected["link"])
        assert refused.value.code is Code.REVOKED


async def test_whoever_alternates_nodes_has_no_more_tries(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    nodes = [at_one, at_two]
    key = await one.services.keys.create("made on one")
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}) as client:

        def post(path: str, body: dict[str, Any]) -> Send:
            return lambda at: client.post(f"http://{at}/api/v1{path}", json=body)

        begun = time.monotonic()
        in_time = await allowed(nodes, post("/rooms/r1/guest", {"nickname": "小王"}))
        # A budget of a minute fills up again as time goes by.
        assert GUESTS <= in_time <= GUESTS + 1 + GUESTS * (time.monotonic() - begun) / 60
        assert await allowed(nodes, post("/rooms/r1/seat", {"code": "ABCD-EFGH"})) == FREE_TRIES
        assert await allowed(nodes, post("/rooms/r1/pairings", {"code": "ABC-DEF"})) == FREE
        login = {"login": "mei", "password": "wrong-horse-7"}
        signed = [await client.post(f"http://{at}/api/v1/staff/session", json=login) for at in nodes * 3]
        assert [answer.status_code for answer in signed] == [401] * FREE + [429]
    # What is in the database is there for both.
    seat = await one.services.seats.code("r1", "guest-sam", number="n", name="小山")
    assert (await two.services.seats.find("r1", seat.code)).user == "guest-sam"
    await two.services.forgotten.note("r1", "guest-tom")
    assert await one.services.forgotten.knows("r1", "guest-tom")
    # What a passkey signs is good once, wherever it comes back.
    handle, _ = one.staff.passkeys._challenges.make("add", "st_mei")
    assert (await two.staff.passkeys.subject(handle, "add"))[1] == "st_mei"
    with pytest.raises(Refused, match="too long"):
        await one.staff.passkeys.subject(handle, "add")


async def test_a_sender_has_one_budget_however_many_nodes(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    async with (
        raw(at_one, {"token": token(one, "sue")}) as here,
        raw(at_two, {"token": token(two, "sue")}) as there,
    ):
        await here.join()
        await there.join()
        answers = []
        for n in range(5):
            for client in (here, there):
                answers.append(await client.ask("chat.send", {"id": f"{n}", "room": "r1", "text": f"{n}"}))
        # Five at once, each sent twice: the same id is the same message.
        assert answers[::2] == answers[1::2]
        assert all(answer["ok"] for answer in answers)
        for client in (here, there):
            answer = await client.ask("chat.send", {"id": "more", "room": "r1", "text": "more"})
            assert answer["error"]["code"] == "rate_limited"
            assert answer["error"]["retry_after_ms"] > 0


async def test_nobody_stays_though_every_letter_is_lost(gateways: Gateways, monkeypatch: pytest.MonkeyPatch) -> None:
    (one, at_one), (two, at_two) = gateways
    assert one.core.neighbours is not None
    tables = MemoryStaff()
    mei = tables.member("st_mei", StaffRole.STAFF, "s1")
    await StoredAccounts(one.core.database).add(mei)
    _, signed_in = await one.staff.sessions.begin(mei, "a browser")
    link = await one.links.create("r1", Role.ATTENDEE)
    expires = one.core.clock.now() + 2000
    async with (
        raw(at_two, {"token": token(two, "mei", Role.HOST, session=signed_in.session.id)}) as host,
        raw(at_two, {"token": token(two, "ann", link=link.id)}) as ann,
        raw(at_two, {"token": token(two, "bob", expires_at=expires)}) as bob,
        raw(at_two, {"token": token(two, "cat")}) as cat,
        raw(at_one, {"token": token(one, "hana", Role.HOST)}) as hana,
    ):
        for client in (host, ann, bob, cat, hana):
            assert (await client.join())["ok"]
        lost: list[Any] = []
        monkeypatch.setattr(one.core.neighbours.post, "send_all", lost.append)
        await one.links.revoke("r1", link.id)
        await one.staff.sessions.end_all(mei.id)
        assert {letter[0] for letter in lost} == {"revoked", "signed_out"}
        # Kicks and bans are in the room's log, and need no letter.
        assert (await hana.ask("person.kick", {"id": "k", "room": "r1", "user": "cat"}))["ok"]
        assert await asyncio.wait_for(ended(cat), PATIENCE_S) == "kicked"
        async with asyncio.timeout(PATIENCE_S):
            assert [await ended(client) for client in (ann, host)] == ["expired", "expired"]
        assert await asyncio.wait_for(ended(bob), PATIENCE_S) == "expired"


async def test_a_server_with_another_secret_does_not_join(
    gateways: Gateways, redis_server: RedisServer, tmp_path: Path
) -> None:
    """There the same browser would be another person, and have another vote."""
    url, other = SecretStr(redis_server.url), SecretStr("another secret for tests 0123456789 abcdefg")
    with pytest.raises(SettingsError, match="SHOWFLOOR_SECRET: the other servers"):
        async with running(Settings(data=tmp_path, secret=other, redis_url=url, node_id="n3")):
            pass
    assert all("n3" not in node for app, _ in gateways for node in _others(app))


def _others(app: App) -> list[str]:
    assert app.core.neighbours is not None
    owners = app.core.neighbours.owners
    return [node.partition(".")[0] for node in owners.nodes.others(owners.now)]


async def test_a_ban_on_one_node_holds_for_those_who_are_just_coming_to_the_other(gateways: Gateways) -> None:
    (one, at_one), (two, at_two) = gateways
    heard = 0

    async def come_again_and_again() -> None:
        nonlocal heard
        while True:
            async with raw(at_two, {"token": token(two, "max")}, refused=True) as ann:
                packet = await ann.packet()
                if packet.startswith("44"):
                    assert "banned" in packet
                    return
                await ann.send("room.join", {"id": "j", "room": "r1"})
                while not packet.startswith("41"):
                    packet = await ann.packet()
                    heard += '"before"' in packet
                    assert '"later"' not in packet

    async with raw(at_one, {"token": token(one, "hana", Role.HOST)}) as hana:
        await hana.join()
        coming = [asyncio.create_task(come_again_and_again()) for _ in range(5)]
        for n in range(4):
            assert (await hana.ask("chat.send", {"id": f"{n}", "room": "r1", "text": "before"}))["ok"]
            await asyncio.sleep(0.02)
        assert (await hana.ask("person.ban", {"id": "b", "room": "r1", "user": "max"}))["ok"]
        for n in range(10):
            await hana.ask("chat.send", {"id": f"after {n}", "room": "r1", "text": "later"})
            await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*coming)
    assert heard
