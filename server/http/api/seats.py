"""Seat codes: a browser that forgets everything finds its person again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS
from server import codes
from server.guests import DEVICE_LENGTH
from server.http.api.fields import PREFIX, Answer, Body, RoomPath
from server.http.api.links import Admission, InShop, let_in, shop_of
from server.http.body import StrictRoute
from server.http.callers import KnownCaller
from server.http.services import address_of, services_of

router = APIRouter(prefix=PREFIX, tags=["people"], route_class=StrictRoute)


class OwnDevice(Body):
    """The device that came with one's token."""

    device: Annotated[str, StringConstraints(min_length=1, max_length=DEVICE_LENGTH)]


class SeatCodeAnswer(Answer):
    """One's own code; as secret as one's ballot."""

    code: str
    expires_at: int


class TypedSeatCode(Body):
    """A code that somebody noted down."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=codes.TYPED_LENGTH)]
    shop: InShop = None


@router.post("/rooms/{room}/seat-code")
async def show_seat_code(request: Request, room: RoomPath, own: OwnDevice, caller: KnownCaller) -> SeatCodeAnswer:
    """One's own code, the same as long as it is good. Needs an attendee's token and the device that came with it."""
    viewer = caller.viewer
    # Who has become a moderator is still the guest that they came as.
    if viewer is None or viewer.room != room or not viewer.guest:
        raise Refused(Code.FORBIDDEN, "A seat code is for those who attend this room.")
    services = services_of(request)
    number = services.guests.number(viewer, own.device)
    live = (await services.directory.open(room)).live
    made = await services.seats.code(
        room,
        viewer.user,
        number=number,
        name=viewer.name,
        link=viewer.link,
        kept_ms=live.room.settings.retention_days * DAY_MS,
    )
    return SeatCodeAnswer(code=made.code, expires_at=made.expires_at)


@router.post("/rooms/{room}/seat")
async def find_seat(request: Request, room: RoomPath, typed: TypedSeatCode) -> Admission:
    """Be the person again who was shown this code: with their name, their ballot and their device."""
    services = services_of(request)
    key = f"address {address_of(request)}"
    # Counted before the look: many tries at once are many tries.
    await services.seat_tries.take(key)
    await services.directory.open(room)
    seat = await services.seats.find(room, typed.code)
    await services.seat_tries.give_back(key)
    shop = await shop_of(services, room, typed.shop)
    link = None if seat.link is None else await services.links.in_force(seat.link)
    return await let_in(services, services.guests.admit_again(room, seat.number, seat.name, link, shop=shop))
