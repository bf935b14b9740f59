"""The audit: who of the staff did what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from protocols.errors import Code, Refused
from server.http.api.fields import PREFIX, SEQ_MAXIMUM, Answer
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller
from server.http.services import services_of
from server.staff.audit import PAGE, Reader

router = APIRouter(prefix=PREFIX, tags=["staff"], route_class=StrictRoute)

Before = Annotated[int | None, Query(ge=1, le=SEQ_MAXIMUM, description="Only entries before this id.")]
Limit = Annotated[int, Query(ge=1, le=PAGE, description="At most so many entries.")]


class Who(Answer):
    """Who did it, as they were called then."""

    id: str
    name: str


class EntryAnswer(Answer):
    """One act. ``shop`` is null for what concerns several, or the whole house."""

    id: int
    at: int
    who: Who
    shop: str | None
    action: str
    target: str
    details: dict[str, Any]


class AuditAnswer(Answer):
    """Acts, the newest first; ``more`` says whether there are earlier ones."""

    entries: list[EntryAnswer]
    more: bool


@router.get("/audit")
async def read_audit(request: Request, caller: KnownCaller, before: Before = None, limit: Limit = PAGE) -> AuditAnswer:
    """Read who did what in one's shops, and what one did oneself; an owner and an API key read all."""
    found = await services_of(request).audit.page(_reader(caller), before=before, limit=limit + 1)
    entries = [
        EntryAnswer(
            id=each.id,
            at=each.at,
            who=Who(id=each.who, name=each.name),
            shop=each.shop,
            action=each.action,
            target=each.target,
            details=dict(each.details),
        )
        for each in found[:limit]
    ]
    return AuditAnswer(entries=entries, more=len(found) > limit)


def _reader(caller: Caller) -> Reader | None:
    """Raises Refused: forbidden (a room's token)."""
    if caller.key is not None:
        return None
    if caller.staff is None:
        raise Refused(Code.FORBIDDEN)
    return Reader(caller.staff.member.id, caller.staff.member.standing)
