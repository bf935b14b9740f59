import asyncio
import itertools
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import socketio.exceptions

from server.bots import CAST, OPTIONS, Bot, Pace, Part, Place, open_first_poll, run_bots, trusting
from server.certificate import ensure_certificate

SOON = (0.001, 0.001)
AT_ONCE = Pace(first=SOON, line=SOON, think=(0, 0), back=SOON)
QUIET = Pace(first=(3600, 3600), line=(3600, 3600), think=(0, 0), back=SOON)
POLL = {"poll": "p1", "kind": "single", "options": ["a", "b", "c"], "status": "open"}


class FakeRoom:
    """A room as its clients see it: what they asked, and what it answers and tells."""

    def __init__(self, *polls: dict[str, Any]) -> None:
        self.polls = list(polls)
        self.messages: list[dict[str, Any]] = []
        self.asked: asyncio.Queue[tuple[str, str, dict[str, Any]]] = asyncio.Queue()
        self.inside: dict[str, FakeClient] = {}
        self.refuse: set[str] = set()
        self.ids = itertools.count(1)

    def place(self) -> Place:
        return Place("http://room", "demo", lambda user, _name, role: f"{role}:{user}", lambda: FakeClient(self))

    async def next(self, wanted: str) -> tuple[str, dict[str, Any]]:
        """Who asked for this next, and how."""
        async with asyncio.timeout(5):
            while True:
                user, event, wish = await self.asked.get()
                if event == wanted:
                    return user, wish

    async def inside_as(self, role: str) -> None:
        """Wait until somebody of that role has joined."""
        while not (await self.next("room.join"))[0].startswith(f"{role}:"):
            pass

    def tell(self, event: str, body: dict[str, Any]) -> None:
        for client in list(self.inside.values()):
            if event in client.handlers:
                client.handlers[event](body, "demo:e:1:everyone")

    def answer(self, event: str, wish: dict[str, Any]) -> dict[str, Any]:
        if event in self.refuse:
            return {"ok": False, "error": {"code": "closed"}}
        if event == "poll.create":
            self.polls.append({**wish, "poll": f"p{next(self.ids)}", "status": "draft"})
        if event == "room.join":
            return {"ok": True, "view": {"polls": {"polls": self.polls}, "chat": {"messages": self.messages}}}
        return {"ok": True}


class FakeClient:
    def __init__(self, room: FakeRoom) -> None:
        self.room = room
        self.user = ""
        self.handlers: dict[str, Callable[..., Any]] = {}

    def on(self, event: str, handler: Callable[..., Any]) -> None:
        self.handlers[event] = handler

    async def connect(self, url: str, **options: Any) -> None:
        assert url == "http://room"
        await self.room.asked.put((options["auth"]["token"], "connect", {}))
        if "connect" in self.room.refuse:
            raise socketio.exceptions.ConnectionError
        assert options["auth"]["protocol"] == 1
        self.user = options["auth"]["token"]

    async def call(self, event: str, data: dict[str, Any], *, timeout: int) -> dict[str, Any]:  # noqa: ASYNC109
        await asyncio.sleep(0)
        answer = self.room.answer(event, data)
        if event == "room.join" and answer["ok"]:
            self.room.inside[self.user] = self
        await self.room.asked.put((self.user, event, data))
        return answer

    async def disconnect(self) -> None:
        self.room.inside.pop(self.user, None)


class Visit:
    """A bot that runs while the block does."""

    def __init__(self, room: FakeRoom, part: Part = CAST[0], pace: Pace = AT_ONCE) -> None:
        self.task = asyncio.ensure_future(Bot(part, room.place(), pace).run())

    async def __aenter__(self) -> None:
        await asyncio.sleep(0)

    async def __aexit__(self, *_error: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_a_bot_says_its_lines_in_turn_and_once_that_it_is_a_bot() -> None:
    room, part = FakeRoom(), CAST[0]
    rounds = [*part.lines, *part.lines[1:], *part.lines[1:]]
    async with Visit(room, part):
        said = [(await room.next("chat.send"))[1]["text"] for _ in rounds]
    assert said == rounds
    assert "机器人" in said[0]


def written(user: str, text: str, role: str = "bot") -> dict[str, Any]:
    return {"by": {"id": user, "name": user, "role": role}, "text": text}


@pytest.mark.parametrize("last", range(5))
async def test_after_a_new_start_it_goes_on_where_it_was(last: int) -> None:
    room, part = FakeRoom(), CAST[0]
    room.messages = [*(written(part.id, text) for text in part.lines[: last + 1]), written("bot-xiaofang", "…")]
    async with Visit(room, part):
        _, wish = await room.next("chat.send")
    assert wish["text"] == [*part.lines, part.lines[1]][last + 1]


async def test_where_its_words_have_gone_by_it_does_not_say_who_it_is_again() -> None:
    room, part = FakeRoom(), CAST[0]
    room.messages = [written("g1", "在吗", "attendee"), written(part.id, "欢迎")]
    async with Visit(room, part):
        _, wish = await room.next("chat.send")
    assert wish["text"] == part.lines[1]


async def test_whoever_spoke_before_is_not_greeted_again() -> None:
    room = FakeRoom()
    room.messages = [written("g1", "在吗", "attendee")]
    greeter = next(part for part in CAST if part.greets)
    async with Visit(room, greeter, QUIET):
        await room.inside_as("bot")
        for user in ("g1", "g2"):
            room.tell("chat.sent", {"by": {"id": user, "name": user, "role": "attendee"}})
        _, wish = await room.next("chat.send")
    assert wish["text"].startswith("欢迎g2")


async def test_ids_of_its_wishes_differ() -> None:
    room = FakeRoom()
    async with Visit(room):
        ids = {(await room.next("chat.send"))[1]["id"] for _ in range(5)}
    assert len(ids) == 5


async def test_a_guest_who_is_there_votes_for_it_once_and_always_the_same() -> None:
    choices = set()
    for _ in range(3):
        room = FakeRoom(POLL)
        async with Visit(room, pace=QUIET):
            user, wish = await room.next("poll.vote")
            room.tell("poll.opened", {"data": POLL})
            room.tell("poll.opened", {"data": POLL | {"poll": "p2"}})
            _, second = await room.next("poll.vote")
        assert user == "attendee:bot-xiaomu-seat"
        assert "on_behalf_of" not in wish
        assert second["poll"] == "p2"
        choices.add(tuple(wish["choices"]))
    assert len(choices) == 1
    assert choices <= {(0,), (1,), (2,)}


async def test_drafts_and_closed_polls_are_not_voted_on() -> None:
    room = FakeRoom(POLL | {"poll": "p7", "status": "draft"}, POLL | {"poll": "p8", "status": "closed"}, POLL)
    async with Visit(room, pace=QUIET):
        _, wish = await room.next("poll.vote")
    assert wish["poll"] == "p1"


async def test_a_rating_is_from_one_to_five() -> None:
    room = FakeRoom(*({**POLL, "poll": f"p{n}", "kind": "rating", "options": []} for n in range(12)))
    async with Visit(room, pace=QUIET):
        given = {(await room.next("poll.vote"))[1]["choices"][0] for _ in range(12)}
    assert given <= {1, 2, 3, 4, 5}


async def test_a_person_is_greeted_once_and_a_bot_never() -> None:
    room = FakeRoom()
    greeter = next(part for part in CAST if part.greets)
    async with Visit(room, greeter, QUIET):
        await room.inside_as("bot")
        room.tell("chat.sent", {"by": {"id": "b", "name": "小木", "role": "bot"}})
        room.tell("chat.sent", {"by": {"id": "h", "name": "店长", "role": "host"}})
        for name in ("小雨", "小雨", "阿明"):
            room.tell("chat.sent", {"by": {"id": f"g-{name}", "name": name, "role": "attendee"}})
        said = [(await room.next("chat.send"))[1]["text"] for _ in range(2)]
    assert [text[:4] for text in said] == ["欢迎小雨", "欢迎阿明"]


async def test_it_comes_back_after_the_connection_broke_and_after_a_refusal() -> None:
    room = FakeRoom()
    room.refuse = {"connect"}
    async with Visit(room):
        for _ in range(3):
            await room.next("connect")
        room.refuse = {"room.join"}
        await room.next("room.join")
        room.refuse = {"chat.send"}
        await room.next("chat.send")

        room.tell("disconnect", {})
        room.refuse = set()
        await room.next("connect")
        await room.next("chat.send")


async def test_it_leaves_when_it_is_sent_home() -> None:
    room = FakeRoom()
    async with Visit(room, pace=QUIET):
        await room.inside_as("bot")
        assert list(room.inside) == ["attendee:bot-xiaomu-seat", "bot:bot-xiaomu"]
    assert room.inside == {}


async def test_what_it_hears_on_top_of_the_limit_is_missed() -> None:
    room = FakeRoom()
    async with Visit(room, pace=QUIET):
        await room.inside_as("bot")
        for n in range(100):
            room.tell("poll.opened", {"data": POLL | {"poll": f"p{n}"}})
        votes = [(await room.next("poll.vote"))[1]["poll"] for _ in range(16)]
        assert votes == [f"p{n}" for n in range(16)]
        await asyncio.sleep(0)
        assert room.asked.empty()


async def test_the_first_poll_is_opened_where_there_never_was_one() -> None:
    room = FakeRoom()
    await open_first_poll(room.place())
    user, created = await room.next("poll.create")
    _, opened = await room.next("poll.open")
    assert user == "host:demo-host"
    assert created["options"] == list(OPTIONS)
    assert opened["poll"] == "p1"
    assert room.inside == {}


async def test_a_room_that_had_a_poll_gets_none() -> None:
    room = FakeRoom(POLL | {"status": "closed"})
    await open_first_poll(room.place())
    assert {room.asked.get_nowait()[1] for _ in range(room.asked.qsize())} == {"connect", "room.join"}


async def test_a_server_that_refuses_the_host_still_gets_bots() -> None:
    room = FakeRoom(POLL)
    room.refuse = {"connect"}
    task = asyncio.ensure_future(run_bots(room.place(), QUIET))
    for _ in range(2):
        await room.next("connect")
    room.refuse = set()
    voters = {(await room.next("poll.vote"))[0] for _ in CAST}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert voters == {f"attendee:{part.id}-seat" for part in CAST}
    assert room.inside == {}


async def shake_hands(certificate: Path, key: Path, trusted: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    listening = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=server)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(trusted))
        writer.close()
        await writer.wait_closed()


async def test_only_the_servers_own_certificate_is_taken(tmp_path: Path) -> None:
    own, other = (ensure_certificate(tmp_path / name, []) for name in ("own", "other"))
    await shake_hands(own.certificate, own.key, trusted=own.certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake_hands(own.certificate, own.key, trusted=other.certificate)


async def test_a_cancellation_that_the_client_loses_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    room = FakeRoom(POLL)
    monkeypatch.setattr("server.bots.LEAVE_S", 0.01)
    lost: list[str] = []
    call = FakeClient.call

    async def deaf(client: FakeClient, event: str, data: dict[str, Any], *, timeout: int) -> dict[str, Any]:  # noqa: ASYNC109
        if event == "poll.vote" and client.user not in lost:
            lost.append(client.user)
            await room.asked.put((client.user, event, data))
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        return await call(client, event, data, timeout=timeout)

    monkeypatch.setattr(FakeClient, "call", deaf)
    task = asyncio.ensure_future(run_bots(room.place(), QUIET))
    for _ in CAST:
        await room.next("poll.vote")
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)
    assert len(lost) == len(CAST)
    assert room.inside == {}
