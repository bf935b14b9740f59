"""Ways in: links of a room, and what they, or a nickname alone, are exchanged for."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from protocols.errors import Code, Refused
from protocols.limits import NAME_LENGTH
from protocols.messages import STAFF, Id, Role
from protocols.text import Name
from server.guests import DEVICE_LENGTH, Admitted
from server.http.api.fields import PREFIX, Answer, Body, Instant, LinkPath, RoomPath
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller, host_of
from server.http.noting import note_act
from server.http.present import present
from server.http.services import Services, address_of, services_of
from server.links import LINK_LENGTH, Link, link_url

router = APIRouter(prefix=PREFIX, route_class=StrictRoute)

# By these somebody would go on in a room who is put out of it: a bot speaks for whomever it likes.
LASTING = STAFF | {Role.BOT}
RoleName = Literal["host", "moderator", "attendee", "wall", "bot"]
# Looked at by server/guests.py: a nickname is refused by its own words, not by a pattern's.
Nickname = Annotated[str, StringConstraints(min_length=1, max_length=2 * NAME_LENGTH)]
Device = Annotated[
    str | None,
    Field(max_length=DEVICE_LENGTH, description="What an earlier answer gave this browser; keeps the person the same."),
]

InShop = Annotated[
    Id | None, Field(description="In which shop they are, of those that take part; another one is left out.")
]


class NewLink(Body):
    """A link to be made."""

    role: RoleName
    label: Name | None = Field(None, description="Whose it is; the name of those who open it and give none.")
    expires_at: Instant | None = None


class LinkAnswer(Answer):
    """A link. ``link`` opens the room, so it is as secret as a key; ``url`` is the address that holds it."""

    id: str
    room: str
    role: RoleName
    label: str | None
    link: str
    url: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None


class LinksAnswer(Answer):
    """The links of a room, the newest first; those that were withdrawn too."""

    links: list[LinkAnswer]


class Opened(Body):
    """A link that somebody opened."""

    link: Annotated[str, StringConstraints(min_length=1, max_length=LINK_LENGTH)]
    nickname: Nickname | None = None
    device: Device = None
    shop: InShop = None


class Nicknamed(Body):
    """Somebody without a link."""

    nickname: Nickname
    device: Device = None
    shop: InShop = None


class Admission(Answer):
    """Who somebody is from now on. ``device`` is to be kept in the browser and sent next time."""

    token: str
    device: str
    room: str
    role: RoleName
    user: str
    name: str
    expires_at: int

    @classmethod
    def of(cls, admitted: Admitted) -> Admission:
        """The same, to be answered."""
        viewer = admitted.viewer
        assert viewer.expires_at is not None
        return cls(
            token=admitted.token,
            device=admitted.device,
            room=viewer.room,
            role=viewer.role.value,
            user=viewer.user,
            name=viewer.name,
            expires_at=viewer.expires_at,
        )


async def shop_of(services: Services, room: str, shop: str | None) -> str | None:
    """This shop, if it takes part in the room; it may do so no more since its address was printed."""
    return (await services.directory.open(room)).live.room.settings.known_shop(shop)


async def let_in(services: Services, admitted: Admitted) -> Admission:
    """The answer to somebody who comes in, as the room knows them. Raises Refused: banned."""
    return Admission.of(replace(admitted, viewer=await present(services, admitted.viewer)))


@router.post("/rooms/{room}/links", status_code=201, tags=["links"])
async def create_link(request: Request, room: RoomPath, link: NewLink, caller: KnownCaller) -> LinkAnswer:
    """Make a link into a room. Needs an API key or the room's host; a guest who is one makes none for staff or bots."""
    await host_of(request, caller, room)
    if _is_lent(caller) and Role(link.role) in LASTING:
        raise Refused(Code.FORBIDDEN, "Links to run a room by are for those who came to run it.")
    services = services_of(request)
    live = (await services.directory.open(room)).live
    made = await services.links.create(room, Role(link.role), label=link.label, expires_at=link.expires_at)
    details = {"link": made.id, "role": link.role}
    await note_act(request, caller, "link.created", room, shop=live.room.shop, details=details)
    return _answer(services, made)


@router.get("/rooms/{room}/links", tags=["links"])
async def list_links(request: Request, room: RoomPath, caller: KnownCaller) -> LinksAnswer:
    """List a room's links. Needs an API key or the room's host; a guest who is one sees none for staff or bots."""
    await host_of(request, caller, room)
    services = services_of(request)
    await services.directory.open(room)
    links = await services.links.of_room(room)
    shown = [link for link in links if not (_is_lent(caller) and link.role in LASTING)]
    return LinksAnswer(links=[_answer(services, link) for link in shown])


@router.delete("/rooms/{room}/links/{link}", status_code=204, tags=["links"])
async def revoke_link(request: Request, room: RoomPath, link: LinkPath, caller: KnownCaller) -> None:
    """Withdraw a link: nobody comes in by it any more, and who did goes. Again changes nothing."""
    await host_of(request, caller, room)
    services = services_of(request)
    await services.links.revoke(room, link, unseen=LASTING if _is_lent(caller) else ())
    shop = (await services.directory.open(room)).live.room.shop
    await note_act(request, caller, "link.withdrawn", room, shop=shop, details={"link": link})


@router.post("/links/exchange", tags=["people"])
async def exchange(request: Request, opened: Opened) -> Admission:
    """Exchange a link for a token. An attendee's link needs a nickname."""
    services = services_of(request)
    await _count(request, services)
    link = await services.links.opened(opened.link)
    staff = await services.links.names.of(link.room)
    shop = None if opened.shop is None else await shop_of(services, link.room, opened.shop)
    admitted = services.guests.admit_by(link, opened.nickname, device=opened.device, shop=shop, staff_names=staff)
    if link.role in STAFF:
        services.links.names.note(link.room, admitted.viewer.name)
    return await let_in(services, admitted)


@router.post("/rooms/{room}/guest", tags=["people"])
async def admit_guest(request: Request, room: RoomPath, nicknamed: Nicknamed) -> Admission:
    """Let a guest into a room: a nickname, and no account."""
    services = services_of(request)
    await _count(request, services)
    await services.directory.open(room)
    staff = await services.links.names.of(room)
    shop = await shop_of(services, room, nicknamed.shop)
    admitted = services.guests.admit(room, nicknamed.nickname, device=nicknamed.device, shop=shop, staff_names=staff)
    return await let_in(services, admitted)


def _is_lent(caller: Caller) -> bool:
    """Whether they are a host only until another takes it back: with a link they would stay one."""
    return caller.viewer is not None and caller.viewer.guest


async def _count(request: Request, services: Services) -> None:
    """Raises Refused: rate_limited."""
    await services.admissions.take(address_of(request))


def _answer(services: Services, link: Link) -> LinkAnswer:
    signed = services.links.signed(link)
    return LinkAnswer(
        id=link.id,
        room=link.room,
        role=link.role.value,
        label=link.label,
        link=signed,
        url=link_url(services.settings.public_url, link.room, link.role, signed),
        created_at=link.created_at,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
    )
