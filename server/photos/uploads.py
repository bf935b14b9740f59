"""Uploads: a file in pieces, each of which is stored when it came, so that a break costs little.

An upload's id says whose it is, how large the file will be and when it began, and is signed; its pieces lie in the
blob store. So any server goes on with what another began, and nothing of it needs a table.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from protocols.errors import Code, Refused
from server.blobs.port import Blob, BlobError, Blobs
from server.photos.containers import FILE_MOST

PREFIX: Final = "uploads/"
PIECE: Final = 256 * 1024  # bytes that are stored at once
PATCH_MOST: Final = 1024 * 1024  # bytes of one request
TTL_S: Final = 3600  # from its beginning
PER_PERSON: Final = 3  # unfinished; beyond, the oldest goes
ROOM_MOST: Final = 1024 * 1024 * 1024  # bytes of all unfinished in a room
PIECES_MOST: Final = 512  # of one upload: 80 whole ones, and what breaks leave
ROOM_PIECES: Final = 20_000  # of all unfinished in a room
LOOKED_S: Final = 2.0  # for which it is remembered how much of a room lies there
ROOMS: Final = 1_000  # of which that is remembered
BEGUN_PER_MINUTE: Final = 10  # by one person in one room
_SIGNED: Final = 16  # bytes of a signature


def folded(text: str) -> str:
    """A room's id as a part of a blob's name, one to one."""
    return base64.b32hexencode(text.encode()).decode().rstrip("=").lower() or "0"


def unfolded(part: str) -> str:
    """The room's id. Raises ValueError."""
    padded = part.upper() + "=" * (-len(part) % 8)
    return base64.b32hexdecode(padded).decode()


@contextmanager
def blobs_at_hand() -> Iterator[None]:
    """A blob store that does not answer is told as Refused: unavailable."""
    try:
        yield
    except BlobError:
        raise Refused(Code.UNAVAILABLE) from None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way. ``photo`` is the id that it gets; ``begun_at`` and ``expires_at`` are in seconds."""

    id: str
    room: str
    user: str
    size: int
    begun_at: int
    photo: str

    @property
    def expires_at(self) -> int:
        """When what came of it is removed."""
        return self.begun_at + TTL_S

    @property
    def prefix(self) -> str:
        """What the names of its pieces begin with."""
        return f"{_persons(self.room, self.user)}{self.photo}/"


class Uploads:
    """``clock`` gives Unix seconds."""

    def __init__(self, blobs: Blobs, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._blobs = blobs
        self._key = key
        self._clock = clock
        self._taken: OrderedDict[str, tuple[float, int, int]] = OrderedDict()  # room -> when, bytes, pieces

    def begin(self, room: str, user: str, size: int) -> Upload:
        """A new upload; nothing is stored yet. Raises Refused: invalid, too_large."""
        if size < 1:
            raise Refused(Code.INVALID, "The file is empty.")
        if size > FILE_MOST:
            raise Refused(Code.TOO_LARGE, f"A photo has at most {FILE_MOST // 1024 // 1024} MB.")
        return self._upload(room, user, secrets.token_hex(12), size, int(self._clock()))

    def find(self, room: str, user: str, upload: str) -> Upload:
        """The upload of this id, if it is this person's. Raises Refused: not_found, expired."""
        parts = upload.split(".")
        if len(parts) != 4 or not (parts[1].isascii() and parts[1].isdigit() and parts[2].isascii()):
            raise Refused(Code.NOT_FOUND, "There is no such upload of yours.")
        if not (parts[2].isdigit() and len(parts[1]) <= 10 and len(parts[2]) <= 12):
            raise Refused(Code.NOT_FOUND, "There is no such upload of yours.")
        found = self._upload(room, user, parts[0], int(parts[1]), int(parts[2]))
        if not hmac.compare_digest(found.id.encode(), upload.encode()):
            raise Refused(Code.NOT_FOUND, "There is no such upload of yours.")
        if found.expires_at <= self._clock():
            raise Refused(Code.NOT_FOUND, "This upload began too long ago; begin again.")
        return found

    async def offset(self, upload: Upload) -> int:
        """How many bytes of it are here. Raises Refused: unavailable."""
        return sum(length for _, length in _following(await self._listed(upload.prefix)))

    async def append(self, upload: Upload, at: int, body: AsyncIterator[bytes]) -> int:
        """Store what comes, from this offset; how many bytes are here then.

        If ``body`` breaks off, what came before is stored, and what it raised is raised. Raises Refused: conflict if
        this is not where it goes on, too_large, overloaded, unavailable.
        """
        stored = await self._listed(upload.prefix)
        here = sum(length for _, length in _following(stored))
        if at != here:
            raise Refused(Code.CONFLICT, f"This upload goes on at {here}.")
        if len(stored) >= PIECES_MOST:
            raise Refused(Code.CONFLICT, "This upload came in too many pieces; begin again.")
        if at == 0:
            await self._make_room(upload)
        # Of many that begin at once each finds room, so all are asked again as they go on.
        await self._has_room(upload, upload.size if at == 0 else 0)
        most = min(PATCH_MOST, upload.size - at)
        came, waiting = 0, bytearray()
        try:
            async for chunk in body:
                came += len(chunk)
                if came > most:
                    raise Refused(Code.TOO_LARGE, "This is more than was announced, or than one request may hold.")
                waiting += chunk
                while len(waiting) >= PIECE:
                    at = await self._store(upload, at, bytes(waiting[:PIECE]))
                    del waiting[:PIECE]
        finally:
            if waiting and came <= most:
                at = await self._store(upload, at, bytes(waiting))
        return at

    async def read(self, upload: Upload) -> AsyncIterator[bytes]:
        """The whole file in pieces. Raises Refused: conflict if it is not whole, unavailable."""
        pieces = _following(await self._listed(upload.prefix))
        if sum(length for _, length in pieces) != upload.size:
            raise Refused(Code.CONFLICT, "The upload is not whole yet.")
        with blobs_at_hand():
            for name, _ in pieces:
                async for chunk in self._blobs.get(name):
                    yield chunk

    async def remove(self, upload: Upload) -> None:
        """Forget it. Raises Refused: unavailable."""
        await self._remove(upload.prefix)

    async def pieces(self, room: str) -> frozenset[str]:
        """The names of all pieces of a room. Raises Refused: unavailable."""
        return frozenset(blob.name for blob in await self._listed(f"{PREFIX}{folded(room)}/"))

    async def tidy(self) -> int:
        """Remove what began too long ago; how many pieces. Raises BlobError."""
        before = int((self._clock() - TTL_S) * 1000)
        removed = 0
        async for some in self._blobs.list(PREFIX):
            old = [blob.name for blob in some if blob.at < before]
            await self._blobs.delete(old)
            removed += len(old)
        return removed

    def _upload(self, room: str, user: str, nonce: str, size: int, begun_at: int) -> Upload:
        said = f"{nonce}.{size}.{begun_at}"
        digest = hmac.new(self._key, f"{said} {room} {user}".encode(), hashlib.sha256).hexdigest()
        # The photo's id is told to all; whoever knows it must not know the upload.
        photo = hmac.new(self._key, f"photo {said} {room} {user}".encode(), hashlib.sha256).hexdigest()
        return Upload(f"{said}.{digest[: 2 * _SIGNED]}", room, user, size, begun_at, photo[: 2 * _SIGNED])

    async def _store(self, upload: Upload, at: int, piece: bytes) -> int:
        async def whole() -> AsyncIterator[bytes]:
            yield piece

        with blobs_at_hand():
            await self._blobs.put(f"{upload.prefix}{at:010d}-{len(piece)}", whole())
        return at + len(piece)

    async def _make_room(self, upload: Upload) -> None:
        """Before its first piece: a person has few at once."""
        begun: dict[str, int] = {}
        for blob in await self._listed(_persons(upload.room, upload.user)):
            other = blob.name.rsplit("/", 1)[0] + "/"
            begun[other] = min(blob.at, begun.get(other, blob.at))
        for oldest in sorted(begun, key=lambda other: begun[other])[: max(0, len(begun) - PER_PERSON + 1)]:
            await self._remove(oldest)

    async def _has_room(self, upload: Upload, more: int) -> None:
        """Raises Refused: overloaded, unavailable."""
        now = self._clock()
        looked, size, pieces = self._taken.get(upload.room, (-LOOKED_S, 0, 0))
        if more or not 0 <= now - looked < LOOKED_S:
            blobs = await self._listed(f"{PREFIX}{folded(upload.room)}/")
            size, pieces = sum(blob.size for blob in blobs), len(blobs)
            self._taken[upload.room] = (now, size, pieces)
            if len(self._taken) > ROOMS:
                self._taken.popitem(last=False)
        if size + more > ROOM_MOST or pieces >= ROOM_PIECES:
            raise Refused(Code.OVERLOADED, "Many photos are coming in; try again shortly.", retry_after_ms=30_000)

    async def _remove(self, prefix: str) -> None:
        names = [blob.name for blob in await self._listed(prefix)]
        with blobs_at_hand():
            await self._blobs.delete(names)

    async def _listed(self, prefix: str) -> list[Blob]:
        with blobs_at_hand():
            return [blob async for some in self._blobs.list(prefix) for blob in some]


def _following(blobs: Iterable[Blob]) -> list[tuple[str, int]]:
    """Name and length of those pieces that follow each other from the beginning."""
    longest: dict[int, tuple[str, int]] = {}
    for blob in blobs:
        start, _, length = blob.name.rsplit("/", 1)[1].partition("-")
        # Two requests at once may both have stored a piece here.
        if int(length) > longest.get(int(start), ("", 0))[1]:
            longest[int(start)] = (blob.name, int(length))
    pieces, at = [], 0
    while at in longest:
        pieces.append(longest[at])
        at += longest[at][1]
    return pieces


def _persons(room: str, user: str) -> str:
    """What the pieces of a person in a room begin with; no name of theirs stands there."""
    return f"{PREFIX}{folded(room)}/{hashlib.sha256(user.encode()).hexdigest()[:24]}/"
