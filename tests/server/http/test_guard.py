import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from protocols.limits import MAX_PAYLOAD
from server.http.guard import Guard
from server.http.limits import Bounds
from tests.server.http.house import House


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


async def test_requests_are_counted_by_pattern_never_by_path(house: House) -> None:
    for room in ("r1", "r2", "none-8817"):
        await house.client.get(f"/api/v1/rooms/{room}")
    await house.client.get("/canary-8817/x")
    await house.client.request("CANARY8817", "/livez")
    text = house.services.metrics.text().decode()
    assert 'route="/api/v1/rooms/{room}",status="200"} 2.0' in text
    assert "8817" not in text


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
