"""The door over real connections: who comes in, in what order things are answered, and who is told what."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from protocols.errors import Code, Refused
from protocols.messages import Role
from rooms.settings import RoomSettings
from server.app import App
from server.gateway import entrants
from server.hosting.at_work import AtWork
from server.outside import CheckFailed, Finding
from server.text_check import TextChecks
from tests.server.running import OWNER, Raw, raw, served, token


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[App, str]]:
    async with served(tmp_path) as running:
        yield running


def chat(text: str, name: str = "c1", room: str = "r1") -> dict[str, Any]:
    return {"id": name, "room": room, "text": text}


async def test_a_message_is_acked_with_the_place_at_which_everyone_is_told(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann, raw(address, {"token": token(app, "bob")}) as bob:
        joined = await ann.join()
        assert joined["recovered"] is False
        assert joined["reason"] == "first"
        assert joined["you"] == {"id": "ann", "name": "Ann", "role": "attendee", "guest": False}
        await bob.join()

        answer = await ann.ask("chat.send", chat("你好"))
        _, told, place = await bob.until("chat.sent")

    assert answer["ok"] is True
    assert {"epoch": told["epoch"], "seq": told["seq"]} == answer["position"]
    assert told["by"] == {"id": "ann", "name": "Ann", "role": "attendee"}
    assert place == f"r1:{told['epoch']}:{told['seq']}:everyone"


async def test_what_is_sent_behind_a_join_waits_for_it(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        await ann.send("room.join", {"id": "j", "room": "r1"})
        await ann.send("chat.send", chat("one", "c1"))
        await ann.send("chat.send", chat("two", "c2"))
        answers = [await ann.answer() for _ in range(3)]

    assert [answer["ok"] for answer in answers] == [True, True, True]
    assert answers[1]["position"]["seq"] + 1 == answers[2]["position"]["seq"]


async def test_what_is_sent_behind_a_join_that_is_refused_is_refused_too(
    server: tuple[App, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        with monkeypatch.context() as busy:

            async def unavailable(_room: str) -> AtWork:
                raise Refused(Code.UNAVAILABLE)

            busy.setattr(app.core.directory, "open", unavailable)
            await ann.send("room.join", {"id": "j", "room": "r1"})
            await ann.send("chat.send", chat("one", "c1"))
            refused = [(await ann.answer())["error"]["code"] for _ in range(2)]
        assert refused == ["unavailable", "not_joined"]
        await ann.send("room.join", {"id": "j2", "room": "r1"})
        await ann.send("chat.send", chat("one", "c1"))
        assert [(await ann.answer())["ok"] for _ in range(2)] == [True, True]
    assert [event[1]["data"]["text"] for event in ann.seen if event[0] == "chat.sent"] == ["one"]


async def test_more_behind_a_join_than_waits_keeps_its_order(
    server: tuple[App, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of what waits is answered at once, which lets the rest be read while the other half still waits."""
    app, address = server
    settings = RoomSettings(person_burst=1000, person_rate=1000, room_rate=1000)
    host = await app.core.directory.create_room("r2", "Room two", settings, by=OWNER)
    opens = asyncio.Event()

    async def open_late(_room: str) -> AtWork:
        await opens.wait()
        return host

    async with raw(address, {"token": token(app, "ann", room="r2")}) as ann:
        monkeypatch.setattr(app.core.directory, "open", open_late)
        sent: list[tuple[str, dict[str, Any]]] = [("room.join", {"id": "j", "room": "r2"})]
        sent += [("room.fly", {"id": f"f{number}", "room": "r2"}) for number in range(40)]
        sent += [("chat.send", chat(str(number), f"c{number}", "r2")) for number in range(50)]
        ann.at_once(f"42{at}" + orjson.dumps(each).decode() for at, each in enumerate(sent))
        (connection,) = app.gateway.connections.values()
        while not connection._blocked:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        opens.set()
        answers = [await ann.answer() for _ in range(91)]

    assert sum(answer["ok"] for answer in answers) == 51
    assert [event[1]["data"]["text"] for event in ann.seen if event[0] == "chat.sent"] == [str(n) for n in range(50)]


async def test_nothing_is_refused_that_was_read_before_the_connection_paused(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        ann.at_once(f'42{number}["room.history",{{"id":"h","room":"r1"}}]' for number in range(99))
        answers = [await ann.answer() for _ in range(99)]

    assert all(answer["ok"] for answer in answers)


async def test_what_waits_is_answered_when_its_socket_leaves(server: tuple[App, str]) -> None:
    """A connection that owes too many answers is not read: it would hang for ever, and nobody would see it die."""
    app, address = server
    auth = {"token": token(app, "ann")}
    async with raw(address, auth) as ann:
        for _ in range(3):
            for number in range(40):
                await ann.send("room.history", {"id": f"h{number}", "room": "r1"})
            ann.at_once(["41", "40" + orjson.dumps(auth).decode()])
            await ann.until_packet("40")
        await ann.join()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("chat.send", {"id": "c", "room": "r1", "text": "hi"}, "not_joined"),
        ("chat.send", {"id": "c", "room": "r2", "text": "hi"}, "forbidden"),
        ("room.join", {"id": "c", "room": "r2"}, "forbidden"),
        ("room.join", {"id": "c", "room": "r1", "as": "host"}, "invalid"),
        ("room.fly", {"id": "c", "room": "r1"}, "unknown_command"),
        ("chat.send", "hi", "invalid"),
        ("chat.send", {"room": "r1", "text": "hi"}, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_code(
    server: tuple[App, str], name: str, data: Any, code: str
) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        answer = await ann.ask(name, data)

    assert answer["ok"] is False
    assert answer["error"]["code"] == code
    assert answer["error"]["retry"] is False


@pytest.mark.parametrize("auth", [{}, {"token": "x"}, {"token": 7}, {"token": None, "protocol": 2}])
async def test_without_a_good_token_nobody_comes_in(server: tuple[App, str], auth: dict[str, Any]) -> None:
    _, address = server
    async with raw(address, auth, refused=True) as nobody:
        packet = await nobody.packet()

    assert packet.startswith("44")
    assert "code" in packet


async def test_who_comes_back_gets_what_was_missed_and_no_more(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        await ann.join()
        first = await ann.ask("chat.send", chat("one", "c1"))
        await ann.ask("chat.send", chat("two", "c2"))
        await ann.ask("chat.send", chat("three", "c3"))

        async with raw(address, {"token": token(app, "bob")}) as bob:
            back = await bob.join(position=first["position"])
            as_host = await bob.join(position=first["position"], audience="hosts")

    assert back["recovered"] is True
    assert [event["data"]["text"] for event in back["events"]] == ["two", "three"]
    assert back["events"][0]["after"] == first["position"]["seq"]
    assert as_host["recovered"] is False
    assert as_host["reason"] == "audience"


async def resumed(address: str, auth: dict[str, Any]) -> tuple[Raw, dict[str, Any]]:
    async with raw(address, auth) as client:
        return client, client.connected


async def test_a_stock_client_resumes_by_pid_and_offset(server: tuple[App, str]) -> None:
    app, address = server
    ann_token = token(app, "ann")
    async with raw(address, {"token": token(app, "bob")}) as bob:
        await bob.join()
        async with raw(address, {"token": ann_token}) as ann:
            await ann.join()
            pid = ann.connected["pid"]
            place = (await ann.until("room.position"))[-1]
        await bob.ask("chat.send", chat("missed"))

        client, connected = await resumed(address, {"token": ann_token, "pid": pid, "offset": place})

    assert connected["pid"] == pid
    assert [event[0] for event in client.seen] == ["chat.sent"]
    assert client.seen[0][1]["data"]["text"] == "missed"


async def test_another_s_pid_or_offset_resumes_nothing(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        await ann.join()
        pid = ann.connected["pid"]
        place = (await ann.until("room.position"))[-1]

    _, as_bob = await resumed(address, {"token": token(app, "bob"), "pid": pid, "offset": place})
    _, as_host = await resumed(address, {"token": token(app, "ann", Role.HOST), "pid": pid, "offset": place})
    _, nowhere = await resumed(address, {"token": token(app, "ann"), "pid": pid, "offset": "r2:x:1:everyone"})
    _, future = await resumed(address, {"token": token(app, "ann"), "pid": pid, "offset": place.replace(":1:", ":99:")})

    for connected in (as_bob, as_host, nowhere, future):
        assert connected["pid"] != pid


async def test_a_withdrawn_link_ends_those_who_came_by_it(server: tuple[App, str]) -> None:
    app, address = server
    link = await app.links.create("r1", Role.HOST)
    async with raw(address, {"token": token(app, "ann", Role.HOST, link=link.id)}) as ann:
        await ann.join()
        await app.links.revoke("r1", link.id)
        assert await ann.answerless() == "41"
    async with raw(address, {"token": token(app, "ann", Role.HOST, link=link.id)}, refused=True) as again:
        assert (await again.packet()).startswith("44")


async def test_a_token_that_runs_out_ends_the_socket(server: tuple[App, str]) -> None:
    app, address = server
    expires_at = int(time.time() * 1000) + 60_000
    async with raw(address, {"token": token(app, "ann", expires_at=expires_at)}) as ann:
        await ann.join()
        app.door.entrants.expire(expires_at + 1)
        await ann.ended()


async def test_who_floods_is_told_to_wait_and_then_closed(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann")}) as ann:
        await ann.join()
        for number in range(600):
            ann.send("chat.react", {"id": f"c{number}", "room": "r1"})
        answers: list[str] = []

        async def read_all() -> None:
            while True:
                answers.append((await ann.answer())["error"]["code"])

        with pytest.raises(ConnectionClosed):
            await read_all()

    assert set(answers) <= {"unknown_command", "rate_limited"}
    assert "rate_limited" in answers
    async with raw(address, {"token": token(app, "ann")}) as back:
        if not back.seen:
            await back.until("connection.closed")
        assert back.seen[-1][0] == "connection.closed"
        assert back.seen[-1][1]["reason"] == "flood"


async def test_more_sockets_and_coming_back_allow_no_more(server: tuple[App, str]) -> None:
    app, address = server
    auth = {"token": token(app, "ann")}
    sent = [f'42{number}["room.fly",{{}}]' for number in range(60)]
    codes: list[str] = []
    for _ in range(3):
        async with raw(address, auth) as one, raw(address, auth) as two:
            for ann in (one, two):
                ann.at_once(sent)
            codes += [(await ann.answer())["error"]["code"] for ann in (one, two) for _ in sent]

    # The burst, and what a slow machine lets come back of it.
    assert codes.count("unknown_command") < 100 + 200
    assert codes.count("rate_limited") > 0
    async with raw(address, {"token": token(app, "bob")}) as bob:
        assert (await bob.ask("room.fly", {}))["error"]["code"] == "unknown_command"


async def test_a_person_has_so_many_sockets(server: tuple[App, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrants, "SOCKETS_EACH", 1)
    app, address = server
    auth, wall = {"token": token(app, "ann")}, {"token": token(app, "screen", Role.WALL)}
    async with raw(address, auth) as one, raw(address, wall) as left, raw(address, wall):
        async with raw(address, auth, refused=True) as two:
            assert (await two.packet()).startswith('44{"message":"Too many')
        for stays in (one, left):
            assert (await stays.join())["ok"] is True
    async with raw(address, auth):
        assert len(app.door.entrants) == 1


async def test_history_goes_back_page_by_page(server: tuple[App, str]) -> None:
    app, address = server
    async with raw(address, {"token": token(app, "ann", Role.HOST)}) as ann:
        await ann.join()
        for number in range(5):
            await ann.ask("chat.send", chat(str(number), f"c{number}"))
        newest = await ann.ask("room.history", {"id": "h", "room": "r1", "limit": 2})
        before = newest["events"][0]["seq"]
        older = await ann.ask("room.history", {"id": "h", "room": "r1", "limit": 2, "before": before})

    assert [event["data"]["text"] for event in newest["events"]] == ["3", "4"]
    assert [event["data"]["text"] for event in older["events"]] == ["1", "2"]
    assert newest["more"] is True


async def test_occupancy_counts_people_not_sockets(server: tuple[App, str]) -> None:
    app, address = server
    async with (
        raw(address, {"token": token(app, "ann")}) as one,
        raw(address, {"token": token(app, "ann")}) as two,
        raw(address, {"token": token(app, "screen", Role.WALL)}) as wall,
    ):
        for client in (one, two, wall):
            joined = await client.join()

        assert joined["room"] == {"id": "r1", "occupancy": 1}
        members = app.core.members.get("r1")
        assert members is not None
        members.tell_occupancy()
        assert (await wall.until("room.occupancy"))[1] == {"room": "r1", "count": 1}

        await asyncio.gather(one.close(), two.close())
        assert members.occupancy == 0


class Outside:
    """A text check that finds what the text says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        self.asked.append((room, tuple(texts)))
        await asyncio.sleep(0)
        if texts[0] == "fail":
            raise CheckFailed("status 500")
        return Finding(texts[0]) if texts[0] in set(Finding) else Finding.FINE


async def test_a_check_outside_sees_first_what_the_audience_writes(server: tuple[App, str]) -> None:
    app, address = server
    outside = Outside()
    app.door._text_checks = TextChecks(outside, default=Finding.HOLD)
    async with (
        raw(address, {"token": token(app, "ann")}) as ann,
        raw(address, {"token": token(app, "lin", Role.HOST)}) as lin,
    ):
        await ann.join()
        await lin.join()
        texts = ("fine", "hold", "refuse", "fail")
        answers = [await ann.ask("chat.send", chat(text, f"c{number}")) for number, text in enumerate(texts)]
        assert [answer["ok"] for answer in answers] == [True, True, False, True]
        assert answers[2]["error"]["code"] == "words"
        assert (await lin.ask("chat.send", chat("refuse")))["ok"], "staff is not looked at"
        told = [(event[0], event[1]["data"]["text"]) for event in lin.seen if event[0].startswith("chat.")]
        assert told == [("chat.sent", "fine"), ("chat.held", "hold"), ("chat.held", "fail"), ("chat.sent", "refuse")]
        assert [seen for _, seen in outside.asked] == [("fine",), ("hold",), ("refuse",), ("fail",)]


async def test_hosts_alone_are_told_who_is_here_and_after_they_have_joined(server: tuple[App, str]) -> None:
    app, address = server
    ask = {"id": "p", "room": "r1"}
    async with (
        raw(address, {"token": token(app, "hana", Role.HOST)}) as hana,
        raw(address, {"token": token(app, "ann", guest=True)}) as ann,
    ):
        assert (await hana.ask("people.list", ask))["error"]["code"] == "not_joined"
        for client in (hana, ann):
            await client.join()
        assert (await ann.ask("people.list", ask))["error"]["code"] == "forbidden"
        assert (await hana.ask("people.list", {**ask, "room": "r2"}))["error"]["code"] == "forbidden"
        answer = await hana.ask("people.list", ask)
        assert answer["people"] == [
            {"id": "hana", "name": "Hana", "role": "host"},
            {"id": "ann", "name": "Ann", "role": "attendee", "guest": True},
        ]
        assert (await hana.ask("person.kick", {"id": "k", "room": "r1", "user": "ann"}))["ok"]
        # It may have come before the answer.
        while not (gone := [each[1] for each in hana.seen if each[0] == "room.people" and each[1]["went"]]):
            await hana.until("room.people")
    left = gone[0]
    assert (left["after"], left["went"], left["left"]) == (answer["number"], ["ann"], 1)


async def test_hosts_are_told_what_was_too_much(server: tuple[App, str]) -> None:
    app, address = server
    async with (
        raw(address, {"token": token(app, "hana", Role.HOST)}) as hana,
        raw(address, {"token": token(app, "ann")}) as ann,
    ):
        for client in (hana, ann):
            await client.join()
        answers = [await ann.ask("chat.send", chat("again", f"c{number}")) for number in range(30)]
        refused = [answer["error"]["code"] for answer in answers if not answer["ok"]]
        assert set(refused) == {"rate_limited"}
        # Told once a second, and so at once or in parts.
        told = 0
        while told < len(refused):
            told += (await hana.until("room.shed"))[1]["count"]
        assert told == len(refused)
