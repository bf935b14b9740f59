"""A whole HTTP side on rooms, links and keys in memory, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from protocols.errors import Code, Refused
from protocols.limits import READS_PER_MINUTE
from protocols.messages import Audience, By, Command, Position, Record, Role
from rooms.activities.room import RoomCreate
from rooms.activity import Context
from rooms.registry import REGISTRY
from rooms.room import Room
from server.blobs.folder import FolderBlobs
from server.config import Settings
from server.counting import CountingHere
from server.forgotten import Forgotten
from server.guests import Guests
from server.hosting.draft import Sender
from server.hosting.replica import Replica
from server.http.api.exports import Slots
from server.http.app import build_http
from server.http.limits import AddressBudget, Bounds
from server.http.services import Services
from server.identity import Identity
from server.keys import ApiKeys
from server.links import Links
from server.lobby import Lobby
from server.metrics import Metrics
from server.pairings import PAIRINGS_PER_MINUTE, Pairings
from server.photos.addresses import PictureAddresses
from server.photos.darkroom import EACH_PER_MINUTE, Darkroom
from server.photos.files import PhotoFiles
from server.photos.uploads import BEGUN_PER_MINUTE, Uploads
from server.seats import Seats
from server.staff.audit import Audit
from server.templates import Templates
from server.tries import Tries
from tests.server.lobby_tables import MemoryForgotten, MemoryRooms, MemorySeats, MemoryTemplates
from tests.server.photos.records import NoRecords
from tests.server.staff.tables import MemoryStaff, staff_on
from tests.server.stores import MemoryKeys, MemoryLinks

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"
AT = 1_767_225_600_000
EPOCH = "kQvz"


class MemoryHost:
    """A real room, decided at once."""

    def __init__(self, room: str) -> None:
        self.live = Replica(Room(room), EPOCH)
        self.records: list[Record] = []
        self.commands: list[tuple[Command, By]] = []

    @property
    def room(self) -> Room:
        return self.live.room

    async def ask(self, command: Command, sender: Sender) -> Position:
        self.commands.append((command, sender.by))
        proposed = self.room.decide(
            command,
            Context(
                sender.by,
                AT,
                lambda: f"x{len(self.commands)}",
                vouched=sender.vouched,
                suspect=sender.suspect,
                stream_sites=("self", "https://live.example"),
            ),
        )
        records = self.room.record(proposed, by=sender.by, at=AT)
        self.live.apply(records)
        self.records.extend(records)
        return self.live.position


class MemoryDirectory:
    """Rooms and nothing under them; ``fault`` is raised instead of opening one."""

    def __init__(self) -> None:
        self.hosts: dict[str, MemoryHost] = {}
        self.fault: Exception | None = None

    async def open(self, room: str) -> MemoryHost:
        if self.fault:
            raise self.fault
        if room not in self.hosts:
            raise Refused(Code.NOT_FOUND)
        return self.hosts[room]

    def at_work(self) -> list[Room]:
        return [host.room for host in self.hosts.values()]

    async def create(self, command: RoomCreate, by: By) -> Position:
        return await self.hosts.setdefault(command.room, MemoryHost(command.room)).ask(command, Sender(by))


@dataclass(frozen=True)
class MemoryPage:
    epoch: str
    records: Sequence[Record]
    more: bool


class MemoryHistory:
    """What the hosts hold; ``fault`` is raised in the middle of an export."""

    def __init__(self, directory: MemoryDirectory) -> None:
        self.directory = directory
        self.fault: Exception | None = None

    async def page(self, live: Replica, audience: Audience, before: int | None, limit: int) -> MemoryPage:
        records = self.directory.hosts[live.room.id].records
        told = [each for each in records if each.told_to(audience) and (before is None or each.seq < before)]
        return MemoryPage(EPOCH, told[-limit:], len(told) > limit)

    async def export(self, room: str, after: int = 0) -> AsyncIterator[Sequence[Record]]:
        records = [each for each in self.directory.hosts[room].records if each.seq > after]
        for start in range(0, len(records), 2):
            yield records[start : start + 2]
            if self.fault:
                raise self.fault


class House:
    """``client`` sends requests; ``key`` is an API key; rooms are made by ``open``."""

    def __init__(self, pages: Path, *, bounds: Bounds | None = None, **settings: Any) -> None:
        self.settings = Settings.load({"SHOWFLOOR_SECRET": SECRET}, pages=pages, **settings)
        self.directory = MemoryDirectory()
        self.history = MemoryHistory(self.directory)
        self.links = Links(MemoryLinks(), SECRET)
        self.tables = MemoryStaff()
        self.staff = staff_on(self.tables, secret=SECRET)
        self.identity = Identity(SECRET, revoked=self.links.revoked, ended=self.staff.sessions.ended)
        self.keys = ApiKeys(MemoryKeys())
        self.rooms = MemoryRooms()
        self.people: dict[str, int] = {}
        self.now = AT / 1000  # of pairings, seat codes and budgets by address
        self.checks: dict[str, Any] = {}
        self.key = ""
        self.blobs = FolderBlobs(pages.parent / "blobs")
        self.darkroom = Darkroom()
        self.uploads = Uploads(self.blobs, b"uploads", clock=lambda: self.now)
        counting = CountingHere(clock=lambda: self.now)
        self.services = Services(
            settings=self.settings,
            directory=self.directory,
            history=self.history,
            identity=self.identity,
            links=self.links,
            guests=Guests(self.identity, SECRET),
            keys=self.keys,
            staff=self.staff,
            audit=Audit(self.tables.audit),
            lobby=Lobby(self.rooms, at_work=self.directory.at_work, people=lambda room: self.people.get(room, 0)),
            templates=Templates(MemoryTemplates()),
            seats=Seats(MemorySeats(), SECRET, clock=lambda: self.now),
            forgotten=Forgotten(MemoryForgotten(), SECRET),
            pairings=Pairings(clock=lambda: self.now),
            pairings_begun=AddressBudget(PAIRINGS_PER_MINUTE, "pairings", counting),
            uploads_begun=AddressBudget(BEGUN_PER_MINUTE, "uploads", counting),
            reads=AddressBudget(READS_PER_MINUTE, "reads", counting),
            photos_decoded=AddressBudget(EACH_PER_MINUTE, "photos", counting),
            seat_tries=Tries("seat-codes", counting, free=5),
            pairing_tries=Tries("pairing-codes", counting),
            uploads=self.uploads,
            photos=PhotoFiles(self.blobs, NoRecords(), self.uploads),
            pictures=PictureAddresses(b"pictures", clock=lambda: self.now),
            darkroom=self.darkroom,
            metrics=Metrics(),
            checks=self.checks,
            admissions=AddressBudget(self.settings.guests_per_minute, "guests", counting),
        )
        self.app: ASGIApp = build_http(self.services, bounds=bounds)
        # The application's own faults are answered, not raised into the test.
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://showfloor.test")

    async def open(self, *rooms: str) -> House:
        self.key = await self.keys.create("tests")
        for room in rooms:
            await self.directory.create(
                RoomCreate(id="c1", room=room, title=f"Room {room}"), By("api", "API", Role.HOST)
            )
        return self

    def by_key(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    def by(self, role: Role, room: str = "r1", user: str = "u1") -> dict[str, str]:
        issued = self.identity.issue(user=user, name=f"{role}", role=role, room=room)
        return {"authorization": f"Bearer {issued.token}"}

    def host(self, room: str = "r1") -> MemoryHost:
        return self.directory.hosts[room]

    async def say(self, text: str, name: str = "小王", user: str = "guest-1") -> None:
        await self.do("chat.send", By(user, name, Role.ATTENDEE, guest=True), text=text)

    async def do(self, word: str, by: By, *, vouched: bool = False, **body: Any) -> None:
        """Have a command done in room r1."""
        await self.do_in("r1", word, by, vouched=vouched, **body)

    async def do_in(self, room: str, word: str, by: By, *, vouched: bool = False, **body: Any) -> None:
        """Have a command done in a room."""
        host = self.host(room)
        command = REGISTRY.command(word, {"id": f"d{len(host.commands)}", "room": room, **body})
        await host.ask(command, Sender(by, vouched=vouched))

    def have(self, **services: Any) -> None:
        """Other services than those of the beginning."""
        self.services = replace(self.services, **services)
        self.app._app.state.services = self.services  # type: ignore[attr-defined]

    def exports(self) -> Slots:
        slots: Slots = self.app._app.state.exports  # type: ignore[attr-defined]
        return slots

    def pieces(self) -> Slots:
        slots: Slots = self.app._app.state.pieces  # type: ignore[attr-defined]
        return slots

    def document(self) -> dict[str, Any]:
        """The description of the API."""
        described: dict[str, Any] = self.app._app.openapi()  # type: ignore[attr-defined]
        return described
