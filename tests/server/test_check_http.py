"""What is asked over HTTP, and that only a finding counts as an answer."""

from __future__ import annotations

import hashlib
import hmac

import httpx
import orjson
import pytest

from server.check_http import ANSWER_BYTES, Endpoint, HttpImageCheck, HttpTextCheck
from server.outside import CheckFailed, Finding
from tests.server.image_service import ImageService
from tests.server.photos import pictures


async def look(answer: httpx.Response | Exception, asked: list[httpx.Request] | None = None) -> Finding:
    def handle(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx.MockTransport(handle)
    check = HttpTextCheck(Endpoint("https://check.example/look", "secret", lambda: 1_700_000_000.9, transport))
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


async def test_a_picture_is_asked_about_as_agreed() -> None:
    service = ImageService("secret", Finding.HOLD)
    check = HttpImageCheck(service.endpoint())
    picture = pictures.encoded("WEBP", pictures.picture(640, 480))
    assert await check.look("r1", picture) is Finding.HOLD
    assert (service.faults, service.seen) == ([], [("r1", picture)])
    forged = HttpImageCheck(ImageService("another secret", Finding.FINE).endpoint("secret"))
    with pytest.raises(CheckFailed, match="status 400"):
        await forged.look("r1", picture)
    await check.close()
    await forged.close()
