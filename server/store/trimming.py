"""Trimming: of a room's log stays what somebody may still read there; what came before is in the database alone.

A log is cut behind everybody who needs it: those who read it (their checkpoints), the room's snapshot, from which the
room is brought back, and whoever may come back and recover. Beyond that it stays for some hours, so that a database
that was lost or restored finds in it what it lacks. Where the database is behind or away nothing is cut.

The database tells which rooms have something to cut: all others cost nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import structlog
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.limits import DAY_MS
from server.broker.port import Broker, BrokerError, Unavailable
from server.store.database import Database, DatabaseErrors
from server.store.projection import READER, ROWS
from server.store.snapshots import VERSION
from server.store.tables import checkpoints, records, rooms, snapshots

READERS = (READER,)  # of those who have checkpoints, those who read the log
CUT = "log"  # no reader: its checkpoints say how far the logs are cut
HOUR_MS = 3_600_000
KEPT_MS = HOUR_MS  # before a room's last record: no room lets people recover from more, and ids are known for less
KEPT_RECORDS = 1_000  # at least, while a room goes on
WORTH = 500  # records; for fewer of a room that goes on it is not cut
HELD = 5_000  # records that wait for a room's snapshot; then something is wrong with that
EVERY_S = 600.0
AGAIN_S = 30.0  # after a failure
ALL_EVERY = 144  # looks between those at all rooms, also at those quiet for long: a day
ANNOUNCED_MOST = 50_000  # rooms; others have their turn later

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cut:
    """What may be cut off a room's log. ``whole``: all of it, if nothing has been appended since."""

    room: str
    begun: int
    upto: int
    whole: bool


class Trimming:
    """Cuts the logs. ``look`` is one look, ``run`` looks every ten minutes.

    What a look finds is cut by the next one: whoever has just learned how far the database is, and reads the rest from
    the log, still finds it there.

    ``hours``     for so long everything stays
    ``mine``      whether the room is left to this process; where two think so, the second finds it done
    ``behind_s``  for how long something has waited for the database
    """

    def __init__(
        self,
        database: Database,
        broker: Broker,
        *,
        hours: int,
        mine: Callable[[str], bool] = lambda _room: True,
        behind_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._database = database
        self._broker = broker
        self._kept_ms = hours * HOUR_MS
        self._mine = mine
        self._behind_s = behind_s
        self._announced: dict[str, Cut] = {}
        self._held = self._rooms = self._records = self._failures = 0
        self._failing_since: float | None = None

    async def look(self, now: int, *, all_rooms: bool = True) -> int:
        """Cut what the look before has found; how many rooms. Raises Unavailable and the database's errors.

        Not ``all_rooms``: those that had something to say lately.
        """
        oldest = now - self._kept_ms
        since = 0 if all_rooms else oldest - DAY_MS
        announced, self._announced = self._announced, {}
        held = done = 0
        async for found in self._found(oldest, since):
            mine = [(cut, waits) for cut, waits in found if self._mine(cut.room)]
            held += sum(waits for _, waits in mine)
            cuts = [cut for cut, _ in mine if cut.upto > cut.begun]
            due = [min(cut, announced[cut.room], key=lambda each: each.upto) for cut in cuts if cut.room in announced]
            done += await self._cut(due)
            await self._announce([cut for cut in cuts if cut.room not in announced])
        self._held = held
        return done

    async def run(self, now: Callable[[], int]) -> None:
        """Look every ten minutes, until cancelled; after a failure sooner."""
        for number in count():
            try:
                await self.look(now(), all_rooms=number % ALL_EVERY < 2)
            except (*DatabaseErrors, BrokerError) as error:
                self._fails()
                log.warning("trimming_failed", error=type(error).__name__)
            except Exception:
                # Never without, whatever it met.
                self._fails()
                log.exception("trimming_failed")
            else:
                self._failing_since = None
            await asyncio.sleep(EVERY_S if self._failing_since is None else AGAIN_S)

    def trouble(self) -> str | None:
        """Why logs grow, as a short phrase; None if they do not."""
        if self._failing_since is not None:
            return "logs are not trimmed: the database or the log does not answer"
        if self._behind_s() * 1000 > self._kept_ms:
            return "logs are not trimmed: the database is behind"
        return "logs are not trimmed: rooms have no new snapshot" if self._held else None

    def statistics(self) -> Mapping[str, float]:
        """What was cut, what waits for the next look, and what cannot be cut."""
        failing = self._failing_since
        return {
            "rooms_total": self._rooms,
            "records_total": self._records,
            "announced": len(self._announced),
            "held": self._held,
            "failures_total": self._failures,
            "failing_s": 0.0 if failing is None else time.monotonic() - failing,
        }

    async def _found(self, oldest: int, since: int) -> AsyncIterator[Sequence[tuple[Cut, bool]]]:
        """What may be cut, in chunks; and whether much more could be if the room had a new snapshot."""
        after = ""
        while True:
            # Some at a time before anything else is looked up: a database would else go through all of its tables.
            some = select(rooms.c.id, rooms.c.active_at).where(rooms.c.id > after, rooms.c.active_at >= since)
            async with self._database.reading() as connection:
                page = (await connection.execute(some.order_by(rooms.c.id).limit(ROWS))).all()
                if not page:
                    return
                active, after = {row.id: row.active_at for row in page}, page[-1].id
                reached, begun = await _reached(connection, list(active), closed=not since)
                # Of nearly all rooms nothing more need be asked.
                going = [room for room in active if reached.get(room, 0) > begun.get(room, 0)]
                places = (await connection.execute(_places(going, oldest))).all() if going else ()
            yield [_cut_of(each, active[each.id], reached[each.id], begun.get(each.id, 0), oldest) for each in places]

    async def _announce(self, cuts: Iterable[Cut]) -> None:
        cuts = list(islice(cuts, ANNOUNCED_MOST - len(self._announced)))
        if not cuts:
            return
        # With this everything before it is on the disk too: a power cut takes back nothing that the log gives up.
        await self._note({cut.room: cut.begun for cut in cuts}, durable=True)
        self._announced |= {cut.room: cut for cut in cuts}

    async def _cut(self, cuts: Sequence[Cut]) -> int:
        heads = await self._broker.heads_of([cut.room for cut in cuts if cut.whole])
        done: dict[str, int] = {}
        for cut in cuts:
            if cut.whole and (cut.room not in heads or heads[cut.room].seq > cut.upto):
                continue  # it has begun to speak again
            try:
                await self._broker.trim(cut.room, cut.upto)
            except Unavailable:
                raise
            except BrokerError as error:
                # Of a newer program, which can cut it. The others need not wait.
                log.warning("not_trimmed", room=cut.room, error=type(error).__name__)
                continue
            done[cut.room] = cut.upto
            self._rooms += 1
            self._records += cut.upto - cut.begun
        await self._note(done)
        return len(done)

    async def _note(self, cut: Mapping[str, int], *, durable: bool = False) -> None:
        rows = [{"reader": CUT, "room": room, "epoch": "", "seq": seq} for room, seq in sorted(cut.items())]
        if rows:
            async with self._database.writing(durable=durable) as connection:
                await self._database.upsert(connection, checkpoints, rows, newer="seq")

    def _fails(self) -> None:
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = time.monotonic()


async def _reached(
    connection: AsyncConnection, names: Sequence[str], *, closed: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """How far all readers are with these rooms, and how far their logs are cut.

    ``closed``: they are in order, and there are no others between them. That is found much faster.
    """
    these = checkpoints.c.room.between(names[0], names[-1]) if closed else checkpoints.c.room.in_(names)
    read = select(checkpoints).where(checkpoints.c.reader.in_((*READERS, CUT)), these)
    seqs: dict[str, dict[str, int]] = {}
    for row in await connection.execute(read):
        seqs.setdefault(row.room, {})[row.reader] = row.seq
    # A reader that has never come by needs all of it.
    reached = {room: min(found.get(reader, 0) for reader in READERS) for room, found in seqs.items()}
    return reached, {room: found[CUT] for room, found in seqs.items() if CUT in found}


def _places(names: Sequence[str], oldest: int) -> Select[Any]:
    """Of these rooms where the snapshot is, and the last record that is old enough."""
    snapshot = select(snapshots.c.seq).where(snapshots.c.room == rooms.c.id, snapshots.c.version == VERSION)
    old = (
        select(records.c.seq)
        .where(records.c.room == rooms.c.id, records.c.at < oldest, records.c.at < rooms.c.active_at - KEPT_MS)
        .order_by(records.c.at.desc())
        .limit(1)
    )
    return select(
        rooms.c.id,
        func.coalesce(snapshot.scalar_subquery(), 0).label("snapshot"),
        func.coalesce(old.scalar_subquery(), 0).label("old"),
    ).where(rooms.c.id.in_(names))


def _cut_of(place: Row[Any], active_at: int, reached: int, begun: int, oldest: int) -> tuple[Cut, bool]:
    if active_at < oldest and place.snapshot >= reached:
        # Nobody can recover here any more, and the database knows which commands were answered last.
        return Cut(place.id, begun, reached, whole=True), False
    old = min(place.old, reached - KEPT_RECORDS)
    upto = min(old, place.snapshot)
    return Cut(place.id, begun, upto if upto - begun >= WORTH else begun, whole=False), old - max(upto, begun) > HELD
