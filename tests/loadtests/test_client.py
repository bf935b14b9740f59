"""The raw client against a peer that is not ours: python-socketio's server, behind uvicorn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import socketio
import uvicorn

from loadtests.behaviour import ConnectRefused, Settings, TransportName
from loadtests.checker import judge
from loadtests.client import Client
from loadtests.evidence import Evidence
from loadtests.proxy import Faults, Proxy

ROOM, EPOCH = "r1", "peer"


class Peer:
    """A room on python-socketio: a log in a list, joins and recovery, faults on demand."""

    def __init__(self) -> None:
        self.io = socketio.AsyncServer(async_mode="asgi")
        self.log: list[dict[str, Any]] = []
        self.ids: dict[str, int] = {}
        self.members: set[str] = set()
        self.skip: set[int] = set()  # seqs that are not sent on
        self.mute: set[str] = set()  # ids whose first ack is not given
        self.unable: set[str] = set()  # ids that are refused once, to be asked again
        self.turned_away = 0  # joins that are refused, to be tried again
        self.joining = asyncio.Event()  # joins are answered once it is set
        self.joining.set()
        self.asked: list[str] = []  # the names of what came, in order
        self.cut: Callable[[], None] = lambda: None  # what happens instead of that ack
        self.url = ""
        self.io.on("connect", self.connect)
        self.io.on("disconnect", self.disconnect)
        self.io.on("room.join", self.join)
        self.io.on("chat.send", self.say)

    async def connect(self, _sid: str, _environ: object, auth: dict[str, Any]) -> None:
        if auth["token"] != "good":
            raise socketio.exceptions.ConnectionRefusedError("no", {"code": "unauthorized"})

    async def disconnect(self, sid: str, _reason: str) -> None:
        self.members.discard(sid)

    async def join(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        self.asked.append("join")
        await self.joining.wait()
        if self.turned_away:
            self.turned_away -= 1
            return {"ok": False, "error": {"code": "unavailable", "message": "", "retry": True}}
        position = data.get("position")
        self.members.add(sid)
        ack = {"ok": True, "position": {"epoch": EPOCH, "seq": len(self.log)}, "audience": "everyone", "mine": {}}
        if position is None:
            return {**ack, "recovered": False, "reason": "first", "view": {"seen": len(self.log)}}
        return {**ack, "recovered": True, "events": self.log[position["seq"] :]}

    async def say(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        name = data["id"]
        if name in self.unable:
            self.unable.remove(name)
            return {"ok": False, "error": {"code": "unavailable", "retry": True}}
        self.asked.append(name)
        if sid not in self.members and self.joining.is_set():
            return {"ok": False, "error": {"code": "not_joined", "message": "", "retry": False}}
        if name not in self.ids:
            seq = len(self.log) + 1
            self.ids[name] = seq
            event = {"type": "chat.sent", "room": ROOM, "epoch": EPOCH, "after": seq - 1, "seq": seq, "at": 0}
            event |= {"by": {"id": name.split(".")[0]}, "data": {"text": data["text"]}}
            self.log.append(event)
            for member in list(self.members):
                if seq not in self.skip:
                    await self.io.emit("chat.sent", (event, f"{ROOM}:{EPOCH}:{seq}:everyone"), to=member)
        if name in self.mute:
            self.mute.discard(name)
            self.cut()
        return {"ok": True, "position": {"epoch": EPOCH, "seq": self.ids[name]}}


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(socketio.ASGIApp(peer.io), log_config=None, lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 uvicorn has no event for it
            await asyncio.sleep(0.005)
        yield peer
        server.should_exit = True
        server.force_exit = True
        await serving


def member(peer: Peer, user: str, transport: TransportName = "websocket", token: str = "good") -> Client:
    return Client(peer.url, token, ROOM, user=user, settings=Settings(transport=transport, answer_within=5))


@pytest.mark.parametrize("transport", ["websocket", "polling", "upgrade"])
async def test_two_members_talk(peer: Peer, transport: TransportName) -> None:
    ann, ben = member(peer, "ann", transport), member(peer, "ben")
    await ann.start()
    await ben.start()
    for _ in range(3):
        assert (await ann.say("hello 你好"))["ok"]
        assert (await ben.say())["ok"]
    await ann.until_at(6)
    await ben.until_at(6)
    verdict = judge(Evidence([ann.diary, ben.diary]))
    assert verdict.sentences() == []
    assert verdict.figures["deliveries"] == 12
    await ann.stop()
    await ben.stop()


async def test_long_messages_pass(peer: Peer) -> None:
    ann = member(peer, "ann")
    await ann.start()
    for size in (124, 125, 126, 65_400, 65_600, 200_000):
        assert (await ann.say("x" * size))["ok"]
    await ann.until_at(6)
    assert len(peer.log[-1]["data"]["text"]) > 200_000
    await ann.stop()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_cut_client_comes_back_and_recovers(peer: Peer, transport: TransportName) -> None:
    ann, ben = member(peer, "ann", transport), member(peer, "ben")
    await ann.start()
    await ben.start()
    await ben.say()
    await ann.until_at(1)
    ann.cut()
    for _ in range(3):
        await ben.say()
    await ann.until_at(4)
    assert ann.connection == 2
    verdict = judge(Evidence([ann.diary, ben.diary]))
    assert verdict.sentences() == []
    assert verdict.figures["recovered"] == 1
    await ann.stop()
    await ben.stop()


async def test_an_unanswered_command_is_sent_again_with_its_id(peer: Peer) -> None:
    ann = member(peer, "ann")
    await ann.start()
    peer.mute.add("lost")
    peer.cut = ann.cut
    ack = await ann.send("chat.send", {"text": "#lost"}, "lost")
    assert ack["position"]["seq"] == 1
    assert len(peer.log) == 1
    assert ann.connection == 2
    assert judge(Evidence([ann.diary])).sentences() == []
    await ann.stop()


async def test_what_is_unanswered_goes_behind_the_join_and_not_after_its_answer(peer: Peer) -> None:
    ann = member(peer, "ann")
    await ann.start()
    peer.asked.clear()
    peer.joining.clear()
    peer.mute.add("one")
    peer.cut = ann.cut
    sending = asyncio.create_task(ann.send("chat.send", {"text": "#one"}, "one"))
    async with asyncio.timeout(5):
        # The second time it comes before the join has its answer.
        while peer.asked != ["one", "join", "one"]:  # noqa: ASYNC110 - of another task, which sets no event
            await asyncio.sleep(0.005)
    peer.joining.set()
    assert (await sending)["position"]["seq"] == 1
    await ann.until_at(1)
    assert len(peer.log) == 1
    assert judge(Evidence([ann.diary])).sentences() == []
    await ann.stop()


async def test_what_was_behind_a_join_that_was_refused_goes_with_the_next_one(peer: Peer) -> None:
    ann = member(peer, "ann")
    await ann.start()
    peer.asked.clear()
    peer.turned_away = 2
    ann.cut()
    ack = await ann.send("chat.send", {"text": "#one"}, "one")
    assert ack["ok"], ack
    assert peer.asked == ["join", "one", "join", "one", "join", "one"]
    assert len(peer.log) == 1
    assert judge(Evidence([ann.diary])).sentences() == []
    await ann.stop()


async def test_a_gap_is_recovered(peer: Peer) -> None:
    ann, ben = member(peer, "ann"), member(peer, "ben")
    await ann.start()
    await ben.start()
    peer.skip.add(2)
    for _ in range(4):
        await ben.say()
    await ann.until_at(4)
    assert ann.gaps >= 1
    assert ann.connection == 1
    assert judge(Evidence([ann.diary])).sentences() == []
    await ann.stop()
    await ben.stop()


async def test_a_refused_client_does_not_come_again(peer: Peer) -> None:
    ann = member(peer, "ann", token="bad")
    with pytest.raises(ConnectRefused, match="unauthorized"):
        await ann.start()
    assert ann.connection == 1


async def test_no_answer_in_time_is_a_time_out(peer: Peer) -> None:
    ann = Client(peer.url, "good", ROOM, user="ann", settings=Settings(answer_within=0.05))
    await ann.start()
    ack = await ann.send("no.such", {})
    assert ack["error"]["code"] == "timeout"
    verdict = judge(Evidence([ann.diary]))
    assert verdict.figures["timed out"] == 1
    await ann.stop()


@pytest.mark.parametrize("insists", [None, 0.01])
async def test_who_insists_asks_again_under_the_same_id(peer: Peer, insists: float | None) -> None:
    ann = member(peer, "ann")
    ann.settings = Settings(answer_within=5, insists=insists)
    await ann.start()
    peer.unable = {"ann.2"}
    ack = await ann.say("in the end")
    assert ack["ok"] == (insists is not None)
    assert [event["data"]["text"] for event in peer.log] == (["#ann.2 in the end"] if insists else [])
    await ann.stop()
    assert judge(Evidence([ann.diary])).figures["acked"] == len(peer.log)


async def test_who_is_restless_leaves_a_connection_on_which_nothing_is_heard(peer: Peer) -> None:
    ann = member(peer, "ann")
    ann.settings = Settings(answer_within=5, restless=0.05)
    await ann.start()
    async with Proxy("127.0.0.1", int(peer.url.rsplit(":", 1)[1])) as proxy:
        ben = Client(proxy.url, "good", ROOM, user="ben", settings=ann.settings)
        await ben.start()
        for link in proxy.links:
            link.faults = Faults(drop_replies=True)
        assert (await ben.say("said once"))["ok"]
        assert ben.connection == 2
        assert [event["data"]["text"] for event in peer.log] == ["#ben.2 said once"]
        await ben.stop()
    assert ann.connection == 1
    await ann.stop()
