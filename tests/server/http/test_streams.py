from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.demo_stream import FOLDER, PARTS, name_of
from tests.server.http.house import House


@pytest.fixture
async def demo(pages: Path) -> AsyncIterator[House]:
    house = House(pages, demo=True, data=pages.parent)
    async with house.client:
        yield house


async def test_the_demo_s_stream_is_served_once_it_is_made(demo: House) -> None:
    assert (await demo.client.get("/streams/demo.m3u8")).status_code == 404
    folder = demo.settings.data / FOLDER
    folder.mkdir()
    for part in range(PARTS):
        (folder / name_of(part)).write_bytes(b"G")
    (folder / "all.m3u8").write_text("no part")

    answer = await demo.client.get("/streams/demo.m3u8")
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "no-store"
    piece = await demo.client.get(f"/streams/{answer.text.splitlines()[-1]}")
    assert (piece.content, piece.headers["content-type"]) == (b"G", "video/mp2t")
    assert piece.headers["cache-control"] == "public, max-age=24"
    for name in ("all.m3u8", "part-99.ts", "..%2f..%2fsecret", ".."):
        assert (await demo.client.get(f"/streams/demo/{name}")).status_code == 404


async def test_only_the_demo_has_one(house: House) -> None:
    assert (await house.client.get("/streams/demo.m3u8")).status_code == 404
