"""What every blob store does: a folder, and an S3-compatible store."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from server.blob_store import blobs_of
from server.blobs.orphans import AGE_MS, Orphans
from server.blobs.port import BlobRefused, Blobs, NoSuchBlob
from tests.contracts.buckets import bucket_url


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def whole(blobs: Blobs, name: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.get(name, start, end)])


async def names(blobs: Blobs, prefix: str = "") -> set[str]:
    return {blob.name async for some in blobs.list(prefix) for blob in some}


async def test_what_is_put_is_there_whole_and_in_ranges(blobs: Blobs) -> None:
    assert await blobs.put("photos/r1/a.webp", pieces(b"01234", b"", b"56789")) == 10
    assert await whole(blobs, "photos/r1/a.webp") == b"0123456789"
    for start, end, found in [(0, 3, b"012"), (3, 5, b"34"), (8, 99, b"89"), (4, None, b"456789"), (10, 20, b"")]:
        assert await whole(blobs, "photos/r1/a.webp", start, end) == found
    assert await whole(blobs, "photos/r1/a.webp", 5, 5) == b""
    said = await blobs.stat("photos/r1/a.webp")
    assert (said.name, said.size) == ("photos/r1/a.webp", 10)
    assert abs(said.at - time.time() * 1000) < 60_000
    await blobs.put("photos/r1/a.webp", pieces(b"new"))
    assert await whole(blobs, "photos/r1/a.webp") == b"new"
    assert await blobs.put("empty", pieces()) == 0
    assert await whole(blobs, "empty") == b""


async def test_what_is_large_comes_in_pieces_and_back(blobs: Blobs) -> None:
    chunk = os.urandom(1 << 20)
    assert await blobs.put("large", pieces(*[chunk] * 12)) == 12 << 20
    found = [piece async for piece in blobs.get("large")]
    assert b"".join(found) == chunk * 12
    assert len(found) > 2
    assert await whole(blobs, "large", (1 << 20) - 2, (1 << 20) + 2) == chunk[-2:] + chunk[:2]


@pytest.mark.parametrize("before", [b"1", b"1" * (6 << 20)])
async def test_a_put_that_is_cut_off_stores_nothing(blobs: Blobs, before: bytes) -> None:
    class Gone(Exception):
        pass

    async def cut() -> AsyncIterator[bytes]:
        yield before
        raise Gone

    await blobs.put("kept", pieces(b"old"))
    for name in ("kept", "never"):
        with pytest.raises(Gone):
            await blobs.put(name, cut())
    assert await names(blobs) == {"kept"}
    assert await whole(blobs, "kept") == b"old"


async def test_what_is_not_there_is_said(blobs: Blobs) -> None:
    await blobs.put("a/b", pieces(b"x"))
    for name in ("nobody", "a/nobody", "a/b/nobody"):
        for end in (None, 0, 5):
            with pytest.raises(NoSuchBlob):
                await whole(blobs, name, 0, end)
        with pytest.raises(NoSuchBlob):
            await blobs.stat(name)
    await blobs.delete(["a/b", "nobody"])
    await blobs.delete(["a/b"])
    assert await names(blobs) == set()


async def test_lists_go_by_prefix(blobs: Blobs) -> None:
    assert await names(blobs) == set()
    for name in ("photos/r1/a", "photos/r1/b", "photos/r10/c", "exports/d"):
        await blobs.put(name, pieces(name.encode()))
    assert await names(blobs) == {"photos/r1/a", "photos/r1/b", "photos/r10/c", "exports/d"}
    assert await names(blobs, "photos/") == {"photos/r1/a", "photos/r1/b", "photos/r10/c"}
    assert await names(blobs, "photos/r1/") == {"photos/r1/a", "photos/r1/b"}
    assert await names(blobs, "nobody/") == set()
    found = [blob async for some in blobs.list("exports/") for blob in some]
    assert [blob.size for blob in found] == [len("exports/d")]
    assert abs(found[0].at - time.time() * 1000) < 60_000


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".part/a", "a b", "a\n", "ä", "x" * 201])
async def test_other_names_are_refused(blobs: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a blob"):
        await blobs.put(name, pieces(b"x"))
    with pytest.raises(ValueError, match="no name of a blob"):
        await whole(blobs, name)
    with pytest.raises(ValueError, match="no name of a blob"):
        await blobs.delete([name])


async def test_what_nobody_knows_goes_after_a_day(blobs: Blobs) -> None:
    for name in ("photos/known", "photos/orphan", "exports/other"):
        await blobs.put(name, pieces(b"x"))
    asked: list[str] = []

    async def keeper(some: Sequence[str]) -> set[str]:
        asked.extend(some)
        return {"photos/known"}

    orphans = Orphans(blobs, {"photos/": keeper})
    now = int(time.time() * 1000)
    assert await orphans.sweep(now) == 0
    assert asked == []
    assert await orphans.sweep(now + AGE_MS + 60_000) == 1
    assert sorted(asked) == ["photos/known", "photos/orphan"]
    assert await names(blobs) == {"photos/known", "exports/other"}
    assert orphans.statistics() == {"orphans_total": 1}


async def test_it_is_well_and_counts(blobs: Blobs) -> None:
    assert await blobs.trouble() is None
    await blobs.put("a", pieces(b"x"))
    await whole(blobs, "a")
    assert blobs.statistics() == {"puts_total": 1, "gets_total": 1, "failures_total": 0}


async def test_a_bucket_that_is_not_there_is_said(s3: str, tmp_path: Path) -> None:
    blobs = blobs_of(bucket_url(s3, "there").replace("s3://there", "s3://nowhere"), tmp_path)
    assert await blobs.trouble() == "there is no such bucket"
    with pytest.raises(BlobRefused, match="no such bucket"):
        await blobs.put("a", pieces(b"x"))
