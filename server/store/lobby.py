"""Lists of rooms, what was said in them, and templates, in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from protocols.errors import Code, Refused
from protocols.messages import Record, Role
from rooms.activities.chat import ChatRestored, ChatSent
from rooms.activities.room import RoomCleared
from rooms.poll_events import PollCreated, PollRedrafted, PollVoted
from server.broker.port import Broker, Unavailable
from server.erasing import erasures
from server.lobby import Counted, Listed, Wanted
from server.store.database import Database, DatabaseErrors
from server.store.projection import READER, ROWS
from server.store.tables import checkpoints, records, rooms, templates
from server.templates import Template

SAME_INSTANT = 100  # rooms active at the instant at which a page ends, beyond its limit
SAYING = (ChatSent.type, ChatRestored.type)
TAKING_PART = (*SAYING, PollVoted.type)


class StoredRooms:
    """A ``RoomTable``. ``broker`` knows what the database does not have yet."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self._database = database
        self._broker = broker

    async def page(self, wanted: Wanted) -> tuple[Sequence[Listed], bool]:
        """The rooms wanted, the one active last first; whether there are more. Raises Refused: unavailable."""
        where = [rooms.c.created_at > 0]
        if wanted.shops is not None:
            where.append(rooms.c.shop.in_(list(wanted.shops)))
        if wanted.status is not None:
            where.append(rooms.c.status == wanted.status)
        if wanted.before is not None:
            where.append(rooms.c.active_at < wanted.before)
        newest = select(rooms).where(*where).order_by(rooms.c.active_at.desc(), rooms.c.id)
        try:
            async with self._database.reading() as connection:
                found = (await connection.execute(newest.limit(wanted.limit + 1))).all()
                if len(found) <= wanted.limit:
                    return [_listed(row) for row in found], False
                last = found[wanted.limit - 1].active_at
                if found[-1].active_at < last:
                    return [_listed(row) for row in found[:-1]], True
                together = newest.where(rooms.c.active_at >= last).limit(wanted.limit + SAME_INSTANT)
                page = (await connection.execute(together)).all()
                older = select(rooms.c.id).where(*where, rooms.c.active_at < last).limit(1)
                return [_listed(row) for row in page], (await connection.execute(older)).first() is not None
        except DatabaseErrors:
            raise Refused(Code.UNAVAILABLE) from None

    async def counted(self, room: str) -> Counted:
        """What was said in this room, up to the end of its log. Raises Refused: unavailable."""
        gone: dict[int, str | None] = {}
        messages, people = 0, set[str]()
        try:
            async with self._database.reading() as connection:
                reached = select(checkpoints.c.seq).where(checkpoints.c.reader == READER, checkpoints.c.room == room)
                projected = (await connection.execute(reached)).scalar_one_or_none() or 0
                # What the database does not have yet, and what of it is erased by now.
                async for news in self._broker.read(room, projected):
                    gone |= {seq: name for seq, name in erasures(news).items() if seq <= projected}
                    messages += sum(record.type in SAYING for record in news if record.data is not None)
                    people |= {record.by.id for record in news if record.by is not None and _takes_part(record)}
                still = (records.c.room == room) & (records.c.seq <= projected) & records.c.data.is_not(None)
                said = func.count().filter(records.c.type.in_(SAYING))
                messages += (await connection.execute(select(said).where(still))).scalar_one()
                attends = records.c.type.in_(TAKING_PART) & (records.c.role == Role.ATTENDEE.value)
                read = select(records.c.user).where(still & attends, records.c.user.is_not(None)).distinct()
                people |= set((await connection.execute(read)).scalars())
                if gone:
                    messages -= await _leave(connection, still, attends, gone, people)
        except (*DatabaseErrors, Unavailable):
            raise Refused(Code.UNAVAILABLE) from None
        return Counted(messages, len(people))

    async def first_hidden(self, room: str) -> Mapping[str, bool]:
        """Which polls of this room were drafted with a hidden result. Raises Refused: unavailable."""
        drafting = records.c.type.in_((PollCreated.type, PollRedrafted.type, RoomCleared.type))
        read = select(records.c.data).where(records.c.room == room, drafting, records.c.data.is_not(None))
        try:
            async with self._database.reading() as connection:
                told = (await connection.execute(read.order_by(records.c.seq))).scalars().all()
        except DatabaseErrors:
            raise Refused(Code.UNAVAILABLE) from None
        hidden: dict[str, bool] = {}
        for data in told:
            if "poll" in data:
                hidden[data["poll"]] = bool(data["hidden"])
            else:  # the ids under which they were drafts again after a rehearsal
                hidden |= {name: hidden[was] for was, name in data["names"].items() if was in hidden}
        return hidden

    async def titles(self, ids: Collection[str]) -> Mapping[str, str]:
        """The titles of those of these rooms that there are. Raises Refused: unavailable."""
        read = select(rooms.c.id, rooms.c.title).where(rooms.c.id.in_(list(ids)), rooms.c.created_at > 0)
        try:
            async with self._database.reading() as connection:
                return {row.id: row.title for row in await connection.execute(read)}
        except DatabaseErrors:
            raise Refused(Code.UNAVAILABLE) from None


class StoredTemplates:
    """A ``TemplateTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, template: Template, most: int) -> bool:
        """Store a new one; False if its shop has ``most`` already."""
        count = select(func.count()).select_from(templates).where(templates.c.shop == template.shop)
        async with self._database.writing(durable=True) as connection:
            if (await connection.execute(count)).scalar_one() >= most:
                return False
            await connection.execute(
                insert(templates).values(
                    id=template.id,
                    shop=template.shop,
                    title=template.title,
                    settings=dict(template.settings),
                    polls=[dict(each) for each in template.polls],
                    created_at=template.created_at,
                    cues=[dict(each) for each in template.cues],
                )
            )
        return True

    async def get(self, template_id: str) -> Template | None:
        """The template of this id."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(templates).where(templates.c.id == template_id))).one_or_none()
        return None if row is None else _template(row)

    async def of_shops(self, shops: Collection[str] | None, most: int) -> Sequence[Template]:
        """Those of these shops, or of all, the newest first; at most so many."""
        read = select(templates).order_by(templates.c.created_at.desc(), templates.c.id).limit(most)
        if shops is not None:
            read = read.where(templates.c.shop.in_(list(shops)))
        async with self._database.reading() as connection:
            return [_template(row) for row in await connection.execute(read)]

    async def remove(self, template_id: str) -> None:
        """Remove it; again changes nothing."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(delete(templates).where(templates.c.id == template_id))


async def _leave(
    connection: AsyncConnection,
    still: ColumnElement[bool],
    attends: ColumnElement[bool],
    gone: Mapping[int, str | None],
    people: set[str],
) -> int:
    """Take out of ``people`` those of whom nothing stays but what is erased; how many messages go.

    A ballot of somebody who was erased stays, under the pseudonym.
    """
    seqs, messages, authors = sorted(gone), 0, set[str]()
    for start in range(0, len(seqs), ROWS):
        read = select(records.c.type, records.c.user, records.c.seq)
        for row in await connection.execute(read.where(still, records.c.seq.in_(seqs[start : start + ROWS]))):
            messages += row.type in SAYING
            authors.add(row.user)
            if row.type == PollVoted.type and gone[row.seq] is not None:
                people.add(gone[row.seq] or "")
    for author in authors & people:
        left = select(records.c.seq).where(still & attends, records.c.user == author)
        if all(seq in gone for seq in (await connection.execute(left)).scalars()):
            people.discard(author)
    return messages


def _takes_part(record: Record) -> bool:
    attends = record.by is not None and record.by.role is Role.ATTENDEE
    return attends and record.data is not None and record.type in TAKING_PART


def _listed(row: Any) -> Listed:
    return Listed(row.id, row.title, row.status, row.shop, row.created_at, row.active_at)


def _template(row: Any) -> Template:
    return Template(row.id, row.shop, row.title, row.polls, row.settings, row.created_at, row.cues)
