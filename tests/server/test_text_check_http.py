"""What is asked over HTTP, and that only a finding counts as an answer."""

from __future__ import annotations

import hashlib
import hmac

import httpx
import orjson
import pytest

from server.text_check import CheckFailed, Finding
from server.text_check_http import ANSWER_BYTES, HttpTextCheck


async def look(answer: httpx.Response | Exception, asked: list[httpx.Request] | None = None) -> Finding:
    def handle(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    check = HttpTextCheck(
        "https://check.example/look", "secret", clock=lambda: 1_700_000_000.9, transport=httpx.MockTransport(handle)
    )
    try:
        return await check.look("r1", ["你好", "x"])
    finally:
        await check.close()


@pytest.mark.parametrize("finding", Finding)
async def test_a_finding_and_what_was_asked(finding: Finding) -> None:
    asked: list[httpx.Request] = []
    assert await look(httpx.Response(200, json={"finding": finding.value, "more": 1}), asked) is finding
    (request,) = asked
    assert (request.method, str(request.url)) == ("POST", "https://check.example/look")
    assert orjson.loads(request.content) == {"room": "r1", "texts": ["你好", "x"]}
    signed = hmac.new(b"secret", b"1700000000." + request.content, hashlib.sha256).hexdigest()
    assert request.headers["x-showfloor-time"] == "1700000000"
    assert request.headers["x-showfloor-signature"] == signed


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={"finding": "fine"}),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        httpx.Response(200, content=b"fine"),
        httpx.Response(200, json=["fine"]),
        httpx.Response(200, json={"finding": "great"}),
        httpx.Response(200, json={}),
        httpx.Response(200, content=b" " * (ANSWER_BYTES + 1)),
        httpx.ConnectError("no way: secret text"),
        httpx.ReadTimeout("late"),
    ],
)
async def test_anything_else_is_a_failure(answer: httpx.Response | Exception) -> None:
    with pytest.raises(CheckFailed) as failed:
        await look(answer)
    assert "secret text" not in str(failed.value)
