"""What some records of a room mean for the tables; the same records again change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.messages import Position, Record
from rooms.activities.room import RoomCleared, RoomClosed, RoomConfigured, RoomCreated, RoomOpened
from rooms.poll_events import PollRemoved, PollVoted
from server.catalogue import Catalogue
from server.erasing import erasures, stubbed
from server.store.database import Database
from server.store.rows import record_of, row_of
from server.store.seats import forget_people
from server.store.tables import ballots, checkpoints, records, rooms

READER = "projector"
ROWS = 500  # rows in one statement, and seqs in one condition

Batches = Mapping[str, tuple[str, Sequence[Record]]]  # room -> epoch, some of its records in order


class WentBack(Exception):
    """The database holds less than it did: it was restored, or another took over that had not got all."""


async def reached(
    database: Database, connection: AsyncConnection, rooms_: Iterable[str], *, new: bool = False
) -> dict[str, Position]:
    """How far these rooms are projected. No other process projects them before this transaction ends.

    ``new``: some may never have been projected, and will be in this transaction.
    """
    names = sorted(rooms_)
    found: dict[str, Position] = {}
    for start in range(0, len(names), ROWS):
        some = names[start : start + ROWS]
        if new and not database.embedded:
            from sqlalchemy.dialects import postgresql

            # A room that is new has no row to wait at: whoever is first makes one that nobody sees before the end.
            rows = [{"reader": READER, "room": room, "epoch": "", "seq": 0} for room in some]
            await connection.execute(postgresql.insert(checkpoints).on_conflict_do_nothing(), rows)
        read = select(checkpoints).where(checkpoints.c.reader == READER, checkpoints.c.room.in_(some))
        held = await connection.execute(read.order_by(checkpoints.c.room).with_for_update())
        found |= {row.room: Position(row.epoch, row.seq) for row in held}
    return found


class Projection:
    """Writes records inside somebody's transaction: few statements, however many rooms."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    async def write(
        self, connection: AsyncConnection, batches: Batches, *, after: Mapping[str, Position] | None = None
    ) -> dict[str, Position]:
        """Store each room's records and all that follows from them; how far the rooms are projected then.

        Records that another process has projected meanwhile are left out: what is older never replaces what is newer,
        nor what has been erased since. ``after`` is how far the rooms are thought to be. Raises WentBack.
        """
        done = await reached(self._database, connection, batches, new=True)
        fresh: dict[str, tuple[str, Sequence[Record]]] = {}
        for room, (epoch, batch) in batches.items():
            upto = done[room].seq if room in done else 0
            if after is not None and room in after and upto < after[room].seq:
                raise WentBack
            if news := [record for record in batch if record.seq > upto]:
                fresh[room] = (epoch, news)
        await self._write(connection, fresh)
        return done | {room: Position(epoch, batch[-1].seq) for room, (epoch, batch) in fresh.items()}

    async def _write(self, connection: AsyncConnection, batches: Batches) -> None:
        rows: list[dict[str, Any]] = []
        cast: list[dict[str, Any]] = []
        for room, (epoch, batch) in batches.items():
            erased = erasures(batch)
            if erased:
                await self._database.erased(connection, [room])
                await self._erase(connection, room, {seq: name for seq, name in erased.items() if seq < batch[0].seq})
            # The log gives what was erased within the batch as stubs already; an announcement might not.
            rows += [row_of(room, epoch, record) for record in stubbed(batch, erased)]
            cast += await self._ballots(connection, room, batch)
        for start in range(0, len(rows), ROWS):
            await self._database.upsert(connection, records, rows[start : start + ROWS])
        await self._database.upsert(connection, ballots, cast, newer="seq")
        await self._rooms(connection, batches)
        done = [
            {"reader": READER, "room": room, "epoch": epoch, "seq": batch[-1].seq}
            for room, (epoch, batch) in batches.items()
        ]
        await self._database.upsert(connection, checkpoints, done, newer="seq")

    async def _erase(self, connection: AsyncConnection, room: str, erased: dict[int, str | None]) -> None:
        seqs = sorted(erased)
        persons: set[str] = set()
        for start in range(0, len(seqs), ROWS):
            read = select(records).where(records.c.room == room, records.c.seq.in_(seqs[start : start + ROWS]))
            stubs: list[dict[str, Any]] = []
            for row in (await connection.execute(read)).all():
                stored = record_of(row, self._catalogue)
                stub = stored.stub(erased[stored.seq])
                stubs.append(row_of(room, row.epoch, stub))
                if stored.by is not None and stub.by is not None and stored.by.id != stub.by.id:
                    persons.add(stored.by.id)
                if not isinstance(stored.data, PollVoted) or stored.by is None or stub.by is None:
                    continue
                if stored.by.id != stub.by.id:
                    await self._rename(connection, room, stored.data.poll, stored.by.id, stub.by.id)
            # Together: of a rehearsal there may be tens of thousands.
            await self._database.upsert(connection, records, stubs)
        await forget_people(self._database, connection, room, sorted(persons))

    async def _rename(self, connection: AsyncConnection, room: str, poll: str, voter: str, pseudonym: str) -> None:
        ballot = (ballots.c.room == room) & (ballots.c.poll == poll)
        read = select(ballots.c.seq).where(ballot, ballots.c.voter == pseudonym)
        if (await connection.execute(read)).one_or_none() is None:
            await connection.execute(update(ballots).where(ballot, ballots.c.voter == voter).values(voter=pseudonym))
        else:
            # A later vote of theirs was a stub when it was read, and has brought the pseudonym's ballot already.
            await connection.execute(delete(ballots).where(ballot, ballots.c.voter == voter))

    async def _ballots(self, connection: AsyncConnection, room: str, batch: Sequence[Record]) -> list[dict[str, Any]]:
        """The last ballot of each person and poll; those of polls that are gone, or were rehearsed, are deleted."""
        latest: dict[tuple[str, str], dict[str, Any]] = {}
        for record in batch:
            match record.data:
                case PollVoted(poll=poll, choices=choices) if record.by is not None:
                    voter = record.by.id
                    ballot = {"room": room, "poll": poll, "voter": voter, "choices": choices}
                    latest[poll, voter] = ballot | {"at": record.at, "seq": record.seq}
                case PollRemoved(poll=poll):
                    latest = {key: ballot for key, ballot in latest.items() if key[0] != poll}
                    await connection.execute(delete(ballots).where(ballots.c.room == room, ballots.c.poll == poll))
                case RoomCleared():
                    latest = {}
                    await connection.execute(delete(ballots).where(ballots.c.room == room))
        return list(latest.values())

    async def _rooms(self, connection: AsyncConnection, batches: Batches) -> None:
        names = list(batches)
        stored: dict[str, dict[str, Any]] = {}
        for start in range(0, len(names), ROWS):
            read = select(rooms).where(rooms.c.id.in_(names[start : start + ROWS]))
            stored |= {row.id: dict(row._mapping) for row in await connection.execute(read)}
        now = [_room(stored.get(room) or _new(room), batch) for room, (_, batch) in batches.items()]
        await self._database.upsert(connection, rooms, now)


def _room(now: dict[str, Any], batch: Sequence[Record]) -> dict[str, Any]:
    """The row of a room after these records."""
    for record in batch:
        now["active_at"] = max(now["active_at"], record.at)
        if record.erases:
            now["erased_seq"] = max(now["erased_seq"], record.seq)
        match record.data:
            case RoomCreated() as event:
                now |= {"created_at": record.at, "title": event.title, "status": event.status, "shop": event.shop}
                now |= _settings(event.settings)
            case RoomConfigured() as event:
                now |= {"title": event.title} | _settings(event.settings)
            case RoomOpened():
                now["status"] = "open"
            case RoomClosed():
                now["status"] = "closed"
    return now


def _new(room: str) -> dict[str, Any]:
    return {
        "id": room,
        "title": "",
        "status": "closed",
        "settings": {},
        "created_at": 0,
        "active_at": 0,
        "retention_days": 0,
        "erased_seq": 0,
        "shop": None,
    }


def _settings(settings: dict[str, Any]) -> dict[str, Any]:
    return {"settings": settings, "retention_days": settings.get("retention_days", 0)}
