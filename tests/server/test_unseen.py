"""What waits for staff or is filtered, by listening: nobody else is told of it in anything that they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from protocols.messages import Role
from server.app import App
from tests.server.running import Raw, raw, served, token

HELD, REJECTED, WORD = "canary-held", "canary-rejected", "canary word"


class Listener:
    """Somebody in the room, and every packet that they were sent."""

    def __init__(self, client: Raw, bearer: str) -> None:
        self.client = client
        self.bearer = bearer
        self.packets: list[str] = []
        read = client.packet

        async def packet() -> str:
            self.packets.append(await read())
            return self.packets[-1]

        client.packet = packet  # type: ignore[method-assign]
        self._commands = 0

    async def send(self, word: str, **fields: Any) -> dict[str, Any]:
        self._commands += 1
        return await self.client.ask(word, {"id": f"c{self._commands}", "room": "r1", **fields})

    async def hear_out(self) -> None:
        """Whatever came before this answer has been read."""
        await self.client.ask("room.history", {"id": "h", "room": "r1"})

    def event(self, kind: str) -> dict[str, Any]:
        """The last of this type."""
        event: dict[str, Any] = next(each[1] for each in reversed(self.client.seen) if each[0] == kind)
        return event

    def heard(self, text: str) -> bool:
        return any(text in packet for packet in self.packets)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[App, str]]:
    async with served(tmp_path) as running:
        yield running


async def enter(
    stack: AsyncExitStack, server: tuple[App, str], name: str, role: Role = Role.ATTENDEE, **more: Any
) -> Listener:
    app, address = server
    bearer = token(app, name, role, **more)
    listener = Listener(await stack.enter_async_context(raw(address, {"token": bearer})), bearer)
    await listener.client.join()
    return listener


async def test_nobody_else_is_told_of_what_waits(server: tuple[App, str]) -> None:
    _, address = server
    async with AsyncExitStack() as stack, httpx.AsyncClient(base_url=f"http://{address}/api/v1") as http:
        host = await enter(stack, server, "lin", Role.HOST)
        ann, ben = await enter(stack, server, "ann"), await enter(stack, server, "ben")
        wall = await enter(stack, server, "wall", Role.WALL)
        before = await ben.client.join()
        assert (await host.send("room.configure", settings={"approve_chat": True, "person_burst": 50}))["ok"]
        assert (await host.send("words.add", words=[WORD]))["ok"]

        answer = await ann.send("chat.send", text=HELD)
        assert answer["ok"]
        await ann.hear_out()
        (waiting,) = ann.event("room.mine")["mine"]["chat"]["held"]
        assert (waiting["seq"], waiting["text"]) == (answer["position"]["seq"], HELD)
        assert (await ann.send("chat.send", text=REJECTED))["ok"]
        await host.hear_out()
        held = {
            each[1]["data"]["text"]: each[1]["data"]["message"] for each in host.client.seen if each[0] == "chat.held"
        }
        assert set(held) == {HELD, REJECTED}
        assert (await host.send("chat.reject", message=held[REJECTED]))["ok"]
        refused = await ann.send("chat.send", text="c.a.n.a.r.y W O R D")
        assert (refused["ok"], refused["error"]["code"]) == (False, "words")

        # All that they are told as it happens, on joining, on coming back, and from the history.
        assert (await host.send("chat.send", text="mark"))["ok"]
        for who in (ben, wall):
            await who.client.until("chat.sent")
            await who.client.join()
            await who.client.join(position=before["position"])
            await who.hear_out()
            headers = {"authorization": f"Bearer {who.bearer}"}
            pages = [
                await http.get(f"/rooms/r1/{page}", headers=headers) for page in ("history", "export.json", "results")
            ]
            assert pages[0].status_code == 200
            assert pages[1].status_code == 403
            assert "mark" in pages[0].text
            for text in (HELD, REJECTED, WORD, "chat.held", "words.added"):
                assert not who.heard(text), text
                assert not any(text in page.text for page in pages), text
        assert not ann.heard(WORD)
        exported = await http.get("/rooms/r1/export.json", headers={"authorization": f"Bearer {host.bearer}"})
        assert HELD in exported.text
        assert exported.text.count('"chat.rejected"') == 1

        assert (await host.send("chat.approve", message=held[HELD]))["ok"]
        told = (await ben.client.until("chat.sent"))[1]
        assert (told["data"]["text"], told["by"]["id"]) == (HELD, "ann")
        await ann.hear_out()
        told_alone = ann.event("room.mine")["mine"]["chat"]
        refusals = [(each["text"], each["seen"]) for each in told_alone["refused"]]
        assert (told_alone["held"], refusals) == ([], [(REJECTED, False)])
        assert ann.event("chat.sent")["data"]["message"] == held[HELD]


async def test_who_is_muted_is_told_so_and_nobody_else(server: tuple[App, str]) -> None:
    async with AsyncExitStack() as stack:
        host = await enter(stack, server, "lin", Role.HOST)
        ann, ben = await enter(stack, server, "ann"), await enter(stack, server, "ben")
        assert (await host.send("person.mute", user="ann", name="Ann", for_ms=60_000))["ok"]
        mine = (await ann.client.until("room.mine"))[1]["mine"]
        assert mine["people"]["muted"]["until"] > 0
        refused = await ann.send("chat.send", text="hi")
        assert refused["error"]["code"] == "muted"
        assert 0 < refused["error"]["retry_after_ms"] <= 60_000
        assert (await host.send("person.unmute", user="ann"))["ok"]
        assert (await ann.client.until("room.mine"))[1]["mine"] == {}
        assert (await ann.send("chat.send", text="hello"))["ok"]
        await ben.client.until("chat.sent")
        for text in ('muted"}', "person.muted", "person.unmuted", "until"):
            assert not ben.heard(text), text


async def test_nobody_else_is_told_what_is_prepared_or_hidden(server: tuple[App, str]) -> None:
    _, address = server
    async with AsyncExitStack() as stack, httpx.AsyncClient(base_url=f"http://{address}/api/v1") as http:
        host = await enter(stack, server, "lin", Role.HOST)
        ann = await enter(stack, server, "ann", shop="east")
        others = [await enter(stack, server, "ben"), await enter(stack, server, "wall", Role.WALL)]
        others.append(await enter(stack, server, "bot", Role.BOT))
        before = await others[0].client.join()

        async def does(word: str, **fields: Any) -> None:
            answer = await host.send(word, **fields)
            assert answer["ok"], answer

        await does("room.configure", settings={"shops": [{"id": "east", "name": "East"}], "approve_questions": True})
        await does("cue.prepare", text="canary-cue")
        await does("draw.create", title="canary-draw", winners=1)
        await does("first.create", title="canary-gift", places=1)
        await does("poll.create", question="canary-draft", kind="single", options=["a", "b"])
        await does("person.warn", user="ann", name="canary-name")
        await does("poll.create", question="Which?", kind="single", options=["c", "d"], hidden=True)
        await host.hear_out()
        poll = host.event("poll.created")["data"]["poll"]
        await does("poll.open", poll=poll)
        assert (await ann.send("poll.vote", poll=poll, choices=[1]))["ok"]
        assert (await ann.send("question.ask", text="canary-question"))["ok"]
        while not (tally := (await host.client.until("poll.tally"))[1]["result"])["voters"]:
            pass
        assert tally["shops"] == {"east": {"counts": [0, 1], "voters": 1}}
        await does("poll.close", poll=poll)
        await does("draw.create", title="Lot", winners=1, of=poll)
        await host.hear_out()
        draw = host.event("draw.created")["data"]["draw"]
        await does("draw.freeze", draw=draw)
        frozen = await http.get(f"/rooms/r1/draws/{draw}", headers={"authorization": f"Bearer {others[0].bearer}"})
        assert (frozen.status_code, frozen.json()["seed"]) == (200, None)
        await does("draw.reveal", draw=draw)
        assert (await ann.send("draw.claim", draw=draw, contact="canary-contact"))["ok"]
        await does("first.create", title="Gift", places=1)
        await host.hear_out()
        gift = host.event("first.created")["data"]["first"]
        await does("first.open", first=gift)
        assert (await ann.send("first.tap", first=gift))["ok"]
        assert (await ann.send("first.claim", first=gift, contact="canary-gift-contact"))["ok"]
        await does("chat.send", text="mark")

        for who in others:
            await who.client.until("chat.sent")
            await who.client.join()
            await who.client.join(position=before["position"])
            await who.hear_out()
            headers = {"authorization": f"Bearer {who.bearer}"}
            pages = [await http.get(f"/rooms/r1/{page}", headers=headers) for page in ("history", f"draws/{draw}")]
            kept = [
                (await http.get(f"/rooms/r1/{page}", headers=headers)).status_code
                for page in ("results", "results.csv", "questions.csv", "export.csv", "export.json", "links")
            ]
            assert ([page.status_code for page in pages], kept) == ([200, 200], [403] * 6)
            heard = "".join([*who.packets, *(page.text for page in pages)])
            assert "mark" in heard
            # Of ann only her masked name, as a winner.
            for text in ("canary", "poll.tally", "poll.counted", '"voters"', '"counts"', "Ann", "first.tapped"):
                assert text not in heard, text
