"""A frozen draw as a whole: all that is needed to check it."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Request, Response

from protocols.errors import Code, Refused
from protocols.messages import Id
from rooms.activities.draws import Draws
from rooms.draw import Draw
from server.http.api.fields import PREFIX, Answer, RoomPath
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, audience_in
from server.http.services import services_of

router = APIRouter(prefix=PREFIX, tags=["draws"], route_class=StrictRoute)

DrawPath = Annotated[Id, Path(description="The draw's id.")]


class PlaceWon(Answer):
    """A ticket and the place that it has, or had until its holder was passed over as absent."""

    place: int
    ticket: str


class DrawAnswer(Answer):
    """``tickets`` in the order of entering; ``roll`` and ``commitment`` are digests, made as rooms/lot.py says.

    ``seed``, ``won`` and ``passed`` (in the order in which they were passed over) once it is drawn.
    """

    draw: str
    title: str
    winners: int
    status: Literal["frozen", "drawn"]
    tickets: list[str]
    roll: str
    commitment: str
    seed: str | None
    won: list[PlaceWon]
    passed: list[PlaceWon]


@router.get(
    "/rooms/{room}/draws/{draw}",
    response_model=DrawAnswer,
    responses={304: {"description": "It is as the caller has it, by the header If-None-Match."}},
)
async def read_draw(
    request: Request,
    response: Response,
    room: RoomPath,
    draw: DrawPath,
    caller: KnownCaller,
) -> DrawAnswer | Response:
    """A frozen draw with its list of tickets, which name nobody. For whoever may read the room."""
    await audience_in(request, caller, room)
    live = (await services_of(request).directory.open(room)).live
    found = cast(Draws, live.room.activities[Draws.name]).entrants_of(draw)
    if found is None or found.roll is None or found.commitment is None:
        raise Refused(Code.NOT_FOUND, "There is no such draw, or it is not frozen yet.")
    drawn = found.status == "drawn"
    # The list may be long and does not change any more: who has it asks whether all is as it was.
    kept = {"etag": _tag(found), "cache-control": "private, no-cache"}
    if kept["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=kept)
    response.headers.update(kept)
    return DrawAnswer(
        draw=found.draw,
        title=found.title,
        winners=found.winners,
        status="drawn" if drawn else "frozen",
        tickets=found.tickets,
        roll=found.roll,
        commitment=found.commitment,
        seed=found.sealed if drawn else None,
        won=[PlaceWon(place=place, ticket=prize.ticket) for place, prize in sorted(found.won.items())],
        passed=[PlaceWon(place=place, ticket=ticket) for place, ticket in found.passed],
    )


def _tag(draw: Draw) -> str:
    """An ETag; the tickets are in it by their digest."""
    won = [(place, prize.ticket) for place, prize in sorted(draw.won.items())]
    said = repr((draw.title, draw.winners, draw.status, draw.roll, draw.commitment, won, draw.passed))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'
