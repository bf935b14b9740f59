"""What is left where looking after blobs fails; what it removes is in tests/contracts/test_blobs.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from server.blobs.folder import FolderBlobs
from server.blobs.orphans import AGE_MS, Orphans
from server.blobs.port import BlobUnavailable

NOW = 4_000_000_000_000


async def one() -> AsyncIterator[bytes]:
    yield b"x"


async def test_without_a_keeper_everything_stays(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put("photos/a", one())
    assert await Orphans(blobs, {}).sweep(NOW) == 0
    assert (await blobs.stat("photos/a")).size == 1


@pytest.mark.parametrize("error", [BlobUnavailable("away"), ValueError("a fault")])
async def test_a_keeper_that_fails_removes_nothing_and_is_asked_again(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put("photos/a", one())
    asked = 0

    async def keeper(_: Sequence[str]) -> set[str]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise error
        return set()

    async def tick(_: float) -> None:
        if asked == 2:
            raise asyncio.CancelledError
        assert (await blobs.stat("photos/a")).size == 1

    monkeypatch.setattr("server.blobs.orphans.asyncio.sleep", tick)
    orphans = Orphans(blobs, {"photos/": keeper})
    with pytest.raises(asyncio.CancelledError):
        await orphans.run(lambda: NOW + AGE_MS)
    assert orphans.statistics() == {"orphans_total": 1}
