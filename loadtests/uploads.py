"""Photos are whole or not there: lines break in the middle, the server is killed, files are not what they seem.

First come files that are no photos (bombs, archives, drawings, halves) and requests that lie, while memory is watched.
Then each photo is of some megabytes and is cut at a random place; now and then the server is killed meanwhile. Whoever
sends it asks where it stands and goes on. It is added by two requests at once with one id, and what is shown is opened.
At the end the blob store is looked at: three whole pictures for each photo, nothing else; and after some are deleted,
nothing of those.
"""

from __future__ import annotations

import asyncio
import io
import random
import time
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
from loadtests.upload_attacks import MEGABYTE, Line, Watch, files, lies
from loadtests.waiting import until

ROOM = "uploads"
API = f"/api/v1/rooms/{ROOM}"
SHORT: dict[str, Any] = {"photos": 2, "kills": 1, "megabytes": 2.0, "deleted": 0, "attacks": 6, "slow": 0}
AGAIN = 0.6  # of a photo that was cut half-way, at most
GROWTH = 40 * MEGABYTE  # bytes of the server, whatever it is sent
DECODERS = 2 * 1024 * MEGABYTE  # of the two processes that may decode at once
GONE_S = 60.0
# A piece has ten seconds.
TRICKLE_S = 60.0
PIECE = MEGABYTE
PART = ".part"  # where the blob store keeps what it is writing
SECRET = "Canary Phone"
GPS, NORTH = 0x8825, {1: "N", 2: (31.0, 14.0, 15.0), 3: "E", 4: (121.0, 29.0, 17.0)}


@dataclass(slots=True)
class Outcome:
    """What was sent, of that twice, and what was wrong."""

    photos: int = 0
    cuts: int = 0
    kills: int = 0
    again: float = 0.0  # the largest share of a photo that was sent twice
    refused: int = 0  # files that are no photos
    lies: int = 0  # requests that lied, and were answered as they should be
    slow: float = 0.0  # seconds after which the last of those that send a byte at a time was sent away
    growth: int = 0  # bytes of the server's memory
    decoders: int = 0  # bytes of all decoders at once, at most
    halves: int = 0  # files that a kill left half-written, under no name; they are swept after a day
    gone: float = 0.0  # seconds until the files of what was deleted were gone
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.photos > 0 and self.cuts > 0 and not self.faults

    def lines(self) -> list[str]:
        return [
            f"{self.photos} photos whole after {self.cuts} cuts and {self.kills} kills, at most "
            f"{self.again * 100:.0f} % of one sent twice; {len(self.faults)} faults",
            f"{self.refused} files that are no photos and {self.lies} requests that lie refused; the server grew by "
            f"{self.growth / MEGABYTE:.1f} MiB, its decoders held {self.decoders / MEGABYTE:.0f} MiB at most",
            *([f"who sends a byte at a time was sent away after {self.slow:.1f} s"] if self.slow else []),
            f"deleted photos left no file after {self.gone:.1f} s; {self.kills} kills left {self.halves} half-written "
            "files under no name, which are swept after a day",
            *self.faults[:20],
        ]


def photo(luck: random.Random, megabytes: float) -> bytes:
    """A JPEG of about this size, as a phone makes it."""
    width = 1600
    height = max(64, int(megabytes * 1_000_000 / width / 0.67))
    metadata = Image.Exif()
    metadata[0x010F] = SECRET
    metadata.get_ifd(GPS).update(NORTH)
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (width, height), luck.randbytes(width * height * 3))
    noise.save(out, "JPEG", quality=80, exif=metadata.tobytes())
    return out.getvalue()


class Sender:
    """Who sends photos, however often the line breaks."""

    def __init__(self, server: Serving, http: httpx.AsyncClient, outcome: Outcome, luck: random.Random) -> None:
        self.server, self.http, self.outcome, self.luck = server, http, outcome, luck
        self.headers: dict[str, str] = {}

    def be(self, user: str) -> None:
        """Somebody else from here on: one person may not begin so many."""
        self.headers = {"authorization": f"Bearer {self.server.token(ROOM, user, 'host')}"}

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request, again while nobody answers."""
        headers = self.headers | more.pop("headers", {})
        for _ in range(200):
            try:
                answer = await self.http.request(method, API + path, headers=headers, **more)
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
    for size, url in links.items():
        shown = await sender.http.get(url)
        try:
            opened = Image.open(io.BytesIO(shown.content))
            opened.load()
        except OSError:
            faults.append(f"photo {number} in {size} is no picture")
            continue
        if SECRET.encode() in shown.content or opened.getexif():
            faults.append(f"photo {number} in {size} tells of its phone, or of where it was")
    sender.outcome.photos += 1
    return photo


async def attacked(sender: Sender, whole: bytes, most: int) -> None:
    """Every file that is none, all at once; each gets one clear error."""
    faults = sender.outcome.faults

    async def one(number: int, name: str, data: bytes) -> None:
        attacker = Sender(sender.server, sender.http, sender.outcome, sender.luck)
        attacker.be(f"attacker-{number}")
        answers = await attacker.add(await attacker.upload(data, 0), f"bad-{number}")
        # The second may come when the first has judged, and finds nothing there any more.
        told = sorted(answer.status_code for answer in answers)
        if not set(told) <= {409, 413, 422} or told[-1] == 409:
            faults.append(f"{name} was answered {told}")
        else:
            sender.outcome.refused += 1

    async with asyncio.TaskGroup() as group:
        for number, (name, data) in enumerate(files(whole)):
            if number < most:
                group.create_task(one(number, name, data))


async def lied_to(sender: Sender, known: str) -> None:
    """Requests that are not what they say; an honest piece gets through behind them."""
    outcome, size = sender.outcome, 50_000
    user = "liar"
    sender.be(user)
    upload = (await sender.call("POST", "/uploads", json={"size": size})).json()["upload"]
    line = Line(sender.server, ROOM, sender.server.token(ROOM, user, "host"))
    for lie in lies(upload, known, size):
        try:
            status = await line.answer(lie)
        except TimeoutError:
            status = -1
        if status in lie.right:
            outcome.lies += 1
        else:
            outcome.faults.append(f"{lie.name} was answered {status}")
    stands = (await sender.call("HEAD", f"/uploads/{upload}")).headers["upload-offset"]
    if stands != "0":
        outcome.faults.append(f"lies brought the upload to {stands}")
    await sender.call("DELETE", f"/uploads/{upload}")


async def trickled(sender: Sender, whole: bytes, count: int) -> str | None:
    """Some who send a byte at a time: somebody else gets a photo through meanwhile, and they are sent away.

    The photo that got through.
    """
    outcome = sender.outcome

    async def slow(number: int) -> None:
        user = f"slow-{number % 4}"
        one = Sender(sender.server, sender.http, outcome, sender.luck)
        one.be(user)
        upload = (await one.call("POST", "/uploads", json={"size": PIECE})).json()["upload"]
        line = Line(sender.server, ROOM, sender.server.token(ROOM, user, "host"))
        status, took = await line.trickle(f"/uploads/{upload}", PIECE, 0.5, TRICKLE_S)
        if status not in {408, 429, 503}:
            outcome.faults.append(f"a byte at a time was answered {status} after {took:.1f} s")
        outcome.slow = max(outcome.slow, took)

        async def kept() -> bool:
            return int((await one.call("HEAD", f"/uploads/{upload}")).headers["upload-offset"]) > 0

        # What came until then is kept, and the answer does not wait for it.
        if not await until(kept, TRICKLE_S, every=0.1):
            outcome.faults.append("of what came a byte at a time nothing was kept")
        await one.call("DELETE", f"/uploads/{upload}")

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(slow(number))
        if count and (between := await sent_one(sender, -1, whole, killed=False)):
            return between
    return None


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


def looked_at(outcome: Outcome, files: list[Path], photos: list[str]) -> None:
    """Three whole pictures for each photo, and nothing else but what a kill left half-written under no name."""
    halves = [path for path in files if path.parent.name == PART]
    outcome.halves = len(halves)
    if outcome.halves > outcome.kills:
        outcome.faults.append(f"{outcome.halves} halves are left after {outcome.kills} kills")
    whole = [path for path in files if path not in halves]
    missing = 3 * len(photos) - sum(path.parent.name in photos for path in whole)
    if missing:
        outcome.faults.append(f"{missing} pictures are missing")
    others = [path for path in whole if path.parent.name not in photos]
    outcome.faults += [f"left over: {'/'.join(path.parts[-4:])}, {path.stat().st_size} bytes" for path in others[:5]]


def watched(outcome: Outcome, watch: Watch) -> None:
    """What was held in memory during the attacks."""
    outcome.growth, outcome.decoders = watch.growth, watch.children
    if outcome.growth > GROWTH:
        outcome.faults.append(f"the server grew by {outcome.growth} bytes")
    if outcome.decoders > DECODERS:
        outcome.faults.append(f"decoders held {outcome.decoders} bytes")


async def run(
    data: Path,
    progress: Progress,
    *,
    photos: int = 40,
    kills: int = 8,
    megabytes: float = 5.0,
    deleted: int = 10,
    attacks: int = 100,
    slow: int = 24,
    seed: int = 1,
) -> Outcome:
    """Attack, send photos one after the other, delete some, look at what is left."""
    luck, outcome = random.Random(seed), Outcome()
    async with Serving(data) as server, httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        host = await server.host(ROOM)
        sender = Sender(server, http, outcome, luck)
        whole = photo(luck, megabytes)
        assert server.process is not None
        async with Watch(server.process.pid) as watch:
            progress.say("files that are no photos, all at once")
            await attacked(sender, whole, attacks)
            if left := blobs(data):
                outcome.faults.append(f"what is no photo left {len(left)} files")
            progress.say(f"{outcome.refused} refused; requests that lie")
            first = await sent_one(sender, 0, photo(luck, megabytes), killed=False)
            await lied_to(sender, str(first))
            progress.say(f"{outcome.lies} refused; {slow} pieces that come a byte at a time")
            between = await trickled(sender, whole, slow)
        watched(outcome, watch)
        known = [each for each in (first, between) if each is not None]
        for number in range(1, photos):
            killed = number <= kills
            found = await sent_one(sender, number, photo(luck, megabytes), killed=killed)
            known += [found] if found else []
            progress.say(f"{number + 1} of {photos} photos{', the server was killed' if killed else ''}")
        progress.say(f"{deleted} are deleted; until their files are gone")
        await host.until_joined()
        await removed(sender, host, known[:deleted])
        looked_at(outcome, blobs(data), known[deleted:])
        await until_stored(server.database, ROOM, host.place.seq)
        posted = [event for _, _, event in events(server.database, ROOM, "photo.posted") if event is not None]
        if sorted(event["photo"] for event in posted) != sorted(known[deleted:]):
            outcome.faults.append(f"{len(posted)} events for {len(known[deleted:])} photos")
        if outcome.again > AGAIN:
            outcome.faults.append(f"{outcome.again * 100:.0f} % of a photo was sent twice")
        await host.stop()
    return outcome


def main() -> int:
    return command("uploads", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
