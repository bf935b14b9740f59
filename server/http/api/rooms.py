"""Rooms: make, read, open, close; erase a person."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Body as FromBody
from pydantic import Field

from protocols.errors import Code, Refused
from protocols.messages import Command, Id
from protocols.text import Title
from rooms.activities.room import PersonErase, RoomClose, RoomCreate, RoomOpen, Status
from rooms.settings import RoomSettings
from server.hosting.draft import Sender
from server.http.api.fields import PREFIX, Answer, Body, Done, NewRoomId, Place, RoomPath, UserPath
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller, MaybeCaller, host_of, staffs
from server.http.services import services_of

router = APIRouter(prefix=PREFIX, tags=["rooms"], route_class=StrictRoute)

# Read out in a shop and typed on a phone: no letters that look alike.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class NewRoom(Body):
    """A room to be made."""

    id: NewRoomId | None = Field(None, description="Stands in its address; made up if not given.")
    title: Title
    settings: RoomSettings | None = Field(None, description="Those that are given differ from the defaults.")
    status: Status = "open"


class RoomAnswer(Answer):
    """A room; ``settings`` and ``position`` are told to those who run it."""

    id: str
    title: str
    status: Status
    url: str | None = Field(None, description="Where the audience comes in, if the server knows its public address.")
    settings: RoomSettings | None = None
    position: Place | None = None


class Wish(Body):
    """A command's own part."""

    id: Id | None = Field(None, description="The sender's id of this request, which makes sending it again safe.")


MaybeWish = Annotated[Wish | None, FromBody()]


def wish_id(wish: Wish | None) -> str:
    """The id that was sent, or a new one."""
    return (wish.id if wish else None) or f"api-{secrets.token_urlsafe(12)}"


@router.post("/rooms", status_code=201, response_model_exclude_none=True)
async def create_room(request: Request, response: Response, room: NewRoom, caller: KnownCaller) -> RoomAnswer:
    """Make a room. Needs an API key."""
    if caller.key is None:
        raise Refused(Code.FORBIDDEN, "Making rooms needs an API key.")
    room_id = room.id or "".join(secrets.choice(ALPHABET) for _ in range(8))
    command = RoomCreate(id=wish_id(None), room=room_id, title=room.title, settings=room.settings, status=room.status)
    await services_of(request).directory.create(command, caller.by)
    response.headers["location"] = f"/api/v1/rooms/{room_id}"
    return await _answer(request, room_id, caller)


# Credentials are welcome here, not needed.
@router.get("/rooms/{room}", response_model_exclude_none=True, openapi_extra={"security": [{}]})
async def read_room(request: Request, room: RoomPath, caller: MaybeCaller) -> RoomAnswer:
    """Read a room: everybody its id, title and status, those who run it more."""
    return await _answer(request, room, caller)


@router.post("/rooms/{room}/open")
async def open_room(request: Request, room: RoomPath, caller: KnownCaller, wish: MaybeWish = None) -> Done:
    """Let attendees take part (again). Needs an API key or the room's host."""
    return await _submit(request, caller, RoomOpen(id=wish_id(wish), room=room))


@router.post("/rooms/{room}/close")
async def close_room(request: Request, room: RoomPath, caller: KnownCaller, wish: MaybeWish = None) -> Done:
    """End taking part; reading goes on. Needs an API key or the room's host."""
    return await _submit(request, caller, RoomClose(id=wish_id(wish), room=room))


@router.delete("/rooms/{room}/people/{user}", tags=["people"])
async def erase_person(request: Request, room: RoomPath, user: UserPath, caller: KnownCaller) -> Done:
    """Erase what a person wrote in this room; their ballots stay under a pseudonym. Again changes nothing."""
    return await _submit(request, caller, PersonErase(id=wish_id(None), room=room, user=user))


async def _submit(request: Request, caller: Caller, command: Command) -> Done:
    await host_of(request, caller, command.room)
    host = await services_of(request).directory.open(command.room)
    return Done(position=Place.of(await host.ask(command, Sender(caller.by))))


async def _answer(request: Request, room: str, caller: Caller | None) -> RoomAnswer:
    live = (await services_of(request).directory.open(room)).live
    public = services_of(request).settings.public_url
    url = f"{public}/r/{live.room.id}" if public else None
    answer = RoomAnswer(id=live.room.id, title=live.room.title, status=live.room.status, url=url)
    if not await staffs(request, caller, room):
        return answer
    return answer.model_copy(update={"settings": live.room.settings, "position": Place.of(live.position)})
