"""``python -m server trace``: a message's way, from the running servers, the log and the database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from protocols.messages import Position, Record
from rooms.registry import REGISTRY
from server.backup import DATABASE_FILE, LOG_FILE
from server.broker.log_file import LogFile
from server.broker.port import Unavailable
from server.broker.redis import RedisBroker
from server.config import SettingsError
from server.database import sqlite_url
from server.neighbours import SETTING as REDIS_SETTING
from server.neighbours import redis_log
from server.store.database import Database, DatabaseErrors
from server.store.traces import Found, Reached, Traces, in_log
from server.trace import Forwarding, Hops, Telling
from server.trace_post import Heard, asked_all
from server.trace_socket import asked

BUSY_MS = 1000
CHUNK = 1000
Place = tuple[str, int]  # room and seq


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one command or message. ``in_log``: None if it was not looked for.

    Where several nodes share the rooms: ``node`` decided it, ``forwarded`` are those where it came from and ``told``
    those where others heard of it, each with its name.
    """

    hops: Hops | None
    found: Found | None
    reached: Reached
    in_log: bool | None = None
    node: str | None = None
    forwarded: Sequence[tuple[str, Forwarding]] = ()
    told: Sequence[tuple[str, Telling]] = ()

    @property
    def at(self) -> float:
        """When it is heard of first."""
        if self.forwarded:
            return self.forwarded[0][1].received
        return self.hops.received if self.hops else self.found.at if self.found else 0.0


async def traced(data: Path, id_: str, room: str | None, *, url: str | None = None) -> list[Told]:
    """Every command or message of this id, the oldest first; ``url`` is the database's, if it is not in the folder.

    The log is in the folder, where one server works. Raises SettingsError in one line.
    """
    if not (data / LOG_FILE).is_file():
        raise SettingsError(f"there is no {LOG_FILE} in {data}")
    try:
        remembered = await asked(data, id_, room)
    except (OSError, ValueError, TypeError):
        raise SettingsError(f"the server that works in {data} does not answer") from None
    found, reached = await _stored(data, id_, room, url)
    try:
        held = await asyncio.to_thread(_look_into_log, data, remembered, found, reached, room=room, id_=id_)
    except sqlite3.Error as error:
        raise SettingsError(f"{data / LOG_FILE} cannot be read: {error}") from None
    return _together([(None, each) for each in remembered], found, reached, held)


async def traced_on_all(
    data: Path, id_: str, room: str | None, *, redis: str, url: str | None = None
) -> tuple[list[Told], list[str]]:
    """The same where the log is in a Redis and several nodes share the rooms; and which of these did not answer."""
    broker = await redis_log(redis, REGISTRY.events)
    try:
        heard = await asked_all(broker, id_, room)
        found, reached = await _stored(data, id_, room, url)
        held = await _look_into_redis(broker, [each for _, each in heard.hops], found, reached, room=room, id_=id_)
    except Unavailable as error:
        raise SettingsError(f"{REDIS_SETTING}: {error}") from None
    finally:
        await broker.close()
    ways = _together([*heard.hops], found, reached, held, heard)
    return ways, heard.silent


async def _look_into_redis(
    broker: RedisBroker,
    hops: Sequence[Hops],
    found: list[Found],
    reached: dict[str, Reached],
    *,
    room: str | None,
    id_: str,
) -> dict[Place, bool]:
    """Add to ``found`` what the database does not have yet; which of all are in the log."""
    async for heads in broker.heads() if room is None else _only(broker, room):
        for name, head in heads.items():
            projected = reached.get(name, Reached()).projected
            if head.seq > projected:
                new = [record async for records in broker.read(name, projected) for record in records]
                found += in_log(new, name, head.epoch, id_, {each.user for each in hops if each.room == name})
    held: dict[Place, bool] = {}
    for each in found:
        async for records in broker.read(each.room, each.seq - 1):
            held[each.room, each.seq] = records[0].seq == each.seq
            break
        else:
            held[each.room, each.seq] = False
    return held


async def _only(broker: RedisBroker, room: str) -> AsyncIterator[Mapping[str, Position]]:
    yield await broker.heads_of([room])


async def _stored(data: Path, id_: str, room: str | None, url: str | None) -> tuple[list[Found], dict[str, Reached]]:
    if url is None and not (data / DATABASE_FILE).is_file():
        return [], {}
    # Its look through all records may take as long as it takes.
    database = Database(url or sqlite_url(data), busy_ms=BUSY_MS, patient=True)
    try:
        traces = Traces(database)
        return await traces.find(id_, room), await traces.reached()
    except DatabaseErrors as error:
        where = "PostgreSQL" if url else data / DATABASE_FILE
        raise SettingsError(f"{where} cannot be read: {type(error).__name__}") from None
    finally:
        await database.close()


def _look_into_log(
    data: Path, hops: Sequence[Hops], found: list[Found], reached: dict[str, Reached], *, room: str | None, id_: str
) -> dict[Place, bool]:
    """Add to ``found`` what the database does not have yet; which of all are in the log."""
    log = LogFile(data / LOG_FILE, REGISTRY.events, busy_ms=BUSY_MS, reading=True)
    try:
        for name, head in log.heads().items():
            if room is None or name == room:
                new = _after(log, name, reached.get(name, Reached()).projected)
                found += in_log(new, name, head.epoch, id_, {each.user for each in hops if each.room == name})
        return {(each.room, each.seq): _held(log, each) for each in found}
    finally:
        log.connection.close()


def _together(
    hops: Sequence[tuple[str | None, Hops]],
    found: list[Found],
    reached: dict[str, Reached],
    held: dict[Place, bool],
    heard: Heard | None = None,
) -> list[Told]:
    heard = heard or Heard()
    by_place = {(each.room, each.seq): each for each in found}
    told: list[Told] = []
    left = list(heard.forwarded)
    for node, way in hops:
        place = (way.room, way.seq or 0)
        mine = [each for each in left if (each[1].room, each[1].user, each[1].seq) == (way.room, way.user, way.seq)]
        left = [each for each in left if each not in mine]
        followers = [each for each in heard.told if (each[1].room, each[1].epoch, each[1].seq) == (*_of(way), way.seq)]
        kept = (by_place.get(place), reached.get(way.room, Reached()), held.get(place))
        told.append(Told(way, *kept, node, mine, followers))
    shown = {(way.room, way.seq) for _, way in hops}
    told += [
        Told(None, each, reached.get(each.room, Reached()), held[each.room, each.seq])
        for each in found
        if (each.room, each.seq) not in shown
    ]
    # Who decided them is gone, or has forgotten.
    told += [Told(None, None, Reached(), forwarded=[each]) for each in left]
    return sorted(told, key=lambda each: each.at)


def _of(way: Hops) -> tuple[str, str]:
    return way.room, way.epoch


def _after(log: LogFile, room: str, seq: int) -> Iterator[Record]:
    while chunk := log.chunk(room, seq, CHUNK):
        yield from chunk
        seq = chunk[-1].seq


def _held(log: LogFile, found: Found) -> bool:
    return any(record.seq == found.seq for record in log.chunk(found.room, found.seq - 1, 1)[:1])


def printed(ways: Sequence[Told]) -> Iterator[str]:
    """The lines for the terminal: no names and nothing that was said."""
    for number, way in enumerate(ways):
        if number:
            yield ""
        if way.hops is not None:
            yield from _hops(way.hops, way)
        elif way.forwarded:
            _, first = way.forwarded[0]
            yield f"{first.type} {first.id} by {first.user} in {first.room}"
            yield from _came(way.forwarded)
            yield from _passed_on(way.forwarded)
        elif way.found is not None:
            found = way.found
            whose = "unknown" if found.user is None else found.user
            yield f"{found.type} by {whose} in {found.room}" + (" (by the message's id)" if found.message else "")
            yield _line("stored", f"{found.room}:{found.epoch}:{found.seq} at {_clock(found.at)}")
        yield from _kept(way)


def _came(forwarded: Sequence[tuple[str, Forwarding]]) -> Iterator[str]:
    for node, each in forwarded:
        yield _line("came", f"{_clock(each.received)} to {node}, forwarded to {each.to.partition('.')[0] or 'nobody'}")


def _passed_on(forwarded: Sequence[tuple[str, Forwarding]]) -> Iterator[str]:
    for node, each in forwarded:
        outcome = f"refused: {each.refused}" if each.refused else f"{each.room}:{each.epoch}:{each.seq}"
        took = each.answered - each.received
        yield _line("passed on", f"{_clock(each.answered)} by {node}, {took:.3f} ms after it came: {outcome}")


def _hops(hops: Hops, way: Told) -> Iterator[str]:
    where = "here" if way.node is None else "there"

    def since(instant: float) -> str:
        return f"+{instant - hops.received:9.3f} ms"

    yield f"{hops.type} {hops.id} by {hops.user} in {hops.room}"
    yield from _came(way.forwarded)
    yield _line("received", _clock(hops.received) + (f" by {way.node}" if way.node else ""))
    yield _line("queued", since(hops.queued))
    yield _line("taken", f"{since(hops.taken)}  {hops.commands} together")
    yield _line("decided", f"{since(hops.decided)}  {_outcome(hops)}")
    if hops.committed is not None and hops.told is not None:
        took = hops.committed - hops.decided
        batch = f"batch {hops.batch}, {hops.records} records, took {took:.3f} ms"
        yield _line("committed", f"{since(hops.committed)}  {batch}")
        yield _line("told", f"{since(hops.told)}  {hops.connections} connections {where}")
    yield _line("answered", since(hops.acked))
    for node, each in way.told:
        yield _line("told", f"{_clock(each.told)} by {node}, {each.connections} connections there")
    yield from _passed_on(way.forwarded)


def _outcome(hops: Hops) -> str:
    if hops.refused is not None:
        return f"refused: {hops.refused}"
    place = f"{hops.room}:{hops.epoch}:{hops.seq}"
    return f"{place}, known already" if hops.again else place


def _kept(way: Told) -> Iterator[str]:
    seq = way.found.seq if way.found else way.hops.seq if way.hops else None
    if seq is None:
        return
    reached = way.reached
    yield _line("projected", _until(seq, reached.projected, "the database"))
    yield _line("snapshot", _until(seq, reached.snapshot, "the room's snapshot"))
    if way.in_log is not None:
        yield _line("in the log", "yes" if way.in_log else "no: older than the room keeps it there, or lost")
    if way.found is not None:
        yield _line("erased", "yes" if way.found.erased else "no")


def _until(seq: int, reached: int, whose: str) -> str:
    return f"{'yes' if reached >= seq else 'not yet'} ({whose} reaches {reached})"


def _line(hop: str, text: str) -> str:
    return f"  {hop:<11}{text}"


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
