"""What the database knows of a command or a message: where it stands, and whether it is erased. Never what it said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.limits import KEY_LENGTH
from protocols.messages import Record
from rooms.dedupe import fingerprint
from server.store.database import Database
from server.store.projection import READER
from server.store.tables import checkpoints, records, snapshots

KEYS = 500  # in one statement


@dataclass(frozen=True, slots=True)
class Found:
    """A record; ``at`` in ms, ``user`` None if that was erased. ``message``: found by the id of what it made."""

    room: str
    seq: int
    epoch: str
    at: int
    type: str
    user: str | None
    erased: bool
    message: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """Up to which seq a room has been projected, and its snapshot reaches; 0 for not at all."""

    projected: int = 0
    snapshot: int = 0


class Traces:
    """Looks into the database; nothing here is fast, and nothing needs to be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, id_: str, room: str | None) -> list[Found]:
        """Records of commands with this id, whoever sent them, and those that made a message of this id."""
        here = [] if room is None else [records.c.room == room]
        columns = [getattr(records.c, name) for name in ("room", "seq", "epoch", "at", "type", "user")]
        columns.append(records.c.data.is_(None).label("erased"))
        made = records.c.data["message"].as_string() == id_
        found: dict[tuple[str, int], Found] = {}
        async with self._database.reading() as connection:
            keys = keys_of(id_, await self._senders(connection, here))
            for some in _chunks(sorted(keys)):
                wanted = func.substr(records.c.command, 1, KEY_LENGTH).in_(some)
                rows = await connection.execute(select(*columns).where(*here, wanted))
                found |= {(row.room, row.seq): _found(row) for row in rows}
            rows = await connection.execute(select(*columns).where(*here, records.c.type == "chat.sent", made))
            found |= {
                (row.room, row.seq): _found(row, message=True) for row in rows if (row.room, row.seq) not in found
            }
        return [found[key] for key in sorted(found)]

    async def senders(self, room: str | None) -> set[str]:
        """Everybody whose commands are stored: ids are a person's own, and only their digests are kept."""
        here = [] if room is None else [records.c.room == room]
        async with self._database.reading() as connection:
            return await self._senders(connection, here)

    async def reached(self) -> dict[str, Reached]:
        """How far projector and snapshots have come, by room."""
        done = select(checkpoints.c.room, checkpoints.c.seq).where(checkpoints.c.reader == READER)
        async with self._database.reading() as connection:
            projected = {row.room: row.seq for row in await connection.execute(done)}
            kept = {row.room: row.seq for row in await connection.execute(select(snapshots.c.room, snapshots.c.seq))}
        return {room: Reached(projected.get(room, 0), kept.get(room, 0)) for room in projected | kept}

    async def _senders(self, connection: AsyncConnection, here: Sequence[Any]) -> set[str]:
        rows = await connection.execute(select(records.c.user, records.c.via).where(*here).distinct())
        return {name for row in rows for name in row if name is not None}


def keys_of(id_: str, senders: Iterable[str]) -> set[bytes]:
    """What the records of a command of this id bear, for each who may have sent it."""
    return {fingerprint(sender, id_, b"")[:KEY_LENGTH] for sender in senders}


def in_log(found: Iterable[Record], room: str, epoch: str, id_: str, senders: set[str]) -> Iterator[Found]:
    """The same for records that the database does not have yet."""
    for record in found:
        mine = senders if record.by is None else {*senders, record.by.id, record.by.via or ""}
        by_command = record.command is not None and record.command[:KEY_LENGTH] in keys_of(id_, mine)
        message = record.data is not None and record.type == "chat.sent" and record.data.dump().get("message") == id_
        if by_command or message:
            user = None if record.by is None else record.by.id
            erased = record.data is None
            yield Found(room, record.seq, epoch, record.at, record.type, user, erased, message and not by_command)


def _found(row: Row[Any], *, message: bool = False) -> Found:
    return Found(row.room, row.seq, row.epoch, row.at, row.type, row.user, bool(row.erased), message)


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), KEYS):
        yield keys[start : start + KEYS]
