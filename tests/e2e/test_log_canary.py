"""A server at DEBUG, driven through every route and command: its output names nobody and quotes nothing."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from loadtests.serving import Serving
from loadtests.waiting import until
from rooms.registry import REGISTRY

ROOM = "show"
ADDRESS = "203.0.113.77"
HURRIED_MS = 25  # whoever must wait for longer is refused for what the command is, not for how many came
METHODS = ("get", "post", "put", "patch", "delete")


class Canaries:
    """Strings that nothing else would write; ``spoken`` are all that were used, and what was made of them."""

    def __init__(self) -> None:
        self._numbers = itertools.count(100)
        self.spoken: list[str] = [ADDRESS]

    def __call__(self, kind: str) -> str:
        word = f"Cnry{kind}{next(self._numbers)}zq"
        self.spoken.append(word)
        return word

    def keep(self, secret: str) -> str:
        """Something that the server made and that is nobody else's business."""
        if len(secret) >= 6:
            self.spoken.append(secret)
        return secret

    def found(self, output: str) -> list[str]:
        low = output.lower()
        forms = ((word, form) for word in self.spoken for form in (word, base64.b64encode(word.encode()).decode()))
        return sorted({word for word, form in forms if form.lower() in low})


@pytest.fixture
def say() -> Canaries:
    return Canaries()


@pytest.mark.parametrize("form", ["json", "console"])
async def test_nothing_personal_is_in_the_output(tmp_path: Path, say: Canaries, form: str) -> None:
    env = {"SHOWFLOOR_LOG_LEVEL": "debug", "SHOWFLOOR_LOG_FORMAT": form, "SHOWFLOOR_TRUSTED_PROXIES": "127.0.0.1"}
    env |= {"SHOWFLOOR_METRICS_TOKEN": say("metrics"), "SHOWFLOOR_GUESTS_PER_MINUTE": "60"}
    async with Serving(tmp_path, env=env) as server:
        say.keep(server.secret)
        headers = {"x-forwarded-for": ADDRESS, "user-agent": say("agent"), "referer": f"https://x.example/{say('ref')}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
            host = say.keep(await server.made(ROOM, user=say("hostid")))
            links = await staff(server, http, say, host)
            # The form changes how it is written, not what.
            await routes(http, say, [host, *links] if form == "json" else [host])
            guest = await guests(http, say, links)
            await words(server, say, host)
            await words(server, say, guest)
            await broken(server, http, say)
            with locked(tmp_path / "rooms.sqlite"):
                await asyncio.gather(routes(http, say, [host]), words(server, say, guest))
                assert await until(lambda: "degraded" in server.output, 30)
            # It may take what was said meanwhile from the log only now.
            assert await until(lambda: damage(tmp_path / "rooms.sqlite", say) > 0, 30)
            with contextlib.suppress(httpx.RemoteProtocolError):
                # Half of it may be on its way before the fault.
                await http.get(f"/api/v1/rooms/{ROOM}/export.csv", headers={"authorization": f"Bearer {host}"})
    output = server.output
    assert say.found(output) == []
    # It did speak, and of what was done.
    for line in ("room_opened", "degraded", "request_failed"):
        assert line in output
    assert "Traceback" not in output
    assert server.exits[-1].caused


async def staff(server: Serving, http: httpx.AsyncClient, say: Canaries, host: str) -> list[str]:
    """An account, signing in rightly and wrongly, links and codes; what was given out."""
    data = ("--data", str(server.data))
    invited = await server.command("staff", "add", "--role", "owner", "--name", say("name"), *data)
    invitation = say.keep(invited.strip().splitlines()[-1].rpartition("=")[2])
    login, password = say("login").lower(), say("password")
    wanted = {"invitation": invitation, "login": login, "name": say("owner"), "password": password}
    origin = {"origin": server.url}
    accepted = await http.post("/api/v1/staff/invitations/accept", json=wanted, headers=origin)
    assert accepted.status_code in {200, 201}, accepted.text
    for cookie in http.cookies.jar:
        say.keep(cookie.value or "")
    for secret in (password, say("wrong"), say("wrong"), "短"):
        await http.post("/api/v1/staff/session", json={"login": login, "password": secret}, headers=origin)
    await http.post("/api/v1/staff/session", json={"login": say("nobody"), "password": say("wrong")}, headers=origin)
    await http.post("/api/v1/shops", json={"name": say("shop")}, headers=origin)
    made = []
    by_host = {"authorization": f"Bearer {host}"}
    for role in ("attendee", "host", "wall", "moderator"):
        link = await http.post(
            f"/api/v1/rooms/{ROOM}/links", json={"role": role, "label": say("label")}, headers=by_host
        )
        made.append(say.keep(link.json()["url"].rpartition("=")[2]))
    key = await server.command("key", *data, "--label", say("keylabel"))
    made.append(say.keep(key.strip().splitlines()[-1]))
    return made


async def guests(http: httpx.AsyncClient, say: Canaries, links: list[str]) -> str:
    """People who come in, with a seat code; a token of one of them."""
    token = ""
    for body in (
        {"link": links[0], "nickname": say("guest")},
        {"nickname": say("guest")},
        {"link": say("forged"), "nickname": say("guest"), "device": say("device")},
        {"nickname": say("longname") * 40},
    ):
        for path in (f"/api/v1/rooms/{ROOM}/guest", "/api/v1/links/exchange"):
            answer = await http.post(path, json=body)
            if answer.is_success and "token" in answer.text:
                found = answer.json()
                token = say.keep(found["token"])
                say.keep(str(found.get("device") or ""))
    assert token
    code = await http.post(f"/api/v1/rooms/{ROOM}/seat-code", json={}, headers={"authorization": f"Bearer {token}"})
    if code.is_success:
        say.keep(code.json()["code"])
        await http.post(f"/api/v1/rooms/{ROOM}/seat", json={"code": code.json()["code"]})
    await http.post(f"/api/v1/rooms/{ROOM}/seat", json={"code": say("seat")[:9]})
    await http.get("/metrics", headers={"authorization": f"Bearer {say('metrics')}"})
    return token


async def routes(http: httpx.AsyncClient, say: Canaries, credentials: list[str]) -> None:
    """Every operation of the API, by everybody and nobody, with bodies that are right, wrong and no JSON at all."""
    document = (await http.get("/api/v1/openapi.json")).json()
    paths = [(path, method) for path, methods in document["paths"].items() for method in methods if method in METHODS]
    assert len(paths) > 20
    for path, method in paths:
        for number, credential in enumerate([None, say("token"), f"sfk_{say('key')}_x", *credentials]):
            # What would end the account or the link that all this goes by comes last, by whoever may not.
            if method == "delete" and credential in credentials:
                continue
            room, other = (ROOM, say("path")) if number % 2 else (say("room"), ROOM)
            url = path.replace("{room}", room)
            while "{" in url:
                url = url.partition("{")[0] + other + url.partition("}")[2]
            headers: dict[str, str] = {} if credential is None else {"authorization": f"Bearer {credential}"}
            bodies: list[dict[str, Any]] = [
                {"json": {say("field"): say("value"), "name": say("name"), "title": say("title"), "text": say("text")}},
                {"content": f'{{"name": "{say("broken")}', "headers": {"content-type": "application/json"}},
            ]
            body: dict[str, Any] = bodies[number % 2] if method != "get" else {}
            sent: dict[str, Any] = {
                **body,
                "headers": {**body.get("headers", {}), **headers},
                "params": {"q": say("query")},
            }
            with contextlib.suppress(httpx.TimeoutException):
                within = 1.0 if "collect" in path else 30.0
                await http.request(method, url, timeout=within, **sent)


async def words(server: Serving, say: Canaries, token: str) -> None:
    """Every command with fields that are right, wrong, strange; unknown ones; and packets that are none."""
    url = f"{server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket&{say('query')}=1"
    spoken: list[tuple[str, dict[str, Any]]] = [
        ("room.join", {"id": say("id"), "room": ROOM}),
        ("room.join", {"id": say("id"), "room": say("room"), "position": {"epoch": say("epoch"), "seq": 1}}),
        ("room.history", {"id": say("id"), "room": ROOM, "before": say("before")}),
        ("chat.send", {"id": say("id"), "room": ROOM, "text": say("text")}),
        ("chat.send", {"id": say("id"), "room": ROOM, "text": say("long") * 900}),
        (
            "poll.create",
            {"id": say("id"), "room": ROOM, "question": say("q"), "kind": "single", "options": ["a", say("o")]},
        ),
        (say("unknown"), {"text": say("text")}),
    ]
    for word, command in REGISTRY.commands.items():
        fields = {name: say(name.replace("_", "")) for name in command.model_fields if name != "room"}
        spoken += [(word, {"room": ROOM, **fields}), (word, {"room": ROOM, "id": say("id"), say("extra"): 1})]
    async with connect(url, additional_headers={"x-forwarded-for": ADDRESS, "cookie": say("cookie")}) as socket:
        await socket.recv()
        await socket.send("40" + orjson.dumps({"token": token, "protocol": 1, say("auth"): say("auth")}).decode())
        assert str(await asyncio.wait_for(socket.recv(), 30)).startswith("40{")
        for number, (word, fields) in enumerate(spoken):
            answer = await asked(socket, number, word, fields)
            while (wait := answer.get("error", {}).get("retry_after_ms") or HURRIED_MS) < HURRIED_MS:
                # Too fast for any one person; it was not looked at. Time for some more is waited for, too.
                await asyncio.sleep(25 * wait / 1000)
                answer = await asked(socket, number, word, fields)


async def asked(socket: ClientConnection, number: int, word: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What a command was answered."""
    await socket.send(f"42{number}" + orjson.dumps([word, fields]).decode())
    while True:
        packet = await asyncio.wait_for(socket.recv(), 30)
        if packet == "2":
            await socket.send("3")
        elif isinstance(packet, str) and packet.startswith(f"43{number}["):
            answer: dict[str, Any] = orjson.loads(packet.removeprefix(f"43{number}"))[0]
            return answer


async def broken(server: Serving, http: httpx.AsyncClient, say: Canaries) -> None:
    """CONNECTs and packets that must be refused, by both transports."""
    url = f"{server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
    for first in (
        "40" + orjson.dumps({"token": say("token")}).decode(),
        f"40/{say('namespace')},",
        f"42{say('packet')}",
        f'42["chat.send",{{"text":"{say("early")}"}}]',
        f"40{say('auth')}",
        say("nothing"),
    ):
        async with connect(url) as socket:
            await socket.recv()
            with contextlib.suppress(ConnectionClosed, TimeoutError):
                await socket.send(first)
                await asyncio.wait_for(socket.recv(), 1)
    for query in (f"EIO=4&transport={say('transport')}", f"EIO=4&transport=polling&sid={say('sid')}", say("nothing")):
        await http.get(f"/socket.io/?{query}", headers={"origin": f"https://{say('origin')}.example"})
        await http.post(f"/socket.io/?{query}", content=say("body"))
    await http.get(f"/r/{say('room')}?{say('query')}=1#link={say('link')}")
    await http.get(f"/{say('path')}/../{say('path')}")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"NONSENSE {say('raw')}\r\n{say('raw')}\r\n\r\n".encode())
    await asyncio.wait_for(reader.read(1000), 30)
    writer.close()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def damage(path: Path, say: Canaries) -> int:
    """What is stored cannot be read any more, which is a fault whose text would quote it; of how many messages."""
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
        return other.execute(
            "UPDATE records SET data = ? WHERE type = 'chat.sent'", (f'{{"text": "{say("damaged")}',)
        ).rowcount


def test_a_planted_word_is_found(say: Canaries) -> None:
    word = say("name")
    assert say.found(f"2026 [info] joined {word.upper()} r1") == [word]
    assert say.found(base64.b64encode(word.encode()).decode()) == [word]
    assert say.found(f"from {ADDRESS}:5000") == [ADDRESS]
    assert say.found("nothing") == []
