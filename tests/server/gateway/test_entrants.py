"""What is decided on people holds at once: on their sockets, at the next CONNECT, in a resume, after a restart."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import socketio

from loadtests.polling import open_polling
from protocols.limits import OUTBOX_LIMIT, STAFF_OUTBOX_LIMIT
from protocols.messages import Role
from server.app import App
from server.gateway.door import Door
from server.hosting.at_work import AtWork
from server.hosting.host import Host
from tests.server.running import Raw, raw, served, token


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[App, str]]:
    async with served(tmp_path) as running:
        yield running


def auth(app: App, user: str, role: Role = Role.ATTENDEE, **more: Any) -> dict[str, Any]:
    return {"token": token(app, user, role, **more)}


async def decide(host: Raw, word: str, user: str, **fields: Any) -> dict[str, Any]:
    answer = await host.ask(word, {"id": f"d-{time.monotonic_ns()}", "room": "r1", "user": user, **fields})
    return answer.get("error") or answer


async def say(client: Raw, text: str) -> dict[str, Any]:
    return await client.ask("chat.send", {"id": f"c-{time.monotonic_ns()}", "room": "r1", "text": text})


async def refusal(address: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The packet 44 that this CONNECT gets."""
    async with raw(address, sent, refused=True) as nobody:
        packet = await nobody.answerless()
        assert packet.startswith("44"), packet
        refused: dict[str, Any] = orjson.loads(packet[2:])
        return refused


async def put_out(client: Raw) -> str:
    """Reads to the end of a connection; the reason that came before it."""
    assert await client.answerless() == "41"
    await client.ended()
    assert client.seen[-1][0] == "connection.closed"
    reason: str = client.seen[-1][1]["reason"]
    return reason


async def test_who_is_banned_goes_and_does_not_come_back(server: tuple[App, str]) -> None:
    app, address = server
    ann = auth(app, "ann")
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, ann) as one, raw(address, ann) as two:
        for client in (host, one):
            await client.join()
        pid, place = one.connected["pid"], (await one.until("room.position"))[-1]
        assert (await decide(host, "person.ban", "ann"))["ok"] is True
        assert await put_out(one) == "banned"
        assert one.close_code == 4502
        assert await put_out(two) == "banned", "one that had not joined too"
        await say(host, "without Ann")

        for sent in (ann, {**ann, "pid": pid, "offset": place}):
            assert (await refusal(address, sent))["data"]["code"] == "banned"
        assert len(app.door.entrants) == 1, "who is refused leaves nothing behind"

        await decide(host, "person.unban", "ann")
        async with raw(address, ann) as back:
            assert (await back.join())["ok"] is True


async def test_who_is_kicked_goes_and_may_come_back(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, auth(app, "mo", Role.MODERATOR)) as host, raw(address, auth(app, "ann")) as ann:
        for client in (host, ann):
            await client.join()
        await decide(host, "person.kick", "ann")
        assert await put_out(ann) == "kicked"
        async with raw(address, auth(app, "ann")) as back:
            assert (await back.join())["ok"] is True
            assert [event[0] for event in back.seen].count("connection.closed") == 0


async def test_a_host_made_an_attendee_hears_nothing_of_the_hosts(server: tuple[App, str]) -> None:
    app, address = server
    second = auth(app, "second", Role.HOST)
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, second) as other:
        await host.join()
        known = await other.join()
        pid, place = other.connected["pid"], (await other.until("room.position"))[-1]
        assert "roles" in known["view"]["people"]
        await decide(host, "person.role", "second", role="attendee", name="Second")
        assert (await other.until("room.role"))[1] == {"room": "r1", "role": "attendee"}
        assert [event[0] for event in other.seen].count("person.role_changed") == 0
        assert (await say(other, "hi"))["error"]["code"] == "not_joined"

        again = await other.join(position=known["position"], audience="hosts")
        assert (again["recovered"], again["reason"], again["audience"]) == (False, "role", "everyone")
        assert again["you"]["role"] == "attendee"
        assert again["view"]["people"] == {}
        assert (await decide(other, "person.kick", "lin"))["code"] == "forbidden"
        assert (await say(other, "hi"))["ok"] is True

        async with raw(address, {**second, "pid": pid, "offset": place}) as stock:
            assert stock.connected["pid"] != pid, "what it was told as a host is not gone on with"
            assert (await stock.join())["audience"] == "everyone"


async def test_an_attendee_made_a_moderator_hears_what_hosts_hear(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, auth(app, "ann")) as ann:
        await host.join()
        known = await ann.join()
        members = app.core.members.get("r1")
        assert members is not None
        assert members.occupancy == 1
        await decide(host, "person.role", "ann", role="moderator")
        await ann.until("room.role")
        again = await ann.join(position=known["position"])
        assert (again["reason"], again["audience"]) == ("role", "hosts")
        assert members.occupancy == 0, "those who run the room are not counted"
        assert (await decide(ann, "person.kick", "ben"))["ok"] is True


async def test_a_moderator_puts_out_no_host(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, auth(app, "mo", Role.MODERATOR)) as mo, raw(address, auth(app, "lin", Role.HOST)) as host:
        for client in (mo, host):
            await client.join()
        await decide(mo, "person.kick", "lin")
        await decide(mo, "person.ban", "lin")
        assert (await say(host, "still here"))["ok"] is True
        async with raw(address, auth(app, "lin", Role.HOST)) as again:
            assert (await again.join())["audience"] == "hosts"


async def test_it_holds_after_a_restart(tmp_path: Path) -> None:
    """From the log; the second time from the snapshot that the first stop wrote."""
    async with served(tmp_path) as (app, address), raw(address, auth(app, "lin", Role.HOST)) as host:
        await host.join()
        await decide(host, "person.ban", "ann", name="Ann")
        await decide(host, "person.role", "second", role="attendee")
    for _ in range(2):
        async with served(tmp_path) as (app, address):
            assert (await refusal(address, auth(app, "ann")))["data"]["code"] == "banned"
            async with raw(address, auth(app, "second", Role.HOST)) as second:
                assert (await second.join())["audience"] == "everyone"


async def test_a_ban_while_the_room_is_being_opened_holds(
    server: tuple[App, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, address = server
    directory = app.core.directory
    opened = directory.open
    opens, asked = asyncio.Event(), asyncio.Event()
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, auth(app, "ann")) as ann:
        await host.join()
        place = (await host.join())["position"]
        for number in range(3):
            await say(host, f"missed {number}")

        async def open_late(room: str) -> AtWork:
            asked.set()
            await opens.wait()
            return await opened(room)

        monkeypatch.setattr(directory, "open", open_late)
        await ann.send("room.join", {"id": "j", "room": "r1", "position": place})
        await asyncio.wait_for(asked.wait(), 5)
        await decide(host, "person.ban", "ann")
        opens.set()
        assert await put_out(ann) == "banned"
        assert [event[0] for event in ann.seen] == ["connection.closed"]


async def test_a_page_of_history_is_for_the_role_of_now(
    server: tuple[App, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, address = server
    joining = app.door._joining
    history, pages = joining.history, iter([True, False])
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, auth(app, "two", Role.HOST)) as two:
        for client in (host, two):
            await client.join()
        await decide(host, "person.kick", "nobody")

        async def slow(viewer: Any, request: Any) -> bytes:
            page = await history(viewer, request)
            if next(pages):
                await decide(host, "person.role", "two", role="attendee")
            return page

        monkeypatch.setattr(joining, "history", slow)
        answer = await two.ask("room.history", {"id": "h", "room": "r1"})
    assert [event["type"] for event in answer["events"]] == ["room.created"]


async def test_who_polls_is_put_out_too_and_gets_nothing_that_waited(server: tuple[App, str]) -> None:
    app, address = server
    packets: list[str] = []
    joined, ended = asyncio.Event(), asyncio.Event()

    def took(packet: str) -> None:
        packets.append(packet)
        match packet[:2]:
            case "40":
                wire.send('421["room.join",{"id":"j","room":"r1"}]')
            case "43":
                joined.set()
            case "41":
                ended.set()

    async with raw(address, auth(app, "lin", Role.HOST)) as host:
        await host.join()
        wire = await open_polling(f"http://{address}", took, lambda _reason: None)
        wire.send("40" + orjson.dumps(auth(app, "ann")).decode())
        await asyncio.wait_for(joined.wait(), 5)
        await decide(host, "person.ban", "ann")
        await say(host, "without Ann")
        await asyncio.wait_for(ended.wait(), 5)
        wire.abort()
    assert not any("without Ann" in packet for packet in packets)
    assert packets[-1] == "41"
    assert "banned" in packets[-2]


async def test_the_client_of_python_stays_away(server: tuple[App, str]) -> None:
    app, address = server
    client = socketio.AsyncClient()
    gone, refused = asyncio.Event(), asyncio.Queue[Any]()
    client.on("disconnect", lambda *_reason: gone.set())
    async with raw(address, auth(app, "lin", Role.HOST)) as host:
        await host.join()
        await client.connect(f"http://{address}", auth=auth(app, "ann"), transports=["websocket"], wait_timeout=30)
        assert (await client.call("room.join", {"id": "j", "room": "r1"}))["ok"] is True
        await decide(host, "person.ban", "ann")
        await asyncio.wait_for(gone.wait(), 30)
        await client.wait()
        assert not client.connected

        again = socketio.AsyncClient(reconnection=False)
        again.on("connect_error", refused.put_nowait)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await again.connect(f"http://{address}", auth=auth(app, "ann"), transports=["websocket"], wait_timeout=30)
        assert (await refused.get())["data"]["code"] == "banned"
    for each in (client, again):
        await each.shutdown()


async def test_those_who_run_a_room_may_have_more_waiting_and_no_longer_than_they_do(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, auth(app, "ann")) as ann:
        for client in (host, ann):
            await client.join()
        (hosts,) = app.door.entrants._people["r1", "lin"]
        (anns,) = app.door.entrants._people["r1", "ann"]
        assert (hosts.connection.outbox_limit, anns.connection.outbox_limit) == (STAFF_OUTBOX_LIMIT, OUTBOX_LIMIT)
        for role, limit in (("moderator", STAFF_OUTBOX_LIMIT), ("attendee", OUTBOX_LIMIT)):
            await decide(host, "person.role", "ann", role=role)
            await ann.until("room.role")
            await ann.join()
            assert anns.connection.outbox_limit == limit


async def test_one_with_something_waiting_is_cut_off_when_the_role_changes(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, auth(app, "lin", Role.HOST)) as host, raw(address, auth(app, "two", Role.HOST)) as two:
        for client in (host, two):
            await client.join()
        (socket,) = app.door.entrants._people["r1", "two"]
        socket.connection.pause_writing()
        await decide(host, "person.kick", "somebody", name="for hosts alone")
        assert socket.connection.lags
        await decide(host, "person.role", "two", role="attendee")
        await two.ended()
        assert two.close_code == 4006
        with pytest.raises(Exception, match="4006"):
            await two.until("person.kicked")


async def test_a_host_that_takes_over_knows_what_nobody_was_told(server: tuple[App, str]) -> None:
    """As after a log that somebody else went on with: the members learn it when the host is there."""
    app, address = server
    async with (
        raw(address, auth(app, "lin", Role.HOST)) as host,
        raw(address, auth(app, "ann")) as ann,
        raw(address, auth(app, "two", Role.HOST)) as two,
    ):
        for client in (host, ann, two):
            await client.join()
        app.core.members.heed = lambda _room, _records: None
        await decide(host, "person.ban", "ann")
        await decide(host, "person.role", "two", role="attendee")
        room = app.core.directory.get("r1")
        assert isinstance(room, Host)
        room._abandon()
        await app.core.directory.open("r1")
        assert await put_out(ann) == "banned"
        assert (await two.until("room.role"))[1]["role"] == "attendee"


async def test_a_bot_speaks_for_nobody_who_looks_like_staff(server: tuple[App, str]) -> None:
    app, address = server
    app.links.names.note("r1", "Lin")
    await app.links.names.of("r1")
    app.links.names.note("r1", "小美")
    async with raw(address, auth(app, "robot", Role.BOT)) as bot:
        await bot.join()
        for name, code in (("Wen", None), ("小美", "invalid"), ("Admin Wen", "invalid")):
            person = {"id": "w1", "name": name, "via": "wecom"}
            wish = {"id": f"c-{time.monotonic_ns()}", "room": "r1", "text": "hi", "on_behalf_of": person}
            assert (await bot.ask("chat.send", wish)).get("error", {}).get("code") == code


async def test_without_names_to_look_at_the_door_asks_nobody(server: tuple[App, str]) -> None:
    app, _address = server
    door = Door(identity=app.identity, joining=app.door._joining, pids=app.door._pids, rate=app.door._throttles._rate)
    assert await door._staff_names("r1") == ()


async def test_each_goes_when_their_own_token_has_run_out(server: tuple[App, str]) -> None:
    app, address = server
    entrants, soon = app.door.entrants, int(time.time() * 1000) + 60_000
    async with (
        raw(address, auth(app, "ann", expires_at=soon)) as ann,
        raw(address, auth(app, "bob", expires_at=soon + 20_000)) as bob,
        raw(address, auth(app, "cem")),
    ):
        entrants.expire(soon - 2_000)
        assert len(entrants) == 3
        entrants.expire(soon)
        assert await put_out(ann) == "expired"
        entrants.expire(soon + 10_000)
        entrants.expire(soon + 20_000)
        assert await put_out(bob) == "expired"
        assert len(entrants) == 1
