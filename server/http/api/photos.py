"""Photos of a room: made of an upload, and shown at addresses that end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import Annotated, Final, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, By, Id, Role, UserId
from rooms.activities.photos import Caption, Photo, PhotoAdd, PhotoAsk, Photos, PhotoView
from rooms.room import Room
from server.blobs.port import BlobError, NoSuchBlob
from server.hosting.draft import Sender
from server.http.api.fields import PREFIX, Answer, Body, Place, RoomPath
from server.http.api.uploads import UPLOAD_LENGTH, sender_of
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, audience_in, reads
from server.http.services import Host, Services, services_of
from server.identity import Viewer
from server.image_check import SIZE as LOOKED_AT
from server.photos.addresses import Picture, Reader
from server.photos.containers import SIZES, Fault, NotAPhoto
from server.photos.uploads import Upload

router = APIRouter(prefix=PREFIX, tags=["photos"], route_class=StrictRoute)

LINKS_MOST: Final = 100  # photos in one request
STORED_S: Final = 15.0  # for the files and the record, once a photo is decoded

# One sentence for each way of being no photo.
FAULTS: Final = {
    Fault.NOT_A_PHOTO: "This is no photo that can be shown: JPEG, PNG, WebP and HEIC are.",
    Fault.DRAWING: "This is a drawing (SVG), not a photo.",
    Fault.ANIMATED: "This moves; only still photos are shown.",
    Fault.TRUNCATED: "This photo is cut off.",
    Fault.TWO_IN_ONE: "This is a photo and something else besides.",
    Fault.TOO_LARGE: "A photo has at most 20 MB.",
    Fault.TOO_MANY_PIXELS: "A photo has at most 40 megapixels.",
    Fault.TOO_SMALL: "This photo is too small to be shown.",
    Fault.TOO_HARD: "This photo takes too much to be opened.",
}
LARGE: Final = frozenset({Fault.TOO_LARGE, Fault.TOO_MANY_PIXELS})

PhotoPath = Annotated[Id, Path(description="The photo's id.")]


class NewPhoto(Body):
    """A photo for the room: an upload that is whole. ``id`` makes sending again safe."""

    id: Id
    upload: Annotated[str, Field(pattern=r"^[0-9a-f.]+$", max_length=UPLOAD_LENGTH)]
    caption: Caption | None = None


class PhotoAnswer(Answer):
    """A photo that was added: its size as it is shown, and whether it is shown already."""

    photo: str
    width: int
    height: int
    color: str
    shown: bool
    position: Place


class Wanted(Body):
    """Photos that are to be shown."""

    photos: Annotated[list[Id], Field(min_length=1, max_length=LINKS_MOST)]


class PhotoLinks(Answer):
    """Addresses by photo and by the pixels of its longer side, and what is said of each photo.

    They are good until ``until`` and so for ``good_ms``, for whoever has another time.
    Photos that the caller may not see are left out.
    """

    links: dict[str, dict[str, str]]
    photos: dict[str, PhotoView]
    until: int
    good_ms: int


class Signed(BaseModel):
    """What follows the "?" of a picture's address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: Reader = Field(alias="for")
    who: UserId | None = None
    until: int = Field(ge=0, le=2**40)
    sign: str = Field(max_length=64)


@router.post("/rooms/{room}/photos", status_code=201)
async def add_photo(request: Request, room: RoomPath, wanted: NewPhoto, caller: KnownCaller) -> PhotoAnswer:
    """Make a photo of an upload that is whole. Needs the token of who sent it."""
    viewer = sender_of(caller, room)
    services = services_of(request)
    upload = services.uploads.find(room, viewer.user, wanted.upload)
    person = f"{room} {viewer.user}"
    async with services.darkroom.turn(person):
        host = await services.directory.open(room)
        photo = photos_of(host.live.room).find(upload.photo)
        if photo is None:
            try:
                # What is refused once it is decoded may be sent again, and is decoded again.
                await services.photos_decoded.take(person)
                photo = await _added(services, upload, viewer, wanted)
            except Refused:
                # Another request for the same upload may have been faster, on another node.
                photo = photos_of(host.live.room).find(upload.photo)
                if photo is None:
                    raise
    await services.uploads.remove(upload)
    return PhotoAnswer(
        photo=photo.photo,
        width=photo.width,
        height=photo.height,
        color=photo.color,
        shown=photo.place == "shown",
        position=Place.of(host.live.position),
    )


async def _added(services: Services, upload: Upload, viewer: Viewer, wanted: NewPhoto) -> Photo:
    """Decoded, stored, and spoken of: in this order, so that nobody is told of what is not whole."""
    host = await services.directory.open(upload.room)
    sender = Sender(viewer.by, bound=viewer.bound, signed_up=viewer.signed_up, vouched=True)
    await _asked(host, PhotoAsk(id=f"ask-{token_hex(8)}", room=upload.room, caption=wanted.caption), sender)
    suspect = await _suspect_words(services, viewer, wanted, upload.room)
    try:
        developed = await services.darkroom.develop(services.uploads.read(upload))
        if services.outside.image is not None and viewer.role not in STAFF:
            suspect |= await services.outside.image.suspects(upload.room, developed.pictures[LOOKED_AT])
    except NotAPhoto as none:
        await services.uploads.remove(upload)
        raise Refused(Code.TOO_LARGE if none.fault in LARGE else Code.INVALID, FAULTS[none.fault]) from None
    except Refused as refused:
        if refused.code is Code.PICTURE:
            await services.uploads.remove(upload)
        raise
    command = PhotoAdd(
        id=wanted.id,
        room=upload.room,
        photo=upload.photo,
        width=developed.width,
        height=developed.height,
        color=developed.color,
        caption=wanted.caption,
    )
    try:
        async with asyncio.timeout(STORED_S):
            await services.photos.keep(upload.room, upload.photo, developed)
            await host.ask(command, replace(sender, suspect=suspect))
    except TimeoutError:
        # Whether it was added is not known: whoever asks again will be told. Files of nothing go by themselves.
        raise Refused(Code.UNAVAILABLE) from None
    added = photos_of(host.live.room).find(upload.photo)
    if added is None:
        raise Refused(Code.CONFLICT, "This photo is gone again.")
    return added


async def _suspect_words(services: Services, viewer: Viewer, wanted: NewPhoto, room: str) -> bool:
    """Whether somebody outside wants staff to see the caption first. Raises Refused: words."""
    check = services.outside.text
    if check is None or wanted.caption is None or viewer.role in STAFF:
        return False
    return await check.suspects(room, (wanted.caption,))


async def _asked(host: Host, ask: PhotoAsk, sender: Sender) -> None:
    """Whether the photo may come at all: what takes seconds to decode is not decoded to be refused. Raises Refused."""
    try:
        async with asyncio.timeout(STORED_S):
            await host.ask(ask, sender)
    except TimeoutError:
        raise Refused(Code.UNAVAILABLE) from None
    except Refused as refused:
        # A node of the version before has the room, and does not know the question.
        if refused.code is not Code.UNKNOWN_COMMAND:
            raise


@router.post("/rooms/{room}/photos/links")
async def link_photos(request: Request, room: RoomPath, wanted: Wanted, caller: KnownCaller) -> PhotoLinks:
    """Where pictures are. Needs a token for the room, or what hosts it."""
    await reads(request, caller)
    audience = await audience_in(request, caller, room)
    services = services_of(request)
    photos = photos_of((await services.directory.open(room)).live.room)
    user = caller.by.id
    links: dict[str, dict[str, str]] = {}
    seen: dict[str, PhotoView] = {}
    until = services.pictures.until(Reader.EVERYONE)
    for name in wanted.photos:
        photo = photos.find(name)
        if photo is None:
            continue
        reader = _reader(photo, audience, user)
        if opens(photo, reader):
            at = f"{PREFIX}/rooms/{room}/photos/{name}"
            query = partial(services.pictures.query, reader=reader, who=user if reader is Reader.HOSTS else "")
            links[name] = {str(size): f"{at}/{size}.webp?{query(Picture(room, name, size))}" for size in SIZES}
            seen[name] = cast(PhotoView, photo.as_wire())
            until = min(until, services.pictures.until(reader))
    good_ms = (until - services.pictures.now()) * 1000
    return PhotoLinks(links=links, photos=seen, until=until * 1000, good_ms=good_ms)


def _reader(photo: Photo, audience: Audience, user: str) -> Reader:
    """The widest that it is for now: what everyone sees stays in browsers for hours, hosts' included."""
    if photo.place == "shown":
        return Reader.EVERYONE
    if audience is Audience.HOSTS:
        return Reader.HOSTS
    return Reader.OWN if photo.by.id == user else Reader.EVERYONE


@router.get(
    "/rooms/{room}/photos/{photo}/{size}.webp",
    response_class=Response,
    responses={200: {"content": {"image/webp": {}}}},
)
async def show_photo(
    request: Request,
    room: RoomPath,
    photo: PhotoPath,
    size: Annotated[int, Path(ge=1, le=9999)],
    signed: Annotated[Signed, Query()],
) -> Response:
    """A picture, by an address that was given out and while its reader may see the photo."""
    services = services_of(request)
    who = signed.who or ""
    left = services.pictures.check(Picture(room, photo, size), signed.reader, who, signed.until, signed.sign)
    live = (await services.directory.open(room)).live.room
    if who and live.people.heard(By(who, "", Role.HOST)).role not in STAFF:
        raise Refused(Code.FORBIDDEN)
    found = photos_of(live).find(photo)
    if found is None or not opens(found, signed.reader):
        raise Refused(Code.NOT_FOUND, "There is no such photo.")
    try:
        length = await services.photos.size(room, photo, size)
    except NoSuchBlob:
        raise Refused(Code.NOT_FOUND, "There is no such photo.") from None
    except BlobError:
        raise Refused(Code.UNAVAILABLE) from None
    headers = {
        "content-length": str(length),
        "content-disposition": f'inline; filename="photo-{size}.webp"',
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": f"private, max-age={left}, immutable",
    }
    return StreamingResponse(services.photos.read(room, photo, size), media_type="image/webp", headers=headers)


def opens(photo: Photo, reader: Reader) -> bool:
    """Whether an address for this reader opens the photo now."""
    return photo.place == "shown" or reader is Reader.HOSTS or (reader is Reader.OWN and photo.place == "pending")


def photos_of(room: Room) -> Photos:
    """The photos of a room."""
    photos = room.activities[Photos.name]
    assert isinstance(photos, Photos)
    return photos
