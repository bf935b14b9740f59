"""Photos are whole or not there: lines break in the middle, the server is killed, files are not what they seem.

Each photo is of some megabytes and is cut at a random place; now and then the server is killed meanwhile. Whoever sends
it asks where it stands and goes on. Then it is added, by two requests at once with one id, and what is shown is opened.
Between them come files that are no photos: bombs, archives, drawings, halves. At the end the blob store is looked at:
three whole pictures for each photo, nothing else; and after some are deleted, nothing of those.
"""

from __future__ import annotations

import asyncio
import io
import os
import random
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image

from loadtests.client import Client
from loadtests.figures import Progress
from loadtests.rig import command, until_stored
from loadtests.serving import Serving
from loadtests.stored import events
from loadtests.waiting import until

ROOM = "uploads"
API = f"/api/v1/rooms/{ROOM}"
SHORT: dict[str, Any] = {"photos": 2, "kills": 1, "megabytes": 2.0, "deleted": 0}
AGAIN = 0.6  # of a photo that was cut half-way, at most
GROWTH = 40 * 1024 * 1024  # bytes of the server, whatever it is sent
GONE_S = 60.0
PIECE = 1024 * 1024
SECRET = "Canary Phone"


@dataclass(slots=True)
class Outcome:
    """What was sent, of that twice, and what was wrong."""

    photos: int = 0
    cuts: int = 0
    kills: int = 0
    again: float = 0.0  # the largest share of a photo that was sent twice
    refused: int = 0
    growth: int = 0  # bytes of the server's memory
    gone: float = 0.0  # seconds until the files of what was deleted were gone
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.photos > 0 and self.cuts > 0 and not self.faults

    def lines(self) -> list[str]:
        return [
            f"{self.photos} photos whole after {self.cuts} cuts and {self.kills} kills, at most "
            f"{self.again * 100:.0f} % of one sent twice; {len(self.faults)} faults",
            f"{self.refused} files that are no photos refused; the server grew by {self.growth / 1024 / 1024:.1f} MiB",
            f"deleted photos left no file after {self.gone:.1f} s",
            *self.faults[:20],
        ]


def photo(luck: random.Random, megabytes: float) -> bytes:
    """A JPEG of about this size, as a phone makes it."""
    width = 1600
    height = max(64, int(megabytes * 1_000_000 / width / 0.67))
    metadata = Image.Exif()
    metadata[0x010F] = SECRET
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (width, height), luck.randbytes(width * height * 3))
    noise.save(out, "JPEG", quality=80, exif=metadata.tobytes())
    return out.getvalue()


def attacks(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Files that are no photos, by name."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    def png(side: int) -> bytes:
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        rows = zlib.compressobj(1)
        body = b"".join(rows.compress(bytes(1_000_000)) for _ in range(100)) + rows.flush()
        return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")

    yield "a bomb", png(50_000)
    yield "half a photo", whole[: len(whole) // 2]
    yield "a photo and an archive", whole + b"PK\x03\x04" + bytes(100) + b"PK\x05\x06" + bytes(18)
    yield "a drawing", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "noise", os.urandom(200_000)
    yield "a page", b"<!doctype html><script>alert(1)</script>" * 100


class Sender:
    """Who sends photos, however often the line breaks."""

    def __init__(self, server: Serving, outcome: Outcome, luck: random.Random) -> None:
        self.server, self.outcome, self.luck = server, outcome, luck
        self.headers: dict[str, str] = {}

    def be(self, user: str) -> None:
        """Somebody else from here on: one person may not begin so many."""
        self.headers = {"authorization": f"Bearer {self.server.token(ROOM, user, 'host')}"}

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request, again while nobody answers."""
        headers = self.headers | more.pop("headers", {})
        for _ in range(200):
            try:
                async with httpx.AsyncClient(base_url=self.server.url, timeout=30) as http:
                    answer = await http.request(method, API + path, headers=headers, **more)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code not in {429, 503}:
                return answer
            await asyncio.sleep(float(answer.headers.get("retry-after", 0.2)))
        message = f"{method} was never answered"
        raise TimeoutError(message)

    async def upload(self, data: bytes, cut: int, *, killed: bool = False) -> str:
        """All of a file, cut off once after so many bytes of it; the upload's id."""
        upload: str = (await self.call("POST", "/uploads", json={"size": len(data)})).json()["upload"]
        at = f"/uploads/{upload}"
        sent = offset = 0
        broken = cut <= 0
        while offset < len(data):
            piece = data[offset : offset + PIECE]
            if not broken and offset + len(piece) > cut:
                broken = True
                sent += await self._broken_off(at, offset, piece, cut - offset)
                self.outcome.cuts += 1
                if killed:
                    await self.server.kill()
                    await self.server.start()
                    self.outcome.kills += 1
            else:
                answer = await self.call("PATCH", at, content=piece, headers={"upload-offset": str(offset)})
                sent += len(piece)
                if answer.status_code not in {204, 409}:
                    message = f"a piece was answered {answer.status_code}"
                    raise RuntimeError(message)
            offset = int((await self.call("HEAD", at)).headers["upload-offset"])
        self.outcome.again = max(self.outcome.again, sent / len(data) - 1)
        return upload

    async def _broken_off(self, at: str, offset: int, piece: bytes, upto: int) -> int:
        address = urlsplit(self.server.url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        head = (
            f"PATCH {API}{at} HTTP/1.1\r\nhost: {address.netloc}\r\nauthorization: {self.headers['authorization']}\r\n"
            f"upload-offset: {offset}\r\ncontent-length: {len(piece)}\r\n\r\n"
        )
        writer.write(head.encode() + piece[:upto])
        await writer.drain()
        await asyncio.sleep(self.luck.uniform(0, 0.1))
        writer.transport.abort()
        return upto

    async def add(self, upload: str, name: str) -> list[httpx.Response]:
        """Make a photo of it, by two requests at once."""
        body = {"id": name, "upload": upload}
        return list(await asyncio.gather(*(self.call("POST", "/photos", json=body) for _ in range(2))))


async def sent_one(sender: Sender, number: int, data: bytes, *, killed: bool) -> str | None:
    """A photo on its way to the wall; its id."""
    faults = sender.outcome.faults
    sender.be(f"sender-{number}")
    upload = await sender.upload(data, int(len(data) * sender.luck.uniform(0.3, 0.7)), killed=killed)
    answers = await sender.add(upload, f"add-{number}")
    photos: set[str] = {answer.json()["photo"] for answer in answers if answer.status_code == 201}
    if len(photos) != 1:
        faults.append(f"photo {number} was answered {[answer.status_code for answer in answers]}")
        return None
    (photo,) = photos
    links = (await sender.call("POST", "/photos/links", json={"photos": [photo]})).json()["links"][photo]
    async with httpx.AsyncClient(base_url=sender.server.url) as anyone:
        for size, url in links.items():
            picture = await anyone.get(url)
            try:
                Image.open(io.BytesIO(picture.content)).load()
            except OSError:
                faults.append(f"photo {number} in {size} is no picture")
            if SECRET.encode() in picture.content:
                faults.append(f"photo {number} in {size} tells of its phone")
    sender.outcome.photos += 1
    return photo


async def attacked(sender: Sender, whole: bytes) -> None:
    """Every file that is none, at once; each gets one clear error."""
    faults = sender.outcome.faults
    sender.be("attacker")

    async def one(name: str, data: bytes) -> None:
        answers = await sender.add(await sender.upload(data, 0), f"bad-{len(data)}")
        # The second may come when the first has judged, and finds nothing there any more.
        told = sorted(answer.status_code for answer in answers)
        if not set(told) <= {409, 413, 422} or told[-1] == 409:
            faults.append(f"{name} was answered {told}")
        else:
            sender.outcome.refused += 1

    for name, data in attacks(whole):
        await one(name, data)


def blobs(data: Path) -> list[Path]:
    """All files of the blob store."""
    return [path for path in (data / "blobs").rglob("*") if path.is_file()]


async def removed(sender: Sender, host: Client, photos: list[str]) -> None:
    """Delete these; how long their files stay."""
    for photo in photos:
        answer = await host.send("photo.delete", {"photo": photo})
        if not answer.get("ok"):
            sender.outcome.faults.append(f"deleting was answered {answer}")
    began = time.monotonic()
    data = sender.server.data
    if not await until(lambda: not [path for path in blobs(data) if path.parent.name in photos], GONE_S, every=0.2):
        sender.outcome.faults.append(f"files of deleted photos are there after {GONE_S:.0f} s")
    sender.outcome.gone = time.monotonic() - began


async def run(
    data: Path,
    progress: Progress,
    *,
    photos: int = 40,
    kills: int = 8,
    megabytes: float = 5.0,
    deleted: int = 10,
    seed: int = 1,
) -> Outcome:
    """Send photos one after the other, attack, delete some, look at what is left."""
    luck, outcome = random.Random(seed), Outcome()
    async with Serving(data) as server:
        host = await server.host(ROOM)
        sender = Sender(server, outcome, luck)
        whole = photo(luck, megabytes)
        before = (await server.idle()).memory
        await attacked(sender, whole)
        outcome.growth = (await server.idle()).memory - before
        if outcome.growth > GROWTH:
            outcome.faults.append(f"the server grew by {outcome.growth} bytes")
        if left := blobs(data):
            outcome.faults.append(f"what is no photo left {len(left)} files")
        known = []
        for number in range(photos):
            found = await sent_one(sender, number, photo(luck, megabytes), killed=number < kills)
            known += [found] if found else []
            progress.say(f"{number + 1} photos")
        await host.until_joined()
        await removed(sender, host, known[:deleted])
        names = sorted(path.parent.name for path in blobs(data))
        if names != sorted(known[deleted:] * 3):
            outcome.faults.append(f"the blob store holds {len(names)} files, and not three for each photo")
        await until_stored(server.database, ROOM, host.place.seq)
        posted = [event for _, _, event in events(server.database, ROOM, "photo.posted") if event is not None]
        if sorted(event["photo"] for event in posted) != sorted(known[deleted:]):
            outcome.faults.append(f"{len(posted)} events for {len(known) - deleted} photos")
        if outcome.again > AGAIN:
            outcome.faults.append(f"{outcome.again * 100:.0f} % of a photo was sent twice")
        await host.stop()
    return outcome


def main() -> int:
    return command("uploads", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
