import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from protocols.limits import MAX_PAYLOAD
from server.http.guard import Guard
from server.http.limits import Bounds
from tests.server.http.house import House

PAGES = ["/", "/r/r1", "/host/r1", "/wall/r1", "/assets/app-8f3a.js", "/icon.svg"]
DATA = ["/livez", "/readyz", "/metrics", "/api/v1/rooms/r1", "/api/v1/openapi.json"]
WRONG = ["/nothing/here", "/api/v1/nothing", "/api/v1/rooms/none", "/r1.html", "/%00", "/api/v1/rooms/%2e%2e"]


@pytest.mark.parametrize("path", [*PAGES, *DATA, *WRONG, "/docs"])
async def test_every_answer_bears_the_security_headers(house: House, path: str) -> None:
    answer = await house.client.get(path)
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"]
    assert "server" not in headers


@pytest.mark.parametrize("path", WRONG)
async def test_an_unknown_address_is_answered_in_the_one_shape(house: House, path: str) -> None:
    answer = await house.client.get(path)
    assert answer.status_code in {404, 422}
    error = answer.json()["error"]
    assert error.keys() == {"code", "message", "retry"}


async def test_another_method_is_told_which_there_are(house: House) -> None:
    answer = await house.client.put("/api/v1/rooms/r1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "invalid")
    assert answer.headers["allow"]


async def test_a_fault_of_ours_is_told_without_its_words(house: House) -> None:
    house.directory.fault = RuntimeError("canary-8817 at /srv/secret")
    answer = await house.client.get("/api/v1/rooms/r1")
    assert answer.status_code == 500
    assert answer.json()["error"] == {
        "code": "internal",
        "message": "Something went wrong on our side.",
        "retry": True,
    }
    assert "canary-8817" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def post(house: House, content: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
    sent = {"content-type": "application/json", **house.by_key(), **headers}
    return await house.client.post("/api/v1/rooms", content=content, headers=sent)


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_too_large_is_refused(house: House, *, chunked: bool) -> None:
    content = pieces(MAX_PAYLOAD // 512 + 1, 512) if chunked else b" " * (MAX_PAYLOAD + 1)
    answer = await post(house, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert answer.headers["connection"] == "close"


async def test_headers_and_addresses_too_long_are_refused(house: House) -> None:
    answer = await house.client.get("/livez", headers={"x-long": "x" * 17_000})
    assert (answer.status_code, answer.json()["error"]["code"]) == (431, "too_large")
    answer = await house.client.get("/livez?" + "x" * 5_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (414, "too_large")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"title": "A",}',
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": "A", "title": "B"}',
        b'{"title": "\\ud800"}',
        b'{"title": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"title": ' + b"9" * 5000 + b"}",
        b'{"settings": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}",
        b"[" * 8000,
        b'{"title": "A\\u0000"}',
        b"null",
        b"title=A",
    ],
)
async def test_json_that_not_every_peer_reads_alike_is_refused(house: House, content: bytes) -> None:
    answer = await post(house, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert house.directory.hosts.keys() == {"r1", "r2"}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_only_json_is_read(house: House, kind: str) -> None:
    answer = await post(house, b'{"title": "A"}', **{"content-type": kind})
    assert answer.status_code in {415, 422}
    assert house.directory.hosts.keys() == {"r1", "r2"}


async def test_requests_are_counted_by_pattern_never_by_path(house: House) -> None:
    for room in ("r1", "r2", "none-8817"):
        await house.client.get(f"/api/v1/rooms/{room}")
    await house.client.get("/canary-8817/x")
    await house.client.request("CANARY8817", "/livez")
    text = house.services.metrics.text().decode()
    assert 'route="/api/v1/rooms/{room}",status="200"} 2.0' in text
    assert "8817" not in text


async def test_pages_of_other_sites_may_ask_only_if_allowed(pages: Path) -> None:
    headers = {"origin": "https://shop.example"}
    closed = await House(pages).open("r1")
    answer = await closed.client.get("/api/v1/rooms/r1", headers=headers)
    assert "access-control-allow-origin" not in answer.headers

    opened = await House(pages, allowed_origins="https://shop.example").open("r1")
    answer = await opened.client.get("/api/v1/rooms/r1", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-credentials" not in answer.headers
    asked = {**headers, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    answer = await opened.client.options("/api/v1/rooms", headers=asked)
    assert answer.status_code == 200
    answer = await opened.client.get("/api/v1/rooms/r1", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


class Peer:
    """One request and what is sent back, on the bare interface."""

    def __init__(self, *messages: Message, headers: dict[bytes, bytes] | None = None) -> None:
        self.scope: Scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b""}
        self.scope["headers"] = list((headers or {b"transfer-encoding": b"chunked"}).items())
        self.messages = list(messages)
        self.sent: list[Any] = []

    async def receive(self) -> Message:
        if not self.messages:
            await asyncio.Event().wait()
        return self.messages.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def ask(self, guard: Guard) -> Any:
        await guard(self.scope, self.receive, self.send)
        return self.sent[0]["status"] if self.sent else None


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": message["body"]})


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    peer = Peer(part(b"a", more=True))
    assert await peer.ask(Guard(echo, bounds=Bounds(body_s=0.01))) == 408


async def test_a_peer_that_leaves_while_sending_is_let_go() -> None:
    peer = Peer(part(b"a", more=True), {"type": "http.disconnect"})
    assert await peer.ask(Guard(echo)) is None


async def test_a_body_in_pieces_is_handed_on_whole() -> None:
    peer = Peer(part(b"a", more=True), part(b"b", more=False))
    assert await peer.ask(Guard(echo)) == 200
    assert peer.sent[1]["body"] == b"ab"


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"9" * 5000, b"x"])
async def test_a_length_that_lies_is_found_out_by_counting(length: bytes) -> None:
    peer = Peer(part(b"a" * 20, more=False), headers={b"content-length": length})
    assert await peer.ask(Guard(echo, bounds=Bounds(body_bytes=10))) == 413


async def test_half_an_answer_is_broken_off() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise OSError("gone")

    peer = Peer(part(b"", more=False))
    with pytest.raises(OSError, match="gone"):
        await peer.ask(Guard(broken))
    assert len(peer.sent) == 1


async def test_a_websocket_here_is_closed_and_lifespan_passes() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    peer = Peer()
    await Guard(app)({"type": "websocket", "path": "/"}, peer.receive, peer.send)
    await Guard(app)({"type": "lifespan"}, peer.receive, peer.send)
    assert peer.sent == [{"type": "websocket.close", "code": 1008}]
    assert seen == ["lifespan"]
