"""What was said and done in a room before, from the database."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from protocols.limits import HISTORY_PAGE
from protocols.wire import told
from server.http.api.fields import PREFIX, Answer, Before, Limit, RoomPath
from server.http.body import JsonAnswer, StrictRoute
from server.http.callers import KnownCaller, audience_in
from server.http.services import services_of

router = APIRouter(prefix=PREFIX, tags=["history"], route_class=StrictRoute)


class Told(Answer):
    """An event as it was told; ``data`` and ``by`` are null where it was erased."""

    type: str
    room: str
    epoch: str
    after: int
    seq: int
    at: int
    by: dict[str, Any] | None
    data: dict[str, Any] | None


class HistoryAnswer(Answer):
    """Events in their order; ``more`` says whether there are earlier ones."""

    events: list[Told]
    more: bool


@router.get("/rooms/{room}/history", response_model=HistoryAnswer)
async def read_history(
    request: Request, room: RoomPath, caller: KnownCaller, before: Before = None, limit: Limit = HISTORY_PAGE
) -> Response:
    """The last events before ``before``, as the caller may know them: hosts are told more. Needs a token or a key."""
    audience = await audience_in(request, caller, room)
    services = services_of(request)
    live = (await services.directory.open(room)).live
    page = await services.history.page(live, audience, before, limit)
    events = [told(room, page.epoch, record, audience, typed=True) for record in page.records]
    # Made here: a hundred events through a model's validation cost more than the read.
    return JsonAnswer(orjson.dumps({"events": events, "more": page.more}))
