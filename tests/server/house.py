"""Rooms at work for tests: broker, database, directory, on a time that is set by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from protocols.errors import Refused
from protocols.messages import By, Position, Record, Role
from rooms.registry import REGISTRY
from rooms.settings import RoomSettings
from server.broker.embedded import EmbeddedBroker
from server.broker.port import Answered, Batch, Broker, BrokerError, Due, Listener, News
from server.hosting.clock import Clock
from server.hosting.directory import Directory
from server.hosting.draft import Sender
from server.hosting.host import Host, Patience, Surroundings
from server.store.archive import DatabaseArchive
from server.store.database import Database
from server.store.history import History
from server.store.migrate import migrated
from server.store.projector import Projector

CANARY = "canary-7Yq2-planted"
HOST = Sender(By("hana", "Hana", Role.HOST))
ANN = Sender(By("ann", "Ann", Role.ATTENDEE, guest=True))
BOB = Sender(By("bob", "Bob", Role.ATTENDEE, guest=True))
# Commands are soon given up, but only after a fault: a slow disk is none.
SHORT = Patience(publish=5.0, backoff=0.001, backoff_most=0.002, commands=0.02)
HASTY = Patience(publish=0.02, backoff=0.001, backoff_most=0.002, commands=0.02)
LOOSE = {"room_rate": 100_000, "person_rate": 100_000, "person_burst": 100_000}

# An empty database with its tables: migrating takes longer than most tests.
_MIGRATED: dict[str, bytes] = {}


class Time:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.monotonic = 50.0

    def pass_ms(self, ms: int) -> None:
        self.wall += ms / 1000
        self.monotonic += ms / 1000

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.monotonic)


class FaultyBroker:
    """A broker that does to the next batches what it is told: fail before the append, after it, or hang."""

    def __init__(self, inner: Broker) -> None:
        self.inner = inner
        self.before: list[BrokerError | None] = []
        self.after: list[BrokerError] = []
        self.published: list[Batch] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.arrived = asyncio.Event()  # set by a batch that has to wait at the gate

    async def publish(self, batch: Batch) -> Position:
        self.published.append(batch)
        if not self.gate.is_set():
            self.arrived.set()
        await self.gate.wait()
        if self.before and (error := self.before.pop(0)):
            raise error
        head = await self.inner.publish(batch)
        if self.after:
            raise self.after.pop(0)
        return head

    async def create(self, room: str) -> Position:
        return await self.inner.create(room)

    async def renew(self, room: str, seq: int) -> Position:
        return await self.inner.renew(room, seq)

    async def claim(self, room: str) -> int:
        return await self.inner.claim(room)

    async def head(self, room: str) -> Position | None:
        return await self.inner.head(room)

    def heads(self) -> AsyncIterator[Mapping[str, Position]]:
        return self.inner.heads()

    async def heads_of(self, rooms: Collection[str]) -> Mapping[str, Position]:
        return await self.inner.heads_of(rooms)

    async def news(self, since: int | None) -> News:
        return await self.inner.news(since)

    async def dues(self) -> Mapping[str, Due]:
        return await self.inner.dues()

    def read(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]:
        return self.inner.read(room, after)

    async def answered(self, room: str, since: int) -> Sequence[Answered]:
        return await self.inner.answered(room, since)

    async def keyed(self, before: int) -> Mapping[str, Sequence[int]]:
        return await self.inner.keyed(before)

    async def forget(self, keyed: Mapping[str, Sequence[int]]) -> None:
        await self.inner.forget(keyed)

    def subscribe(self, room: str, listener: Listener) -> Callable[[], None]:
        return self.inner.subscribe(room, listener)

    async def trim(self, room: str, upto: int) -> None:
        await self.inner.trim(room, upto)

    def statistics(self) -> Mapping[str, float]:
        return self.inner.statistics()

    async def close(self) -> None:
        await self.inner.close()


async def opened_database(folder: Path) -> Database:
    """The database of a house, with its tables; tests/postgres puts another in its place."""
    path = folder / "rooms.sqlite"
    if "tables" in _MIGRATED and not path.exists():
        path.write_bytes(_MIGRATED["tables"])
    database = Database(f"sqlite+aiosqlite:///{path}", busy_ms=50)
    if "tables" not in _MIGRATED:
        await migrated(database)
        await database.overwrite_erased()
        _MIGRATED["tables"] = path.read_bytes()
    return database


class House:
    """Everything behind the gateway. ``told`` is what members would have heard: (room, epoch, record)."""

    broker: FaultyBroker
    database: Database
    projector: Projector
    archive: DatabaseArchive
    history: History
    directory: Directory

    def __init__(self, folder: Path, *, patience: Patience | None = None, idle_ms: int = 60_000) -> None:
        self.folder = folder
        self.time = Time()
        self.told: list[tuple[str, str, Record]] = []
        self.epochs: list[tuple[str, str]] = []
        self.patience = patience or Patience()
        self._idle_ms = idle_ms
        self._number = 0

    async def open(self) -> Self:
        self.broker = FaultyBroker(EmbeddedBroker(self.folder / "log.sqlite", REGISTRY.events))
        self.database = await opened_database(self.folder)
        self.projector = Projector(self.broker, self.database, REGISTRY.events)
        self.archive = DatabaseArchive(self.database, REGISTRY.events, self.projector.projected)
        self.history = History(self.database, self.broker, REGISTRY.events)
        around = Surroundings(
            broker=self.broker,
            clock=self.time.clock(),
            archive=self.archive,
            on_records=lambda room, epoch, records: self.told.extend((room, epoch, record) for record in records),
            on_commit=lambda room, head, _due: self.projector.note(room, head),
            on_epoch=lambda room, epoch: self.epochs.append((room, epoch)),
            patience=self.patience,
        )
        self.directory = Directory(around, idle_ms=self._idle_ms)
        await self.directory.start()
        return self

    async def crash(self) -> None:
        """Everything goes as it is; what is in memory is gone."""
        self.broker.gate.set()
        await self.broker.close()
        await self.database.close()

    async def restart(self) -> None:
        await self.crash()
        await self.open()

    async def room(self, room: str = "r", **settings: Any) -> Host:
        """A new room without tight budgets."""
        return await self.directory.create_room(room, "Test", RoomSettings(**(LOOSE | settings)), by=HOST.by)

    async def send(
        self, word: str, sender: Sender = ANN, /, *, room: str = "r", id_: str = "", **fields: Any
    ) -> Position:
        """Send a command and wait for its ack; raises Refused."""
        host = await self.directory.open(room)
        return await self.ask(host, word, sender, id_=id_, **fields)

    async def ask(self, host: Host, word: str, sender: Sender = ANN, /, *, id_: str = "", **fields: Any) -> Position:
        self._number += 1
        command = REGISTRY.command(word, {"id": id_ or f"c{self._number}", "room": host.room_id, **fields})
        return await host.ask(command, sender)

    async def outcome(self, word: str, sender: Sender = ANN, /, **fields: Any) -> Position | Refused:
        try:
            return await self.send(word, sender, **fields)
        except Refused as refused:
            return refused

    async def log(self, room: str = "r", after: int = 0) -> list[Record]:
        return [record async for chunk in self.broker.read(room, after) for record in chunk]

    def raw(self, prefix: str = "") -> bytes:
        """All bytes of all files."""
        return b"".join(file.read_bytes() for file in self.folder.iterdir() if file.name.startswith(prefix))


@asynccontextmanager
async def house(folder: Path, **options: Any) -> AsyncIterator[House]:
    opened = await House(folder, **options).open()
    try:
        yield opened
    finally:
        await opened.crash()
