"""Log, database and the rooms at work on them: what a server, a worker and the command line have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protocols.messages import Record
from rooms.registry import REGISTRY
from server import logs
from server.blob_store import blobs_of
from server.blobs.orphans import Orphans
from server.blobs.port import Blobs
from server.broker.embedded import EmbeddedBroker
from server.broker.port import Broker
from server.config import PREFIX, Settings, Workers
from server.database import bring_up_to_date, database_of
from server.folder import SETTING as DATA_SETTING
from server.folder import keep_private, opening
from server.gateway.members import Members
from server.hosting.at_work import Rooms
from server.hosting.clock import Clock
from server.hosting.directory import Directory
from server.hosting.host import Surroundings
from server.identity import derived_key
from server.lobby import Lobby
from server.metrics import Metrics
from server.photos.files import PREFIX as PHOTOS
from server.photos.files import PhotoFiles
from server.photos.uploads import Uploads
from server.readiness import Check
from server.secret_mark import mark_of
from server.store.archive import DatabaseArchive
from server.store.checkpoints import Checkpoints, known_rooms
from server.store.database import Database
from server.store.lobby import StoredRooms
from server.store.photos import StoredPhotos
from server.store.projector import Projector
from server.store.retention import Retention
from server.store.seats import SeatsToForget, StoredSeats
from server.store.trimming import Trimming
from server.trace import Trace

if TYPE_CHECKING:
    from server.broker.redis import RedisBroker
    from server.neighbours import Neighbours
    from server.shares import Shares

log = logs.logger("app")

LOG_FILE = "log.sqlite"
WORKERS_LOOK_S = 0.5  # how often a worker reads where logs end: nobody tells it


async def tell_what_is_missing(broker: Broker, database: Database, directory: Rooms) -> None:
    """A folder that has lost one of its files: say so, and have the rooms that are in the other one made again."""
    known = unlogged = 0
    async for rooms in known_rooms(database):
        known += len(rooms)
        heads = await broker.heads_of(rooms)
        lost = [room for room in rooms if room not in heads]
        unlogged += len(lost)
        directory.wake_soon(lost)
    if unlogged:
        log.error("the log was lost: it goes on from the database, in a new epoch", rooms=unlogged)
    if not known:
        logged = sum([sum(head.seq > 0 for head in heads.values()) async for heads in broker.heads()])
        if logged:
            gone = "links, API keys, staff accounts, templates"
            log.error("the database was empty: it is made again from the log", rooms=logged, lost=gone)


@dataclass(frozen=True, slots=True)
class Core:
    """The log, the database and the rooms at work on them."""

    settings: Settings
    broker: EmbeddedBroker | RedisBroker
    database: Database
    projector: Projector | Checkpoints
    retention: Retention
    trimming: Trimming | None
    directory: Rooms
    members: Members
    clock: Clock
    trace: Trace
    seats_to_forget: SeatsToForget
    neighbours: Neighbours | None
    shares: Shares | None
    blobs: Blobs
    photos: PhotoFiles
    orphans: Orphans

    def checks(self) -> dict[str, Check]:
        """Whether log, database and, if one is set, the blob store can be used."""
        found: dict[str, Check] = {
            "log": self.broker.trouble,
            "database": self.database.trouble,
            "projector": self.projector.trouble,
        }
        if self.trimming is not None:
            found["trimming"] = self.trimming.trouble
        return found if self.settings.blob_url is None else {**found, "blobs": self.blobs.trouble}

    def measure(self, metrics: Metrics) -> None:
        """Show what these parts count."""
        metrics.add("broker", self.broker.statistics)
        metrics.add("projector", self.projector.statistics)
        metrics.add("database", self.database.statistics)
        if self.trimming is not None:
            metrics.add("trimming", self.trimming.statistics)
        metrics.add("hosting", self.directory.statistics)
        metrics.add("blobs", lambda: {**self.blobs.statistics(), **self.orphans.statistics()})
        metrics.add("photos", self.photos.statistics)

    def chores(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What has to run somewhere, of which any number of processes may do it: here, or in workers."""
        trimming = {} if self.trimming is None else {"trimming": self.trimming.run(self.clock.now)}
        return {
            **trimming,
            "retention": self.retention.run(self.clock.now),
            "orphans": self.orphans.run(self.clock.now),
            "photos": self.photos.run(),
        }


async def log_of(settings: Settings) -> EmbeddedBroker | RedisBroker:
    """The log: in Redis if one is set, in the data folder if not. Raises SettingsError."""
    with opening(settings.data / LOG_FILE):
        if settings.redis_url is None or settings.database_url is None:
            await asyncio.to_thread(settings.data.mkdir, parents=True, exist_ok=True)
        if settings.redis_url is None:
            keep_private(settings.data / LOG_FILE)
            return EmbeddedBroker(settings.data / LOG_FILE, REGISTRY.events)
    # What has to do with Redis is loaded only where there is one.
    from server.neighbours import redis_log

    return await redis_log(settings.redis_url.get_secret_value(), REGISTRY.events)


async def rooms_of(around: Surroundings, members: Members, neighbours: Neighbours | None, *, serving: bool) -> Rooms:
    """The rooms at work; among those of other nodes if there are such. Raises SettingsError, Unavailable."""
    if neighbours is None:
        return Directory(around, occupied=members.occupied, on_open=members.follow)
    around = replace(around, broker=neighbours.broker)
    directory = Directory(around, occupied=members.occupied, on_open=members.follow, owners=neighbours.owners)
    if serving:
        return await neighbours.start(directory, around, members)
    await neighbours.look()
    return directory


def shares_of(broker: EmbeddedBroker | RedisBroker, neighbours: Neighbours | None) -> Shares | None:
    """This worker among the others; there are none where the log is in a folder."""
    if neighbours is None or isinstance(broker, EmbeddedBroker):
        return None
    from server.shares import Shares

    return Shares(broker.lanes, neighbours.owners.me)


def projector_of(
    settings: Settings, broker: Broker, database: Database, shares: Shares | None
) -> Projector | Checkpoints:
    """Who brings the database to where the logs are; in a gateway whose workers run apart: who sees how far it is."""
    if shares is not None:
        return Projector(broker, database, REGISTRY.events, mine=shares.mine, look_s=WORKERS_LOOK_S)
    if settings.workers is Workers.APART:
        return Checkpoints(database)
    return Projector(broker, database, REGISTRY.events)


def neighbours_of(
    settings: Settings, broker: EmbeddedBroker | RedisBroker, *, working: bool = False
) -> Neighbours | None:
    """The other nodes, where the log is shared with such."""
    if isinstance(broker, EmbeddedBroker):
        return None
    from server.neighbours import Neighbours

    # A worker signs nothing, and need not know the secret of the others.
    return Neighbours(broker, settings.node_id, None if working else mark_of(settings.secret.get_secret_value()))


async def put_away(
    looking: Sequence[asyncio.Task[None]], neighbours: Neighbours | None, broker: Broker, database: Database
) -> None:
    """Close, in order, what ``core`` has opened."""
    for task in looking:
        task.cancel()
    for outcome in await asyncio.gather(*looking, return_exceptions=True):
        if isinstance(outcome, Exception):
            log.error("it is not known what is missing", error=type(outcome).__name__)
    if neighbours is not None:
        await neighbours.close()
    await broker.close()
    await database.close()


def retention_of(
    broker: Broker, database: Database, directory: Rooms, neighbours: Neighbours | None, shares: Shares | None
) -> Retention:
    """Who lets rooms forget: a worker those of its share, wherever they are; a server those that it has."""
    if shares is not None and neighbours is not None and neighbours.retiring is not None:
        return Retention(database, broker, REGISTRY.events, retire=neighbours.retiring.retire, mine=shares.mine)
    return Retention(database, broker, REGISTRY.events, retire=directory.retire)


def trimming_of(
    settings: Settings, broker: Broker, database: Database, projector: Projector | Checkpoints, shares: Shares | None
) -> Trimming | None:
    """Who takes from the logs what is in the database; nobody where logs stay whole."""
    if not settings.log_kept_hours:
        return None
    return Trimming(
        database,
        broker,
        hours=settings.log_kept_hours,
        mine=(lambda _room: True) if shares is None else shares.mine,
        behind_s=lambda: projector.statistics()["lag_seconds"],
    )


def photos_of(settings: Settings, blobs: Blobs, records: StoredPhotos, clock: Clock, *, signing: bool) -> PhotoFiles:
    """The files of photos. A worker only removes them, and needs no key for that."""
    key = derived_key(settings.secret.get_secret_value(), "uploads") if signing else b""
    return PhotoFiles(blobs, records, Uploads(blobs, key, clock=clock.seconds))


@asynccontextmanager
async def core(settings: Settings, *, serving: bool = False, working: bool = False) -> AsyncIterator[Core]:
    """Opens the log and the database, brings the tables up to date, and closes in order.

    Where rooms are shared with other nodes, only who is ``serving`` or ``working`` is one of these; who is working
    does it for all, and shares that with the other workers. Raises SettingsError if log or database cannot be used.
    """
    broker = await log_of(settings)
    neighbours = neighbours_of(settings, broker, working=working)
    database = database_of(settings)
    looking: list[asyncio.Task[None]] = []
    try:
        await bring_up_to_date(settings, database)
        shares = shares_of(broker, neighbours) if working else None
        projector = projector_of(settings, broker, database, shares)
        members, clock, trace, seats_to_forget = Members(), Clock(), Trace(), SeatsToForget(StoredSeats(database))

        def tell(room: str, epoch: str, told: Sequence[Record]) -> None:
            trace.connections = members.tell(room, epoch, told)

        around = Surroundings(
            broker=broker,
            clock=clock,
            archive=DatabaseArchive(database, REGISTRY.events, projector.projected),
            on_records=tell,
            on_commit=lambda room, head, _due: projector.note(room, head),
            on_epoch=members.tell_epoch,
            on_erased=seats_to_forget.note,
            unreachable=broker.unreachable,
            max_room_rate=settings.max_room_rate,
            stream_sites=settings.stream_sources,
            trace=trace,
        )
        with opening(settings.data / LOG_FILE, setting=DATA_SETTING if neighbours is None else f"{PREFIX}REDIS_URL"):
            directory = await rooms_of(around, members, neighbours, serving=serving or working)
            await directory.start()
            if (serving or working) and (neighbours is None or neighbours.alone):
                # Beside what else begins: of very many rooms it takes a while to go through all.
                looking.append(asyncio.create_task(tell_what_is_missing(broker, database, directory)))
        blobs = blobs_of(settings.blob_url.get_secret_value() if settings.blob_url else None, settings.data)
        photos = photos_of(settings, blobs, StoredPhotos(database, broker), clock, signing=not working)
        yield Core(
            settings=settings,
            broker=broker,
            database=database,
            projector=projector,
            retention=retention_of(broker, database, directory, neighbours, shares),
            trimming=trimming_of(settings, broker, database, projector, shares),
            directory=directory,
            members=members,
            clock=clock,
            trace=trace,
            seats_to_forget=seats_to_forget,
            neighbours=neighbours,
            shares=shares,
            blobs=blobs,
            photos=photos,
            orphans=Orphans(blobs, {PHOTOS: photos.keeper}),  # whoever stores blobs says here which are in use
        )
    finally:
        await put_away(looking, neighbours, broker, database)


def ended(task: asyncio.Task[None]) -> None:
    """A task that runs for ever has ended: say so, if nobody wanted it."""
    if not task.cancelled() and task.exception() is not None:
        log.error("a task has ended", task=task.get_name(), exc_info=task.exception())


def lobby_of(made: Core) -> Lobby:
    """The rooms as they are kept, and as they are at work."""
    kept = StoredRooms(made.database, made.broker)
    return Lobby(kept, at_work=made.directory.at_work, people=made.members.occupancy)
