"""The audit: who of the staff did what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from protocols.errors import Code, Refused
from server.http.api.fields import PREFIX, SEQ_MAXIMUM, Answer
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller
from server.http.services import services_of
from server.staff.audit import PAGE, Entry, Reader

router = APIRouter(prefix=PREFIX, tags=["staff"], route_class=StrictRoute)

ON_ROOM = ("room.", "wall.", "link.", "person.erased")  # acts whose target is a room

Before = Annotated[int | None, Query(ge=1, le=SEQ_MAXIMUM, description="Only entries before this id.")]
Limit = Annotated[int, Query(ge=1, le=PAGE, description="At most so many entries.")]


class Who(Answer):
    """Who did it, as they were called then."""

    id: str
    name: str


class EntryAnswer(Answer):
    """One act. ``shop`` is null for what concerns several, or the whole house.

    ``room`` is the room that it concerns, ``title`` what that is called now; null where there is none any more.
    """

    id: int
    at: int
    who: Who
    shop: str | None
    action: str
    target: str
    room: str | None
    title: str | None
    details: dict[str, Any]


class AuditAnswer(Answer):
    """Acts, the newest first; ``more`` says whether there are earlier ones."""

    entries: list[EntryAnswer]
    more: bool


@router.get("/audit")
async def read_audit(request: Request, caller: KnownCaller, before: Before = None, limit: Limit = PAGE) -> AuditAnswer:
    """Read who did what in one's shops, and what one did oneself; an owner and an API key read all."""
    found = await services_of(request).audit.page(_reader(caller), before=before, limit=limit + 1)
    shown = found[:limit]
    titles = await services_of(request).lobby.titles({room for room in map(_room, shown) if room is not None})
    entries = [_told(each, titles) for each in shown]
    return AuditAnswer(entries=entries, more=len(found) > limit)


def _room(entry: Entry) -> str | None:
    """The room that an act concerns."""
    if entry.action.startswith(ON_ROOM):
        return entry.target
    kept = entry.details.get("room")
    return kept if isinstance(kept, str) else None


def _told(entry: Entry, titles: Mapping[str, str]) -> EntryAnswer:
    room = _room(entry)
    return EntryAnswer(
        id=entry.id,
        at=entry.at,
        who=Who(id=entry.who, name=entry.name),
        shop=entry.shop,
        action=entry.action,
        target=entry.target,
        room=room,
        title=None if room is None else titles.get(room),
        details=dict(entry.details),
    )


def _reader(caller: Caller) -> Reader | None:
    """Raises Refused: forbidden (a room's token)."""
    if caller.key is not None:
        return None
    if caller.staff is None:
        raise Refused(Code.FORBIDDEN)
    return Reader(caller.staff.member.id, caller.staff.member.standing)
