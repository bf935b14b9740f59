"""Uploads of photos: begin, send in pieces from where it stands, ask where it stands.

The bodies of pieces are read here as they come, not by the guard: what came before a break is kept.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import Field
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from protocols.errors import Code, Refused
from protocols.messages import Role
from rooms.activities.photos import PhotoAsk
from rooms.activity import Context
from server.http.api.exports import Slots
from server.http.api.fields import PREFIX, Answer, Body, RoomPath
from server.http.body import StrictRoute
from server.http.callers import KnownCaller
from server.http.services import services_of
from server.identity import Viewer
from server.photos.uploads import PATCH_MOST, Upload

router = APIRouter(prefix=PREFIX, tags=["photos"], route_class=StrictRoute)

UPLOAD_LENGTH: Final = 128
PIECES_AT_ONCE: Final = 128  # in this process; each holds a quarter of a megabyte
PIECES_EACH: Final = 8  # of one person, those that broke unnoticed included; more could keep everybody else out
PIECE_S: Final = 60.0  # for one body
OFFSET: Final = "upload-offset"

UploadPath = Annotated[
    str, Path(pattern=r"^[0-9a-f.]+$", max_length=UPLOAD_LENGTH, description="The upload's id, as it was given out.")
]
Offset = Annotated[int, Header(alias="Upload-Offset", ge=0, le=2**31, description="Where this piece goes.")]


class NewUpload(Body):
    """What is to come; what the file is, is seen by decoding it."""

    size: Annotated[int, Field(ge=1, le=2**31, description="The file's size in bytes.")]


class UploadAnswer(Answer):
    """An upload: send what follows ``offset``, in pieces of at most ``piece`` bytes, until ``expires_at``."""

    upload: str
    offset: int
    size: int
    piece: int
    expires_at: int


def streams(scope: Scope) -> bool:
    """Whether a request's body is read by its route as it comes: a piece of an upload."""
    path: str = scope.get("path", "")
    return scope.get("method") == "PATCH" and path.startswith(f"{PREFIX}/rooms/") and "/uploads/" in path


def sender_of(caller: KnownCaller, room: str) -> Viewer:
    """Who sends photos. Raises Refused: forbidden for keys, sessions of staff, walls, and another room's token."""
    viewer = caller.viewer
    if viewer is None or viewer.room != room or viewer.role in {Role.WALL, Role.BOT}:
        raise Refused(Code.FORBIDDEN, "Photos are sent by who is in the room.")
    return viewer


@router.post("/rooms/{room}/uploads", status_code=201)
async def begin_upload(request: Request, room: RoomPath, wanted: NewUpload, caller: KnownCaller) -> UploadAnswer:
    """Begin to send a photo. Needs a token for the room."""
    viewer = sender_of(caller, room)
    services = services_of(request)
    live = (await services.directory.open(room)).live.room
    # Before megabytes are sent for nothing; it is decided when they are here.
    live.decide(PhotoAsk(id="ask", room=room), Context(viewer.by, services.now(), _no_id, vouched=True))
    await services.uploads_begun.take(f"{room} {viewer.user}")
    upload = services.uploads.begin(room, viewer.user, wanted.size)
    return UploadAnswer(
        upload=upload.id, offset=0, size=upload.size, piece=PATCH_MOST, expires_at=upload.expires_at * 1000
    )


@router.head("/rooms/{room}/uploads/{upload}", response_class=Response)
async def where_upload_stands(request: Request, room: RoomPath, upload: UploadPath, caller: KnownCaller) -> Response:
    """Where it goes on: the headers Upload-Offset and Upload-Length. Needs the token of who began it."""
    found = services_of(request).uploads.find(room, sender_of(caller, room).user, upload)
    return _stands(found, await services_of(request).uploads.offset(found), status=200)


@router.patch(
    "/rooms/{room}/uploads/{upload}",
    response_class=Response,
    status_code=204,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def send_piece(
    request: Request, room: RoomPath, upload: UploadPath, caller: KnownCaller, upload_offset: Offset
) -> Response:
    """Send some of it, from the offset at which it stands; what came before a break is kept."""
    services = services_of(request)
    found = services.uploads.find(room, sender_of(caller, room).user, upload)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length[:16]) > PATCH_MOST:
        raise Refused(Code.TOO_LARGE, f"A piece has at most {PATCH_MOST} bytes.")
    slots: Slots = request.app.state.pieces
    whose = f"{room} {found.user}"
    slots.take(whose)
    try:
        async with asyncio.timeout(PIECE_S):
            here = await services.uploads.append(found, upload_offset, request.stream())
    except TimeoutError:
        raise Refused(Code.UNAVAILABLE, "The piece came too slowly; go on from where it stands.") from None
    except ClientDisconnect:
        # Nobody is there to be answered; what came is kept.
        return Response(status_code=400)
    finally:
        slots.give(whose)
    return _stands(found, here, status=204)


@router.delete("/rooms/{room}/uploads/{upload}", status_code=204, response_class=Response)
async def drop_upload(request: Request, room: RoomPath, upload: UploadPath, caller: KnownCaller) -> Response:
    """Forget what came of it."""
    uploads = services_of(request).uploads
    await uploads.remove(uploads.find(room, sender_of(caller, room).user, upload))
    return Response(status_code=204)


def _no_id() -> str:
    raise AssertionError("asking makes nothing")


def _stands(upload: Upload, offset: int, *, status: int) -> Response:
    return Response(
        status_code=status,
        headers={OFFSET: str(offset), "upload-length": str(upload.size), "cache-control": "no-store"},
    )
