"""Photos on every blob store: sent in pieces, shown, deleted with all their files."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.blobs.port import Blobs, NoSuchBlob
from server.photos.containers import SIZES, Developed
from server.photos.files import PREFIX, SETTLED_S, Cause, Erased, PhotoFiles, file_of
from server.photos.uploads import PIECE, Uploads
from tests.server.photos.records import NoRecords

SHOWN = Developed(4, 3, "#ffffff", {size: bytes([size % 256]) * (size * 400) for size in SIZES})


async def body(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65_536):
        yield data[start : start + 65_536]


async def names(blobs: Blobs, prefix: str = "") -> set[str]:
    return {blob.name async for some in blobs.list(prefix) for blob in some}


async def test_a_photo_comes_in_pieces_and_all_of_it_is_read(blobs: Blobs) -> None:
    uploads = Uploads(blobs, b"key")
    data = bytes(range(256)) * (PIECE // 256) + b"and a rest"
    upload = uploads.begin("r1", "ann", len(data))
    await uploads.append(upload, 0, body(data[:PIECE]))
    # Another server, which knows only what lies in the store.
    again = Uploads(blobs, b"key")
    assert await again.offset(upload) == PIECE
    await again.append(upload, PIECE, body(data[PIECE:]))
    assert b"".join([chunk async for chunk in again.read(upload)]) == data
    await again.remove(upload)
    assert await names(blobs) == set()


async def test_what_is_kept_is_shown_and_goes_with_its_photo(blobs: Blobs) -> None:
    records = NoRecords()
    files = PhotoFiles(blobs, records, Uploads(blobs, b"key"))
    for photo in ("p1", "p2"):
        await files.keep("r1", photo, SHOWN)
    for size, picture in SHOWN.pictures.items():
        assert await files.size("r1", "p1", size) == len(picture)
        assert b"".join([chunk async for chunk in files.read("r1", "p1", size)]) == picture
    records.photos["r1"] = {"p2"}
    records.waiting.append(Erased("r1", 5))
    records.why = Cause.PHOTO
    await files.look(0.0)
    assert await files.look(SETTLED_S) == len(SIZES)
    assert await names(blobs, PREFIX) == {file_of("r1", "p2", size) for size in SIZES}
    with pytest.raises(NoSuchBlob):
        await files.size("r1", "p1", 640)
    with pytest.raises(NoSuchBlob):
        await anext(files.read("r1", "p1", 640))
