"""The files of photos: stored whole before a photo is spoken of, removed when it is gone from the room's log.

What is to go is not told by anybody: it is what lies in the blob store and stands in no record. So it goes whoever
deleted it and however, and a crash in between only puts it off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

import structlog

from server.blobs.port import BlobError, Blobs
from server.photos.containers import SIZES, Developed
from server.photos.uploads import Uploads, blobs_at_hand, folded, unfolded

PREFIX: Final = "photos/"
LOOK_S: Final = 5.0
# A file may lie there for a moment before its photo stands in the log.
SETTLED_S: Final = 25.0
TIDY_S: Final = 600.0

log = structlog.get_logger(__name__)


class Cause(IntEnum):
    """What erased something since a room was last looked at; the gravest of several."""

    OTHER = 0  # nothing of photos
    PHOTO = 1  # photos were deleted, or grew old
    PERSON = 2  # somebody was erased, or all who rehearsed: what they have not sent whole goes too


class _Look(NamedTuple):
    """A room that is looked at again: up to which erasure, since when, which files nobody knew then."""

    seq: int
    since: float
    cause: Cause
    files: frozenset[str]
    pieces: frozenset[str]


class Erased(NamedTuple):
    """A room from whose log something was erased, up to ``seq``."""

    room: str
    seq: int


class PhotoRecords(Protocol):
    """What records say of photos; ``server.store.photos.StoredPhotos`` is one. All raise the database's errors."""

    async def kept(self, room: str) -> Collection[str] | None:
        """The photos that stand in the room's records; None where the database does not have all of them."""

    async def erased(self) -> Sequence[Erased]:
        """Rooms with erasures that were not looked at yet."""

    async def cause(self, erased: Erased) -> Cause:
        """Why photos may have gone with these erasures."""

    async def done(self, erased: Sequence[Erased]) -> None:
        """They were looked at."""


def file_of(room: str, photo: str, size: int) -> str:
    """The name of a picture in the blob store."""
    return f"{PREFIX}{folded(room)}/{photo}/{size}.webp"


class PhotoFiles:
    """Pictures by room, photo and size, and the ``uploads`` that they come from."""

    def __init__(self, blobs: Blobs, records: PhotoRecords, uploads: Uploads) -> None:
        self._blobs = blobs
        self._records = records
        self.uploads = uploads
        self._seen: dict[str, _Look] = {}
        self._removed = 0

    async def keep(self, room: str, photo: str, developed: Developed) -> None:
        """Store all sizes. Raises Refused: unavailable."""
        with blobs_at_hand():
            for size, picture in developed.pictures.items():
                await self._blobs.put(file_of(room, photo, size), _whole(picture))

    async def size(self, room: str, photo: str, size: int) -> int:
        """The length of a picture. Raises NoSuchBlob and other BlobErrors."""
        return (await self._blobs.stat(file_of(room, photo, size))).size

    def read(self, room: str, photo: str, size: int) -> AsyncIterator[bytes]:
        """A picture. Raises as above."""
        return self._blobs.get(file_of(room, photo, size))

    async def remove(self, room: str, photos: Iterable[str]) -> None:
        """Remove all sizes of these. Raises BlobError."""
        await self._blobs.delete([file_of(room, photo, size) for photo in photos for size in SIZES])

    async def keeper(self, names: Sequence[str]) -> Collection[str]:
        """Which of these files are in use, for ``Orphans``. What cannot be told is in use."""
        by_room: dict[str, list[str]] = {}
        for name in names:
            by_room.setdefault(name.split("/")[1], []).append(name)
        used: set[str] = set()
        for part, theirs in by_room.items():
            try:
                kept = await self._records.kept(unfolded(part))
            except ValueError:
                kept = None
            used.update(name for name in theirs if kept is None or name.split("/")[2] in kept)
        return used

    async def look(self, now: float) -> int:
        """Remove the files of what was erased some seconds ago; how many. Raises BlobError, the database's errors."""
        done: list[Erased] = []
        for erased in await self._records.erased():
            if erased.room in self._seen:
                continue
            cause = await self._records.cause(erased)
            if cause is Cause.OTHER:
                done.append(erased)
            else:
                self._seen[erased.room] = await self._first(erased, cause, now)
        removed = 0
        for room, seen in list(self._seen.items()):
            if now - seen.since >= SETTLED_S and (gone := await self._second(room, seen)) is not None:
                removed += gone
                done.append(Erased(room, seen.seq))
                del self._seen[room]
        await self._records.done(done)
        self._removed += removed
        return removed

    async def run(self) -> None:
        """Look every few seconds, and after uploads that were given up, until cancelled."""
        tidied = 0.0
        while True:
            now = time.monotonic()
            try:
                await self.look(now)
                if now - tidied >= TIDY_S or not tidied:
                    tidied = now
                    await self.uploads.tidy()
            except BlobError as error:
                log.warning("photos_not_looked_at", error=type(error).__name__)
            except Exception:
                # Never without, whatever it met.
                log.exception("photos_not_looked_at")
            await asyncio.sleep(LOOK_S)

    def statistics(self) -> Mapping[str, float]:
        """How many files have gone, and rooms that wait for it."""
        return {"removed_total": self._removed, "rooms_waiting": len(self._seen)}

    async def _first(self, erased: Erased, cause: Cause, now: float) -> _Look:
        """What lies there now. Only that may go: what comes later is on its way into the log."""
        files = await self._listed(f"{PREFIX}{folded(erased.room)}/")
        # An upload does not say whose it is. Who is still sending begins again.
        pieces = await self.uploads.pieces(erased.room) if cause is Cause.PERSON else frozenset()
        return _Look(erased.seq, now, cause, files, pieces)

    async def _second(self, room: str, seen: _Look) -> int | None:
        """Remove of that what no record names; None if that cannot be told."""
        kept = await self._records.kept(room)
        if kept is None:
            return None
        gone = [name for name in seen.files if name.split("/")[2] not in kept]
        await self._blobs.delete([*gone, *seen.pieces])
        return len(gone)

    async def _listed(self, prefix: str) -> frozenset[str]:
        return frozenset([blob.name async for some in self._blobs.list(prefix) for blob in some])


async def _whole(picture: bytes) -> AsyncIterator[bytes]:
    yield picture
