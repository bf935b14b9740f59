"""Staff enter a room of their shop as its host, without a link."""

from __future__ import annotations

from fastapi import APIRouter, Request

from protocols.messages import Role
from server.guests import Admitted
from server.http.api.fields import PREFIX, RoomPath
from server.http.api.links import Admission
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, SignedIn, host_of
from server.http.services import services_of

router = APIRouter(prefix=PREFIX, tags=["people"], route_class=StrictRoute)


@router.post("/rooms/{room}/enter")
async def enter_room(request: Request, room: RoomPath, caller: KnownCaller, own: SignedIn) -> Admission:
    """Enter a room of one's shop as a host: a token that ends with the session. ``device`` is empty."""
    await host_of(request, caller, room)
    services = services_of(request)
    member = own.member
    issued = services.identity.issue(
        user=member.id,
        name=member.name,
        role=Role.HOST,
        room=room,
        session=own.session.id,
        expires_at=own.session.expires_at,
    )
    # A guest must not look like them.
    services.links.names.note(room, member.name)
    return Admission.of(Admitted(issued.token, "", issued.viewer))
