"""A photo on its way through a real server: a broken line, another try, and what is left when it is deleted."""

import asyncio
import os
import time
from pathlib import Path

import httpx
from PIL import Image

from protocols.messages import Role
from server.app import App
from server.photos.files import SETTLED_S
from server.photos.uploads import PIECE
from server.store.projector import Projector
from tests.server.photos import pictures
from tests.server.running import raw, served, token


def large() -> bytes:
    """A photo of some megabytes that does not become small."""
    noise = Image.frombytes("RGB", (1600, 1200), os.urandom(1600 * 1200 * 3))
    return pictures.encoded("JPEG", noise, quality=92, exif=pictures.exif())


async def broken_off(address: str, path: str, bearer: str, offset: int, data: bytes, length: int) -> None:
    """Announce a body and go away in the middle of it."""
    host, port = address.rsplit(":", 1)
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"PATCH {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {bearer}\r\n"
        f"upload-offset: {offset}\r\ncontent-length: {length}\r\n\r\n"
    )
    writer.write(head.encode() + data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def files(app: App) -> list[str]:
    return [blob.name async for some in app.core.blobs.list() for blob in some]


async def stands(client: httpx.AsyncClient, at: str) -> int:
    return int((await client.head(at)).headers["upload-offset"])


async def test_a_photo_that_was_broken_off_goes_on_and_goes(tmp_path: Path) -> None:
    data = large()
    assert len(data) > 1_500_000
    async with served(tmp_path) as (app, address):
        bearer = token(app, "ann", Role.HOST)
        headers = {"authorization": f"Bearer {bearer}"}
        async with (
            httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as client,
            raw(address, {"token": bearer}) as ann,
        ):
            await ann.join()
            base = "/api/v1/rooms/r1"
            upload = (await client.post(f"{base}/uploads", json={"size": len(data)})).json()["upload"]
            at = f"{base}/uploads/{upload}"
            await broken_off(address, at, bearer, 0, data[:700_000], 1_000_000)
            async with asyncio.timeout(30):
                while (here := await stands(client, at)) < 600_000:
                    assert here % PIECE == 0, "what came is stored in order"
                    await asyncio.sleep(0.01)
            sent = 700_000
            while here < len(data):
                piece = data[here : here + 1_000_000]
                answer = await client.patch(at, content=piece, headers={"upload-offset": str(here)})
                assert answer.status_code == 204, answer.text
                here, sent = int(answer.headers["upload-offset"]), sent + len(piece)
            assert sent < 1.2 * len(data), "next to nothing was sent twice"

            added = await client.post(f"{base}/photos", json={"id": "a1", "upload": upload}, timeout=30)
            assert added.status_code == 201, added.text
            photo = added.json()["photo"]
            linked = await client.post(f"{base}/photos/links", json={"photos": [photo]})
            async with httpx.AsyncClient(base_url=f"http://{address}") as anyone:
                picture = await anyone.get(linked.json()["links"][photo]["2048"])
            assert picture.status_code == 200
            assert b"Secret Phone" not in picture.content
            names = await files(app)
            assert len(names) == 3
            assert all(photo in name for name in names)

            assert (await ann.ask("photo.delete", {"id": "d1", "room": "r1", "photo": photo}))["ok"]
            assert isinstance(app.core.projector, Projector)
            await app.core.projector.project()
            now = time.monotonic()
            await app.core.photos.look(now)
            await app.core.photos.look(now + 2 * SETTLED_S)
            assert await files(app) == []
