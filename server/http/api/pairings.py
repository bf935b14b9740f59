"""Pairing a wall: it shows a code, somebody who runs a room types it, the wall gets a link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from protocols.errors import Refused
from protocols.messages import Role
from protocols.text import Name
from server import codes
from server.http.api.fields import PREFIX, Answer, Body, RoomPath
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, host_of
from server.http.noting import note_act
from server.http.services import address_of, services_of
from server.pairings import CODE_LENGTH, Paired

router = APIRouter(prefix=PREFIX, tags=["walls"], route_class=StrictRoute)


class PairingAnswer(Answer):
    """A wall that wants in: ``code`` is to be shown, ``pairing`` is the wall's own secret."""

    pairing: str
    code: str
    expires_at: int


class Collected(Body):
    """The wall's own pairing."""

    pairing: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class PairedAnswer(Answer):
    """Whether somebody has let the wall in; then to which room, and the link to exchange."""

    paired: bool
    room: str | None = None
    link: str | None = None


class TypedCode(Body):
    """The code that a wall shows."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=codes.TYPED_LENGTH)]
    label: Name | None = Field(None, description="Which screen it is.")


class LetIn(Answer):
    """The link that the wall was given; withdraw it to take the room off that screen."""

    link_id: str
    label: str | None


@router.post("/pairings", status_code=201)
async def begin_pairing(request: Request) -> PairingAnswer:
    """Begin with a wall that has no room yet: a code to show, good for ten minutes."""
    services = services_of(request)
    await services.pairings_begun.take(address_of(request))
    pairing = await services.pairings.open()
    return PairingAnswer(pairing=pairing.id, code=codes.shown(pairing.code), expires_at=pairing.expires_at)


@router.post("/pairings/collect", response_model_exclude_none=True)
async def collect_pairing(request: Request, collected: Collected) -> PairedAnswer:
    """Wait, up to 20 seconds, for somebody to let this wall in; ask again as long as nobody has."""
    services = services_of(request)
    paired = await services.pairings.collect(collected.pairing)
    if paired is None:
        return PairedAnswer(paired=False)
    return PairedAnswer(paired=True, room=paired.room, link=services.links.signed_id(paired.link))


@router.post("/rooms/{room}/pairings", status_code=201)
async def pair_wall(request: Request, room: RoomPath, typed: TypedCode, caller: KnownCaller) -> LetIn:
    """Let in the wall that shows this code. Needs an API key, the room's host or staff of its shop."""
    await host_of(request, caller, room)
    services = services_of(request)
    live = (await services.directory.open(room)).live
    keys = (f"address {address_of(request)}", f"caller {caller.by.id}")
    await services.pairing_tries.take(*keys)
    async with services.pairings.taken(codes.typed(typed.code, CODE_LENGTH)) as wall:
        await services.pairing_tries.give_back(*keys)
        link = await services.links.create(room, Role.WALL, label=typed.label)
        try:
            await services.pairings.settle(wall, Paired(room, link.id))
        except Refused:
            # Nobody will ever come by this link.
            await services.links.revoke(room, link.id)
            raise
    await note_act(request, caller, "wall.paired", room, shop=live.room.shop, details={"link": link.id})
    return LetIn(link_id=link.id, label=link.label)
