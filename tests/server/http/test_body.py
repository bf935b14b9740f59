import httpx
import pytest

from tests.server.http.house import House


async def post(house: House, content: bytes, **headers: str) -> httpx.Response:
    sent = {"content-type": "application/json", **house.by_key(), **headers}
    return await house.client.post("/api/v1/rooms", content=content, headers=sent)


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
