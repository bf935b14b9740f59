"""The ways in, against a small HTTP server that keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from loadtests.admission import NotAdmitted, guest, host_by_key, minted, opened
from loadtests.serving import Serving


class Api:
    """Answers by method and path, in turn where there are several answers."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.asked: list[tuple[str, Any, str | None]] = []

    def answer(self, what: str, body: Any, authorization: str | None) -> tuple[int, dict[str, Any]]:
        self.asked.append((what, body, authorization))
        answers = self.answers.get(what, [(404, {"error": {"code": "not_found", "message": "no"}})])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            status, answer = api.answer(f"{self.command} {self.path}", body, self.headers.get("authorization"))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _any  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield api
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_guest_comes_again_when_told_to(api: Api) -> None:
    wait = {"error": {"code": "rate_limited", "retry_after_ms": 1}}
    api.answers["POST /api/v1/rooms/r1/guest"] = [(429, wait), (200, {"token": "t"})]
    assert guest(api.url, "r1", "ann") == "t"
    assert [body for _, body, _ in api.asked] == [{"nickname": "ann"}] * 2


def test_a_guest_who_is_refused_is_told_why(api: Api) -> None:
    with pytest.raises(NotAdmitted, match="404: not_found"):
        guest(api.url, "r1", "ann")


@pytest.mark.parametrize("link", ["https://x.example/host/r1#link=abc", "abc", "https://x.example/r/r1#abc"])
def test_a_link_is_opened_however_it_is_written(api: Api, link: str) -> None:
    api.answers["POST /api/v1/links/exchange"] = [(200, {"room": "r1", "token": "t"})]
    assert opened(api.url, link) == ("r1", "t")
    assert api.asked[0][1] == {"link": "abc"}


def test_a_key_makes_the_room_and_its_host(api: Api) -> None:
    api.answers["POST /api/v1/rooms"] = [(201, {"id": "r1"})]
    api.answers["POST /api/v1/rooms/r1/links"] = [(201, {"link": "abc"})]
    api.answers["POST /api/v1/links/exchange"] = [(200, {"room": "r1", "token": "t"})]
    assert host_by_key(api.url, "sfk_1", "r1") == "t"
    steps = [what for what, _, _ in api.asked]
    assert steps == [
        "GET /api/v1/rooms/r1",
        "POST /api/v1/rooms",
        "POST /api/v1/rooms/r1/links",
        "POST /api/v1/links/exchange",
    ]
    assert [key for _, _, key in api.asked] == ["Bearer sfk_1"] * 3 + [None]


def test_nobody_there_is_not_admitted() -> None:
    with pytest.raises(NotAdmitted):
        guest("http://127.0.0.1:1", "r1", "ann")


def test_a_minted_token_is_signed_as_the_rigs_are(tmp_path: Any) -> None:
    server = Serving(tmp_path)
    theirs, ours = server.token("r1", "u1"), minted(server.secret, "r1", "u1")
    assert theirs.split(".")[0] == ours.split(".")[0]
    wrong = OctKey.import_key("another secret that is long enough")
    with pytest.raises(Exception, match="bad_signature"):
        jwt.decode(ours, wrong)
