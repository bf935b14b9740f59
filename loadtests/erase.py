"""Erase a person, and look for them byte by byte: in every file, every answer and every line of the server's log.

A guest and a member of a group chat leave canaries wherever a person can leave something: names, messages (said,
pinned, deleted, restored), votes, photos (shown, waiting, half sent), ids of commands, a seat code, a ban. Both are
erased through the API. Within a minute no file of the data folder may hold one of the canaries or be named by one,
whether in a table, a free page, a write-ahead log or a picture; no metric, export, history or view and no line of the
log at its most talkative either; and a crash and a restart bring nothing back.
"""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import connect
from typing import Any

import httpx
from PIL import Image

from loadtests.client import Client
from loadtests.figures import Progress
from loadtests.rig import command, start_all, stop_all, until_stored
from loadtests.serving import Serving
from loadtests.stored import read

ROOM = "erase"
API = "/api/v1"
# Files of photos go half a minute after the erasure: too long for every run of the tests.
SHORT: dict[str, Any] = {"messages": 20, "photos": 0}
WITHIN = 60.0
GONE = "wecom"  # the network of the person in a group chat


@dataclass(slots=True)
class Outcome:
    """Canaries planted, seconds until the last was gone, and what was wrong, in sentences."""

    planted: int
    took: float = 0.0
    looked: int = 0  # bytes of files and answers in the last search
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults and self.planted > 0

    def lines(self) -> list[str]:
        return [
            f"{self.planted} canaries in no file, answer or log line {self.took:.1f} s after the erasure; "
            f"{len(self.faults)} faults",
            f"{self.looked / 1024:.0f} KiB were searched, again after a crash and after a restart in order",
            *self.faults[:20],
        ]


def found_in(texts: Mapping[str, bytes], canaries: Mapping[str, str]) -> list[str]:
    """Each canary that is found: which, and where, be it in the name."""
    return [
        f"{what} in {where}"
        for where, text in texts.items()
        for what, bird in canaries.items()
        if bird.encode() in text or bird in where
    ]


def files_of(data: Path) -> dict[str, bytes]:
    """All files of a folder by name."""
    return {str(path.relative_to(data)): path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


class Scene:
    """The server with its people: who is to be forgotten, and who stays."""

    def __init__(self, server: Serving, key: str, http: httpx.AsyncClient) -> None:
        self.server, self.key, self.http = server, key, http
        self.canaries: dict[str, str] = {}
        self.users: list[str] = []
        self.others: list[Client] = []

    def bird(self, what: str) -> str:
        """A new canary: a text that stands nowhere else."""
        self.canaries[what] = canary = f"canary{secrets.token_hex(8)}"
        return canary

    async def call(self, method: str, path: str, token: str | None = None, body: Any = None) -> httpx.Response:
        """A request to the API, by default with the key."""
        headers = {"authorization": f"Bearer {token or self.key}"}
        return await self.http.request(method, API + path, headers=headers, json=body)

    async def answers(self) -> dict[str, bytes]:
        """Everything that anybody may ask the server for about the room."""
        token = self.server.token(ROOM, "late")
        asked = {
            "history": await self.call("GET", f"/rooms/{ROOM}/history", token),
            "the hosts' history": await self.call("GET", f"/rooms/{ROOM}/history"),
            "export.csv": await self.call("GET", f"/rooms/{ROOM}/export.csv"),
            "export.json": await self.call("GET", f"/rooms/{ROOM}/export.json"),
            "the room": await self.call("GET", f"/rooms/{ROOM}"),
            "metrics": await self.http.get("/metrics"),
        }
        for where, answer in asked.items():
            answer.raise_for_status()
            assert answer.content, where
        texts = {where: answer.content for where, answer in asked.items()}
        for role in ("attendee", "host"):
            late = self.server.client(ROOM, f"late-{role}", role=role)
            await late.start()
            texts[f"the {role}s' view"] = repr(late.seen.answer).encode()
            await late.stop()
        return texts

    def rows(self) -> set[tuple[int, str, str, str]]:
        """What is stored of those who stay; of what they did to those who go, the place alone."""
        mine = set(self.users)
        return {
            (row.seq, row.type, row.by, row.digest)
            if not row.type.startswith("person.")
            else (row.seq, row.type, "", "")
            for row in read(self.server.data, ROOM)
            if row.by not in mine and not row.by.startswith("erased") and row.type != "person.erased"
        }


async def must(client: Client, kind: str, fields: dict[str, Any], name: str | None = None) -> int:
    """Send a command that has to be acked; its seq."""
    answer = await client.send(kind, fields, name)
    while not answer.get("ok") and answer["error"].get("retry_after_ms"):
        await asyncio.sleep(answer["error"]["retry_after_ms"] / 1000)
        answer = await client.send(kind, fields, name)
    if not answer.get("ok"):
        message = f"{kind} was answered {answer}"
        raise RuntimeError(message)
    seq: int = answer["position"]["seq"]
    return seq


def picture(phone: str) -> bytes:
    """A JPEG that tells of the phone that took it, not far from its beginning."""
    metadata = Image.Exif()
    metadata[0x010F] = phone
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 30, 30)).save(out, "JPEG", exif=metadata.tobytes())
    return out.getvalue()


async def photograph(scene: Scene, host: Client, token: str, photos: int) -> None:
    """A guest sends photos, of which the host shows every second one, and one by half."""
    path = f"/rooms/{ROOM}"

    async def sent(data: bytes, length: int) -> str:
        answer = await scene.call("POST", f"{path}/uploads", token, {"size": length})
        upload: str = answer.raise_for_status().json()["upload"]
        headers = {"authorization": f"Bearer {token}", "upload-offset": "0"}
        at = f"{API}{path}/uploads/{upload}"
        (await scene.http.patch(at, content=data, headers=headers)).raise_for_status()
        return upload

    for number in range(photos):
        data = picture(scene.bird(f"the phone of photo {number}"))
        body = {"id": f"photo-{number}", "upload": await sent(data, len(data))}
        body["caption"] = scene.bird(f"the caption of photo {number}")
        added = (await scene.call("POST", f"{path}/photos", token, body)).raise_for_status().json()
        scene.canaries[f"the id of photo {number}"] = added["photo"]
        if number % 2 == 0:
            await must(host, "photo.approve", {"photo": added["photo"]})
    if photos:
        data = picture(scene.bird("the phone of half a photo"))
        await sent(data[:-100], len(data))


async def live_a_life(scene: Scene, host: Client, messages: int, photos: int) -> None:
    """A guest does everything that a guest can do, among others who talk."""
    nickname = scene.bird("the nickname")
    admitted = (await scene.call("POST", f"/rooms/{ROOM}/guest", body={"nickname": nickname})).raise_for_status().json()
    guest = Client(scene.server.url, admitted["token"], ROOM, user=admitted["user"])
    scene.users.append(admitted["user"])
    scene.canaries["the guest's id"] = admitted["user"]
    ids: dict[int, str] = {}

    def on_event(_client: Client, kind: str, event: dict[str, Any]) -> None:
        if kind == "chat.sent" and event["data"]:
            ids[event["seq"]] = event["data"]["message"]

    host.on_event = on_event
    await guest.start()

    async def said(what: str) -> str:
        seq = await must(guest, "chat.send", {"text": scene.bird(what)}, scene.bird(f"the id of {what}"))
        await host.until_at(seq)
        return ids[seq]

    for number in range(messages):
        await said(f"message {number}")
        await must(scene.others[number % len(scene.others)], "chat.send", {"text": f"and {number} of others"})
    await must(host, "chat.pin", {"message": await said("what is pinned")})
    await must(host, "chat.delete", {"message": await said("what a host deleted")})
    await must(guest, "chat.delete", {"message": await said("what they deleted")})
    back = await said("what was restored")
    await must(host, "chat.delete", {"message": back})
    await must(host, "chat.restore", {"message": back})
    await vote(host, [guest, *scene.others])
    await photograph(scene, host, admitted["token"], photos)
    own = {"device": admitted["device"]}
    seat = (await scene.call("POST", f"/rooms/{ROOM}/seat-code", admitted["token"], own)).raise_for_status().json()
    scene.canaries["the seat code"] = seat["code"]
    scene.canaries["the number of their browser"] = admitted["device"].rpartition(".")[0]
    await guest.stop()
    user = admitted["user"]
    for role in ("moderator", "attendee"):
        await must(host, "person.role", {"user": user, "role": role})
    await must(host, "person.kick", {"user": user})
    await must(host, "person.ban", {"user": user})


async def vote(host: Client, voters: Sequence[Client]) -> None:
    """A poll in which all of them vote; it stays open."""
    polls: list[str] = []

    def on_event(_client: Client, kind: str, event: dict[str, Any]) -> None:
        if kind == "poll.created":
            polls.append(event["data"]["poll"])

    before, host.on_event = host.on_event, on_event
    await host.until_at(await must(host, "poll.create", {"question": "?", "kind": "single", "options": ["a", "b"]}))
    await must(host, "poll.open", {"poll": polls[0]})
    for voter in voters:
        await must(voter, "poll.vote", {"poll": polls[0], "choices": [0]})
    host.on_event = before


async def speak_for(scene: Scene) -> None:
    """A bot says something for a member of a group chat."""
    bot = scene.server.client(ROOM, "bot", role="bot")
    await bot.start()
    member = scene.bird("the member's id")
    person = {"id": member, "name": scene.bird("the member's name"), "via": GONE}
    for number in range(3):
        text = scene.bird(f"what the bot said for them, {number}")
        await must(bot, "chat.send", {"text": text, "on_behalf_of": person})
    scene.users.append(f"{GONE}:{member}")
    await bot.stop()


def blind_spots(scene: Scene) -> list[str]:
    """Canaries that are not found before the erasure: looking for those proves nothing. Ids are not kept anyway."""
    files = files_of(scene.server.data)
    there = {what for what, bird in scene.canaries.items() if found_in(files, {what: bird})}
    photos = {what for what in scene.canaries if what.startswith("the id of photo ")}
    hidden = {what for what in scene.canaries if what.startswith("the id of ") or what == "the seat code"} - photos
    # What is in a photo beside its pixels is not even kept.
    hidden |= {what for what in scene.canaries if what.startswith("the phone of photo ")}
    deleted = {"what they deleted"}
    with closing(connect(f"file:{scene.server.data / 'rooms.sqlite'}?mode=ro", uri=True)) as database:
        kept = b"".join(body for (body,) in database.execute("SELECT body FROM snapshots"))
    lost = [what for what in scene.canaries if what not in there | hidden | deleted]
    if scene.canaries["the nickname"].encode() not in kept:
        lost.append("the nickname in a snapshot")
    return [f"{what} was not there before the erasure" for what in lost]


async def searched(scene: Scene) -> tuple[list[str], int]:
    """What is still found, and how many bytes were looked at."""
    texts = {**files_of(scene.server.data), **await scene.answers()}
    return found_in(texts, scene.canaries), sum(map(len, texts.values()))


async def forget(scene: Scene, outcome: Outcome, progress: Progress) -> None:
    """Erase both, and search until nothing is found or the time is over."""
    begun = time.monotonic()
    for user in scene.users:
        answer = await scene.call("DELETE", f"/rooms/{ROOM}/people/{user}")
        if answer.status_code != 200:
            outcome.faults.append(f"the erasure was answered {answer.status_code}: {answer.text[:200]}")
    while True:
        found, outcome.looked = await searched(scene)
        outcome.took = time.monotonic() - begun
        seat = await scene.call("POST", f"/rooms/{ROOM}/seat", body={"code": scene.canaries["the seat code"]})
        if seat.status_code == 200:
            found.append("their seat, by its code")
        if not found or outcome.took > WITHIN:
            break
        await asyncio.sleep(0.5)
    outcome.faults += [f"after {outcome.took:.0f} s: {each}" for each in found]
    progress.say(f"{len(found)} found {outcome.took:.1f} s after the erasure")


async def come_again(scene: Scene, outcome: Outcome, progress: Progress) -> None:
    """A crash, and a restart in order, must bring nothing back."""
    for how in ("a crash", "a restart"):
        if how == "a crash":
            await scene.server.kill()
        else:
            await scene.server.terminate()
        left = found_in(files_of(scene.server.data), scene.canaries)
        await scene.server.start()
        found, _ = await searched(scene)
        outcome.faults += [f"after {how}: {each}" for each in {*left, *found}]
        progress.say(f"{len(left)} found after {how}, {len(found)} after the start")


async def run(data: Path, progress: Progress, *, messages: int = 200, photos: int = 4) -> Outcome:
    """Serve, let two people live, erase them, search."""
    async with Serving(data, env={"SHOWFLOOR_LOG_LEVEL": "debug"}) as server:
        host = await server.host(ROOM)
        key = (await server.command("key", "--data", str(data), "--label", "erase")).split()[-1]
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:
            scene = Scene(server, key, http)
            scene.others = [server.client(ROOM, f"other{number}") for number in range(3)]
            await start_all(scene.others)
            await live_a_life(scene, host, messages, photos)
            await speak_for(scene)
            last = await must(scene.others[0], "chat.send", {"text": "the last word"})
            # A restart in order, so that a snapshot holds it all too.
            await server.terminate()
            await server.start()
            await until_stored(data, ROOM, last)
            outcome = Outcome(len(scene.canaries), faults=blind_spots(scene))
            before = scene.rows()
            progress.say(f"{len(scene.canaries)} canaries planted")
            await forget(scene, outcome, progress)
            await come_again(scene, outcome, progress)
            if before - scene.rows():
                outcome.faults.append(f"{len(before - scene.rows())} records of others are gone or changed")
            await stop_all([host, *scene.others])
    if not all(each.caused for each in server.exits) or "Traceback" in server.output:
        outcome.faults.append(f"the server ended with {server.exits}, or its log has a traceback")
    return outcome


def main() -> int:
    return command("erase", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
