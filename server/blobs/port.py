"""The port of the blob store: whole files by name, for what is too large for a log, such as photos.

BlobError
├── NoSuchBlob          there is none of this name
├── BlobRefused         the store does not let us: its credentials or its settings are wrong
└── BlobUnavailable     no answer, or it broke off: try again
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

CHUNK: Final = 256 * 1024  # bytes, about, in each piece of what is read
NAME_MOST: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class BlobError(Exception):
    """The root of what a blob store raises."""


class NoSuchBlob(BlobError):
    """There is none of this name."""


class BlobRefused(BlobError):
    """The store does not let us."""


class BlobUnavailable(BlobError):
    """No answer, or it broke off."""


class Blob(NamedTuple):
    """One that is there: its size in bytes, and when it was stored, in ms since 1970."""

    name: str
    size: int
    at: int


class Blobs(Protocol):
    """Blobs by name. Names are like ``photos/r1/4f2a.webp``; any other is a ValueError."""

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        """Store it, in place of one of this name; its size. Nobody ever sees a part of it.

        Durable when this returns. What ``chunks`` raises is raised, and nothing is stored.
        """

    async def stat(self, name: str) -> Blob:
        """Size and time. Raises NoSuchBlob."""

    def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes from ``start`` to before ``end``, in pieces; the first one raises NoSuchBlob.

        A range that ends behind the blob gives what there is; one that begins there gives nothing.
        """

    async def delete(self, names: Iterable[str]) -> None:
        """Remove them; those that are not there are no error."""

    def list(self, prefix: str = "") -> AsyncIterator[Sequence[Blob]]:
        """All under a prefix that ends with "/", or all there are, in pieces and in no order."""

    async def tidy(self, before: int) -> None:
        """Remove what puts that were cut off before this time, in ms since 1970, have left."""

    async def trouble(self) -> str | None:
        """Why it cannot be used now, as a short phrase; None if it can. May remember that for a while."""

    def statistics(self) -> Mapping[str, float]:
        """Counts, for metrics."""


def checked(name: str) -> str:
    """The name, if it is one. Raises ValueError."""
    if len(name) > NAME_MOST or not _NAME.fullmatch(name):
        message = f"no name of a blob: {name[:NAME_MOST]!r}"
        raise ValueError(message)
    return name


def checked_prefix(prefix: str) -> str:
    """The prefix, if it is one. Raises ValueError."""
    if prefix:
        checked(prefix.removesuffix("/"))
        if not prefix.endswith("/"):
            message = f"a prefix ends with a slash: {prefix!r}"
            raise ValueError(message)
    return prefix
