"""Two or more houses on one Redis: each is what a node has behind its gateway, with a real clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from protocols.errors import Code, Refused
from protocols.messages import Position, Record
from rooms.registry import REGISTRY
from rooms.settings import RoomSettings
from server.broker.redis import RedisBroker, client_of
from server.config import SettingsError
from server.gateway.members import Members
from server.hosting.at_work import AtWork
from server.hosting.clock import Clock
from server.hosting.directory import Directory
from server.hosting.draft import Sender
from server.hosting.host import Patience, Surroundings
from server.hosting.shared import SharedDirectory
from server.neighbours import Neighbours
from server.store.archive import DatabaseArchive
from server.store.projector import Projector
from tests.server.house import ANN, HOST, LOOSE, opened_database


class Node:
    """A house among others. ``told`` is what its members would have heard: (epoch, record); it has members in r."""

    directory: SharedDirectory

    def __init__(self, url: str, folder: Path, name: str) -> None:
        self.url, self.folder, self.name = url, folder, name
        self.told: list[tuple[str, Record]] = []
        self.epochs: list[str] = []
        self.occupied = {"r"}
        self._number = 0

    async def open(self) -> Self:
        self.broker = RedisBroker(client_of(self.url), REGISTRY.events)
        self.database = await opened_database(self.folder)
        self.projector = Projector(self.broker, self.database, REGISTRY.events)
        self.neighbours = Neighbours(self.broker, self.name)
        self.members = Members()
        around = Surroundings(
            broker=self.neighbours.broker,
            clock=Clock(),
            archive=DatabaseArchive(self.database, REGISTRY.events, self.projector.projected),
            on_records=self._tell,
            on_commit=lambda room, head, _due: self.projector.note(room, head),
            on_epoch=lambda _room, epoch: self.epochs.append(epoch),
            patience=Patience(),
        )
        inner = Directory(around, occupied=self.occupied.__contains__, owners=self.neighbours.owners)
        try:
            self.directory = await self.neighbours.start(inner, around, self.members)
        except SettingsError:
            await self.broker.close()
            await self.database.close()
            raise
        await self.directory.start()
        self.tasks = [asyncio.create_task(work) for _, work in self.neighbours.work()]
        self.tasks.append(asyncio.create_task(self.directory.run()))
        return self

    def _tell(self, _room: str, epoch: str, records: Any) -> None:
        self.told.extend((epoch, record) for record in records)

    async def _end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def leave(self) -> None:
        """Hand over, and end in order."""
        await self.directory.drain()
        await self._end()
        await self.neighbours.close()
        await self.broker.close()
        await self.database.close()

    async def die(self) -> None:
        """Gone without a word: nothing is handed over, nothing more is written or heard."""
        await self._end()
        for host in list(self.directory._directory._hosts.values()):
            host.abort()
        self.neighbours.owners._mine.clear()
        await self.directory.close()
        self.broker.shards.leave(f"sf:{{node:{self.me}}}")
        self.neighbours.post.forget(set(self.neighbours.post._neighbours))
        await self.broker.close()
        await self.database.close()

    @property
    def me(self) -> str:
        return self.neighbours.owners.me

    async def at(self, room: str = "r") -> AtWork:
        """The room here, as soon as it can be opened."""
        while True:
            try:
                return await self.directory.open(room)
            except Refused as refused:
                if refused.code is not Code.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.02)

    async def room(self, room: str = "r", **settings: Any) -> AtWork:
        return await self.directory.create_room(room, "Test", RoomSettings(**(LOOSE | settings)), by=HOST.by)

    async def send(
        self, word: str, sender: Sender = ANN, /, *, room: str = "r", id_: str = "", **fields: Any
    ) -> Position:
        """Send a command and wait for its ack; raises Refused."""
        self._number += 1
        body = {"id": id_ or f"{self.name}-{self._number}", "room": room, **fields}
        return await (await self.directory.open(room)).ask(REGISTRY.command(word, body), sender)

    async def insist(self, word: str, sender: Sender = ANN, /, *, id_: str, **fields: Any) -> Position:
        """The same until it is acked, as clients do."""
        while True:
            try:
                return await self.send(word, sender, id_=id_, **fields)
            except Refused as refused:
                if refused.code not in {Code.UNAVAILABLE, Code.OVERLOADED}:
                    raise
                await asyncio.sleep(0.05)

    def texts(self) -> list[str]:
        """What was said, as members here heard it."""
        return [record.data.text for _, record in self.told if record.type == "chat.sent" and record.data]  # type: ignore[attr-defined]

    async def log(self, room: str = "r") -> list[Record]:
        return [record async for chunk in self.broker.read(room, 0) for record in chunk]


@asynccontextmanager
async def node(url: str, folder: Path, name: str) -> AsyncIterator[Node]:
    opened = await Node(url, folder, name).open()
    try:
        yield opened
    finally:
        if not opened.directory._directory.draining and not all(task.done() for task in opened.tasks):
            await opened.leave()


async def until(holds: Any, within: float = 30.0) -> None:
    """Wait for a fact; raises TimeoutError."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - facts of two nodes and a Redis, which set no event
            await asyncio.sleep(0.01)
