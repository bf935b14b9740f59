"""What is a folder's own: files for their owner alone, and what a crash leaves."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.blobs.folder import PART, FolderBlobs
from server.blobs.port import BlobUnavailable


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await FolderBlobs(tmp_path / "blobs").put("photos/r1/a", pieces(b"x"))
    finally:
        os.umask(before)
    for path in (tmp_path / "blobs").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700


async def test_what_is_being_stored_is_in_no_list_and_tidied_when_it_is_old(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        begun.set()
        await go_on.wait()

    putting = asyncio.create_task(blobs.put("a", slow()))
    await begun.wait()
    assert [some async for some in blobs.list()] == []
    now = int(time.time() * 1000)
    await blobs.tidy(now - 60_000)
    assert len(list((tmp_path / PART).iterdir())) == 1
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert list((tmp_path / PART).iterdir()) == []

    (tmp_path / PART / "left").write_bytes(b"by a crash")
    await blobs.tidy(now + 60_000)
    assert list((tmp_path / PART).iterdir()) == []


async def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    blobs = FolderBlobs(tmp_path / "file" / "blobs")
    assert await blobs.trouble() is not None
    (tmp_path / "full").mkdir()
    small = FolderBlobs(tmp_path / "full")
    (tmp_path / "full" / PART).write_text("in the way")
    with pytest.raises(BlobUnavailable):
        await small.put("a", pieces(b"x"))
    assert small.statistics()["failures_total"] >= 1
