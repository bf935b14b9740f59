"""S3Blobs: blobs in an S3-compatible store, under a prefix of a bucket."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from server.blobs.port import (
    CHUNK,
    Blob,
    BlobError,
    BlobRefused,
    BlobUnavailable,
    NoSuchBlob,
    checked,
    checked_prefix,
)

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ClientConfig, RetryConfig

CONNECT_S: Final = 3.0
ANSWER_S: Final = 20.0  # for one request, which may carry some megabytes
TRIES: Final = 2  # after the first, of what may be sent again
PART: Final = 5 * 1024 * 1024  # what is larger goes in parts of this size
AT_ONCE: Final = 2  # parts of one blob
DELETED: Final = 200  # at once
NO_BUCKET: Final = "NoSuchBucket"  # the code of S3
# Asking costs money at some stores: what was found holds for a while.
LOOK_S: Final = 30.0
LOOK_AGAIN_S: Final = 3.0


class S3Blobs:
    """A ``Blobs``. Without ``key`` and ``secret`` the usual variables of the environment are read."""

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str | None = None,
        region: str | None = None,
        key: str | None = None,
        secret: str | None = None,
        answer_s: float = ANSWER_S,
        tries: int = TRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        plain = endpoint is not None and endpoint.startswith("http://")
        client: ClientConfig = {
            "allow_http": plain,
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "timeout": timedelta(seconds=answer_s),
        }
        retries: RetryConfig = {"max_retries": tries, "retry_timeout": timedelta(seconds=2 * answer_s)}
        given = {"endpoint": endpoint, "region": region, "access_key_id": key, "secret_access_key": secret}
        self._store = S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            client_options=client,
            retry_config=retries,
            **{name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]
        )
        self._clock = clock
        self._looked: tuple[float, str | None] | None = None
        self._counts = {"puts_total": 0, "gets_total": 0, "failures_total": 0}

    async def put(self, name: str, chunks: AsyncIterable[bytes]) -> int:
        checked(name)
        counted = _Counted(chunks)
        try:
            with self._meant():
                await obstore.put_async(self._store, name, counted.read(), chunk_size=PART, max_concurrency=AT_ONCE)
        except BlobError as error:
            if counted.error is not None:
                raise counted.error from None
            if isinstance(error, NoSuchBlob):
                raise BlobRefused("there is no such bucket") from None
            raise
        self._counts["puts_total"] += 1
        return counted.size

    async def stat(self, name: str) -> Blob:
        checked(name)
        with self._meant():
            found = await obstore.head_async(self._store, name)
        return Blob(name, found["size"], int(found["last_modified"].timestamp() * 1000))

    async def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        checked(name)
        if end is not None and end <= start:
            await self.stat(name)
            return
        options: GetOptions = {"range": {"offset": start} if end is None else (start, end)}
        with self._meant():
            try:
                found = await obstore.get_async(self._store, name, options=options if start or end else None)
            except BaseError:
                # A range behind the end is an error to the store.
                if start and start >= (await self.stat(name)).size:
                    return
                raise
            self._counts["gets_total"] += 1
            async for chunk in found.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    async def delete(self, names: Iterable[str]) -> None:
        every = [checked(name) for name in names]
        for start in range(0, len(every), DELETED):
            with self._meant():
                await obstore.delete_async(self._store, every[start : start + DELETED])

    async def list(self, prefix: str = "") -> AsyncIterator[Sequence[Blob]]:
        checked_prefix(prefix)
        with self._meant():
            async for found in obstore.list(self._store, prefix or None):
                yield [
                    Blob(each["path"], each["size"], int(each["last_modified"].timestamp() * 1000)) for each in found
                ]

    async def tidy(self, before: int) -> None:
        """Nothing: the store knows what has come in part, and forgets it by a rule of the bucket."""

    async def trouble(self) -> str | None:
        now = self._clock()
        if self._looked is not None:
            at, why = self._looked
            if now - at < (LOOK_S if why is None else LOOK_AGAIN_S):
                return why
        why = await self._look()
        self._looked = (self._clock(), why)
        return why

    def statistics(self) -> Mapping[str, float]:
        return dict(self._counts)

    async def _look(self) -> str | None:
        try:
            with self._meant():
                await anext(aiter(obstore.list(self._store, chunk_size=1)), None)
        except BlobUnavailable:
            return "the blob store does not answer"
        except BlobRefused:
            return "the blob store refuses us"
        except NoSuchBlob:
            return "there is no such bucket"
        return None

    @contextmanager
    def _meant(self) -> Iterator[None]:
        """The port's errors for what the library raises. Its texts hold addresses and headers, and go no further."""
        try:
            yield
        except (NotFoundError, FileNotFoundError):
            raise NoSuchBlob from None
        except (PermissionDeniedError, UnauthenticatedError):
            self._counts["failures_total"] += 1
            raise BlobRefused("the store does not let us") from None
        except (BaseError, OSError) as error:
            self._counts["failures_total"] += 1
            # Where a list is refused, the library says so in its text alone.
            text = str(error)
            if NO_BUCKET in text:
                raise NoSuchBlob from None
            if any(f"status code: {code}" in text for code in (401, 403)):
                raise BlobRefused("the store does not let us") from None
            raise BlobUnavailable("the store does not answer") from None


class _Counted:
    """Counts what is read, and remembers why reading ended."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self.size = 0
        self.error: BaseException | None = None
        self._chunks = chunks

    async def read(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                self.size += len(chunk)
                yield chunk
        except Exception as error:
            self.error = error
            raise
