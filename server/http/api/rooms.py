"""Rooms: list, make, read, open, close; erase a person."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi import Body as FromBody
from pydantic import Field

from protocols.errors import Code, Refused
from protocols.messages import Command, Id
from protocols.text import Title
from rooms.activities.room import PersonErase, RoomClose, RoomCreate, RoomOpen, Status
from rooms.settings import RoomSettings, ShopNamed
from server.hosting.draft import Sender
from server.http.api.fields import INSTANT_MAXIMUM, PREFIX, Answer, Body, Done, NewRoomId, Place, RoomPath, UserPath
from server.http.api.templates import drafted, known
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller, MaybeCaller, host_of, staffs
from server.http.noting import note_act
from server.http.services import services_of
from server.http.shops import in_shop, shops_of
from server.lobby import PAGE, PAGE_MOST, Wanted
from server.templates import Beginning, Lang, commands_of

router = APIRouter(prefix=PREFIX, tags=["rooms"], route_class=StrictRoute)

# Read out in a shop and typed on a phone: no letters that look alike.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class NewRoom(Body):
    """A room to be made. What is given here goes before what the template says."""

    id: NewRoomId | None = Field(None, description="Stands in its address; made up if not given.")
    title: Title | None = Field(None, description="May be left out with a template, which has one.")
    settings: RoomSettings | None = Field(None, description="Those that are given differ from the defaults.")
    status: Status = "open"
    shop: Id | None = Field(None, description="Whose it is; staff but owners must say so.")
    template: Id | None = Field(None, description="What it begins with.")
    lang: Lang = Field("zh", description="The language of a template that is built in.")


class Copied(Body):
    """A room to be made like another."""

    title: Title | None = None
    shop: Id | None = Field(None, description="Another shop than that of the first.")


class RoomAnswer(Answer):
    """A room; ``settings``, ``shop`` and ``position`` are told to those who run it. ``shops`` take part, if any do.
    ``rehearsal`` is there while what happens will be cleared."""

    id: str
    title: str
    status: Status
    url: str | None = Field(None, description="Where the audience comes in, if the server knows its public address.")
    settings: RoomSettings | None = None
    shop: str | None = None
    position: Place | None = None
    shops: list[ShopNamed] | None = None
    rehearsal: Literal[True] | None = None


class ListedRoom(Answer):
    """A room in a list; ``people`` is how many attendees are in it now."""

    id: str
    title: str
    status: Status
    shop: str | None
    created_at: int
    active_at: int
    people: int


class RoomsAnswer(Answer):
    """Rooms, the one active last first; if there are ``more``, ask again before the last one's ``active_at``."""

    rooms: list[ListedRoom]
    more: bool


class Wish(Body):
    """A command's own part."""

    id: Id | None = Field(None, description="The sender's id of this request, which makes sending it again safe.")


MaybeWish = Annotated[Wish | None, FromBody()]


def wish_id(wish: Wish | None) -> str:
    """The id that was sent, or a new one."""
    return (wish.id if wish else None) or f"api-{secrets.token_urlsafe(12)}"


@router.get("/rooms")
async def list_rooms(
    request: Request,
    caller: KnownCaller,
    *,
    shop: Annotated[Id | None, Query(description="Only those of this shop.")] = None,
    status: Annotated[Status | None, Query(description="Only those that are open, or closed.")] = None,
    before: Annotated[int | None, Query(ge=1, le=INSTANT_MAXIMUM, description="Only those active before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST, description="About how many.")] = PAGE,
) -> RoomsAnswer:
    """The rooms of one's shops; owners and API keys see all. Needs staff or an API key."""
    shops = shops_of(caller)
    if shop is not None:
        if not caller.sees(shop):
            raise Refused(Code.FORBIDDEN, "This is not a shop of yours.")
        shops = [shop]
    lobby = services_of(request).lobby
    rooms, more = await lobby.page(Wanted(shops, status, before, limit))
    listed = [
        ListedRoom(
            id=room.id,
            title=room.title,
            status=room.status,
            shop=room.shop,
            created_at=room.created_at,
            active_at=room.active_at,
            people=lobby.people(room.id),
        )
        for room in rooms
    ]
    return RoomsAnswer(rooms=listed, more=more)


@router.post("/rooms", status_code=201, response_model_exclude_none=True)
async def create_room(request: Request, response: Response, room: NewRoom, caller: KnownCaller) -> RoomAnswer:
    """Make a room, from a template if one is named. Needs an API key, or staff of the shop."""
    await in_shop(request, caller, room.shop)
    template = None if room.template is None else await known(services_of(request), caller, room.template, room.lang)
    title = room.title or (template.title if template else None)
    if title is None:
        raise Refused(Code.INVALID, "title: is needed")
    settings = room.settings
    if template is not None and template.settings:
        settings = RoomSettings(**template.settings).changed(room.settings or RoomSettings())
    command = RoomCreate(
        id=wish_id(None), room=room.id or _new_id(), title=title, settings=settings, status=room.status, shop=room.shop
    )
    begins = Beginning(template.polls, template.cues) if template else Beginning()
    return await _made(request, response, caller, command, begins)


@router.post("/rooms/{room}/duplicate", status_code=201, response_model_exclude_none=True)
async def duplicate_room(
    request: Request, response: Response, room: RoomPath, caller: KnownCaller, copied: Copied | None = None
) -> RoomAnswer:
    """Make a room with the same settings and run-sheet, and the same polls as drafts.

    Nothing of people, votes or messages goes along. Needs an API key, or staff of both its shop and the new one's.
    """
    shops_of(caller)
    await host_of(request, caller, room)
    first = (await services_of(request).directory.open(room)).live.room
    shop = (copied.shop if copied else None) or first.shop
    await in_shop(request, caller, shop)
    begins = await drafted(services_of(request), room)
    title = (copied.title if copied else None) or first.title
    command = RoomCreate(id=wish_id(None), room=_new_id(), title=title, settings=first.settings, shop=shop)
    return await _made(request, response, caller, command, begins)


# Credentials are welcome here, not needed.
@router.get("/rooms/{room}", response_model_exclude_none=True, openapi_extra={"security": [{}]})
async def read_room(request: Request, room: RoomPath, caller: MaybeCaller) -> RoomAnswer:
    """Read a room: everybody its id, title and status, those who run it more."""
    return await _answer(request, room, caller)


@router.post("/rooms/{room}/open")
async def open_room(request: Request, room: RoomPath, caller: KnownCaller, wish: MaybeWish = None) -> Done:
    """Let attendees take part (again). Needs an API key or the room's host."""
    return await _switched(request, caller, RoomOpen(id=wish_id(wish), room=room), "room.opened")


@router.post("/rooms/{room}/close")
async def close_room(request: Request, room: RoomPath, caller: KnownCaller, wish: MaybeWish = None) -> Done:
    """End taking part; reading goes on. Needs an API key or the room's host."""
    return await _switched(request, caller, RoomClose(id=wish_id(wish), room=room), "room.closed")


@router.delete("/rooms/{room}/people/{user}", tags=["people"])
async def erase_person(request: Request, room: RoomPath, user: UserPath, caller: KnownCaller) -> Done:
    """Erase what a person wrote in this room; their ballots stay under a pseudonym, their seat code goes.

    Again changes nothing, and is a success for a month. Somebody who never was there is not found.
    """
    await host_of(request, caller, room)
    services = services_of(request)
    host = await services.directory.open(room)
    seated = await services.seats.forget(room, user)
    if seated or host.live.room.seqs_of(user):
        # Before it is done: if the answer is lost, asking again finds that it was.
        await services.forgotten.note(room, user)
    elif not await services.forgotten.knows(room, user):
        raise Refused(Code.NOT_FOUND, "Nobody of this id has said or done anything here.")
    done = await _submit(request, caller, PersonErase(id=wish_id(None), room=room, user=user))
    # The audit must not name whom the room forgot.
    await note_act(request, caller, "person.erased", room, shop=host.live.room.shop)
    return done


def _new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


async def _made(
    request: Request, response: Response, caller: Caller, command: RoomCreate, begins: Beginning
) -> RoomAnswer:
    """Make the room, then draft its polls and prepare its run-sheet, all of it in one step."""
    services = services_of(request)
    await services.directory.create(command, caller.by)
    drafts = commands_of(begins, command.room)
    if drafts:
        host = await services.directory.open(command.room)
        sender = Sender(caller.by)
        await asyncio.gather(*(host.ask(each, sender) for each in drafts))
    polls = len(begins.polls)
    await note_act(request, caller, "room.created", command.room, shop=command.shop, details={"polls": polls})
    response.headers["location"] = f"{PREFIX}/rooms/{command.room}"
    return await _answer(request, command.room, caller)


async def _submit(request: Request, caller: Caller, command: Command) -> Done:
    await host_of(request, caller, command.room)
    host = await services_of(request).directory.open(command.room)
    return Done(position=Place.of(await host.ask(command, Sender(caller.by))))


async def _switched(request: Request, caller: Caller, command: RoomOpen | RoomClose, action: str) -> Done:
    done = await _submit(request, caller, command)
    shop = (await services_of(request).directory.open(command.room)).live.room.shop
    await note_act(request, caller, action, command.room, shop=shop)
    return done


async def _answer(request: Request, room: str, caller: Caller | None) -> RoomAnswer:
    live = (await services_of(request).directory.open(room)).live
    public = services_of(request).settings.public_url
    url = f"{public}/r/{live.room.id}" if public else None
    room_now, shops = live.room, live.room.settings.shops or None
    answer = RoomAnswer(
        id=room_now.id,
        title=room_now.title,
        status=room_now.status,
        url=url,
        shops=shops,
        rehearsal=room_now.rehearses or None,
    )
    if not await staffs(request, caller, room):
        return answer
    told = {"settings": live.room.settings, "shop": live.room.shop, "position": Place.of(live.position)}
    return answer.model_copy(update=told)
