"""A frozen draw as a whole: all that is needed to check it."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Request

from protocols.errors import Code, Refused
from protocols.messages import Id
from rooms.activities.draws import Draws
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


@router.get("/rooms/{room}/draws/{draw}")
async def read_draw(request: Request, room: RoomPath, draw: DrawPath, caller: KnownCaller) -> DrawAnswer:
    """A frozen draw with its list of tickets, which name nobody. For whoever may read the room."""
    await audience_in(request, caller, room)
    live = (await services_of(request).directory.open(room)).live
    found = cast(Draws, live.room.activities[Draws.name]).entrants_of(draw)
    if found is None or found.roll is None or found.commitment is None:
        raise Refused(Code.NOT_FOUND, "There is no such draw, or it is not frozen yet.")
    drawn = found.status == "drawn"
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
