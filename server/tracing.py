"""``python -m server trace``: a message's way, from the running server, the log and the database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from protocols.messages import Record
from rooms.registry import REGISTRY
from server.backup import DATABASE_FILE, LOG_FILE
from server.broker.log_file import LogFile
from server.config import SettingsError
from server.database import sqlite_url
from server.store.database import Database, DatabaseErrors
from server.store.traces import Found, Reached, Traces, in_log
from server.trace import Hops
from server.trace_socket import asked

BUSY_MS = 1000
CHUNK = 1000
Place = tuple[str, int]  # room and seq


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one command or message. ``in_log``: None if it was not looked for."""

    hops: Hops | None
    found: Found | None
    reached: Reached
    in_log: bool | None = None


async def traced(data: Path, id_: str, room: str | None, *, url: str | None = None) -> list[Told]:
    """Every command or message of this id, the oldest first; ``url`` is the database's, if it is not in the folder.

    Raises SettingsError in one line.
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
    return _together(remembered, found, reached, held)


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
    hops: Sequence[Hops], found: list[Found], reached: dict[str, Reached], held: dict[Place, bool]
) -> list[Told]:
    by_place = {(each.room, each.seq): each for each in found}
    told: list[Told] = []
    for way in hops:
        place = (way.room, way.seq or 0)
        told.append(Told(way, by_place.get(place), reached.get(way.room, Reached()), held.get(place)))
    shown = {(way.room, way.seq) for way in hops}
    told += [
        Told(None, each, reached.get(each.room, Reached()), held[each.room, each.seq])
        for each in found
        if (each.room, each.seq) not in shown
    ]
    return sorted(told, key=lambda each: each.hops.received if each.hops else each.found.at if each.found else 0)


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
            yield from _hops(way.hops)
        elif way.found is not None:
            found = way.found
            whose = "unknown" if found.user is None else found.user
            yield f"{found.type} by {whose} in {found.room}" + (" (by the message's id)" if found.message else "")
            yield _line("stored", f"{found.room}:{found.epoch}:{found.seq} at {_clock(found.at)}")
        yield from _kept(way)


def _hops(hops: Hops) -> Iterator[str]:
    def since(instant: float) -> str:
        return f"+{instant - hops.received:9.3f} ms"

    yield f"{hops.type} {hops.id} by {hops.user} in {hops.room}"
    yield _line("received", _clock(hops.received))
    yield _line("queued", since(hops.queued))
    yield _line("taken", f"{since(hops.taken)}  {hops.commands} together")
    yield _line("decided", f"{since(hops.decided)}  {_outcome(hops)}")
    if hops.committed is not None and hops.told is not None:
        took = hops.committed - hops.decided
        batch = f"batch {hops.batch}, {hops.records} records, took {took:.3f} ms"
        yield _line("committed", f"{since(hops.committed)}  {batch}")
        yield _line("told", f"{since(hops.told)}  {hops.connections} connections here")
    yield _line("answered", since(hops.acked))


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
