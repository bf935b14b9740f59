"""FolderBlobs: blobs as files of a folder, for their owner alone; several servers may share one over a network."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from server.blobs.port import CHUNK, Blob, BlobError, BlobUnavailable, NoSuchBlob, checked, checked_prefix

PART = ".part"  # the folder of what is being stored; no name begins with a dot
LISTED = 1000  # blobs in one piece of a list
LEAST_FREE = 1024 * 1024  # bytes on the disk

T = TypeVar("T")


class FolderBlobs:
    """A ``Blobs``. The folder is made when it is first used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts = {"puts_total": 0, "gets_total": 0, "failures_total": 0}

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        target = self._path(name)
        part = self._folder / PART / secrets.token_hex(16)
        descriptor = await self._do(lambda: _opened(part))
        size = 0
        try:
            try:
                async for chunk in chunks:
                    await self._do(lambda piece=chunk: _written(descriptor, piece))  # type: ignore[misc]
                    size += len(chunk)
                await self._do(lambda: os.fsync(descriptor))
            finally:
                os.close(descriptor)
            await self._do(lambda: _placed(part, target, self._folder))
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        self._counts["puts_total"] += 1
        return size

    async def stat(self, name: str) -> Blob:
        path = self._path(name)
        found = await self._look(path.stat)
        return Blob(name, found.st_size, found.st_mtime_ns // 1_000_000)

    async def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        path = self._path(name)
        descriptor = await self._look(lambda: os.open(path, os.O_RDONLY))
        self._counts["gets_total"] += 1
        try:
            at = start
            while end is None or at < end:
                many = CHUNK if end is None else min(CHUNK, end - at)
                chunk = await self._do(lambda many=many, at=at: os.pread(descriptor, many, at))  # type: ignore[misc]
                if not chunk:
                    return
                yield chunk
                at += len(chunk)
        finally:
            os.close(descriptor)

    async def delete(self, names: Iterable[str]) -> None:
        paths = [self._path(name) for name in names]

        def remove() -> None:
            for path in paths:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    path.unlink()
            # A name that is gone must not come back after a power cut.
            for folder in {path.parent for path in paths}:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    _settled(folder)

        await self._do(remove)

    async def list(self, prefix: str = "") -> AsyncIterator[Sequence[Blob]]:
        walk = _walked(self._folder, checked_prefix(prefix))

        def some() -> list[Blob]:
            return [blob for _, blob in zip(range(LISTED), walk, strict=False)]

        while found := await self._do(some):
            yield found

    async def tidy(self, before: int) -> None:
        def remove() -> None:
            with contextlib.suppress(FileNotFoundError):
                for entry in os.scandir(self._folder / PART):
                    with contextlib.suppress(FileNotFoundError):
                        if entry.stat().st_mtime_ns // 1_000_000 < before:
                            Path(entry).unlink()

        await self._do(remove)

    async def trouble(self) -> str | None:
        def look() -> str | None:
            _made(self._folder / PART)
            if not os.access(self._folder / PART, os.W_OK):
                return "its folder cannot be written"
            return "the disk is full" if shutil.disk_usage(self._folder).free < LEAST_FREE else None

        try:
            return await self._do(look)
        except BlobUnavailable:
            return "its folder cannot be used"

    def statistics(self) -> Mapping[str, float]:
        return dict(self._counts)

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)

    async def _look(self, step: Callable[[], T]) -> T:
        """A step on one that should be there. Raises NoSuchBlob, BlobUnavailable."""
        return await self._do(step, missing=NoSuchBlob)

    async def _do(self, step: Callable[[], T], *, missing: type[BlobError] = BlobUnavailable) -> T:
        """A step in a thread: disks may hang. Raises ``missing`` where there is no such file, BlobUnavailable."""
        try:
            return await asyncio.to_thread(step)
        except (FileNotFoundError, NotADirectoryError) as error:
            self._counts["failures_total"] += missing is BlobUnavailable
            raise missing from error
        except OSError as error:
            self._counts["failures_total"] += 1
            raise BlobUnavailable(error.strerror or "the folder cannot be used") from error


def _made(folder: Path) -> None:
    """The folder and those above it that are missing, for their owner alone."""
    if not folder.is_dir():
        _made(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            _settled(folder.parent)


def _opened(part: Path) -> int:
    _made(part.parent)
    return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _written(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _placed(part: Path, target: Path, root: Path) -> None:
    _made(target.parent)
    part.rename(target)
    _settled(target.parent)
    _settled(root / PART)


def _settled(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walked(folder: Path, prefix: str) -> Iterator[Blob]:
    """All blobs under a prefix, one after the other."""
    try:
        entries = list(os.scandir(folder / prefix))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walked(folder, f"{name}/")
        else:
            with contextlib.suppress(FileNotFoundError):
                found = entry.stat()
                yield Blob(name, found.st_size, found.st_mtime_ns // 1_000_000)
