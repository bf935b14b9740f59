"""Which blob store the settings name: ``file:///folder``, or ``s3://bucket/prefix?endpoint=https://…``."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from server.blobs.folder import FolderBlobs
from server.blobs.port import Blobs

FOLDER: Final = "blobs"
OPTIONS: Final = frozenset({"endpoint", "region", "key", "secret"})
FORM: Final = "must look like s3://bucket/prefix?endpoint=https://host&region=… or file:///folder"


def checked(url: str) -> str:
    """The url, if it names a blob store. Raises ValueError, whose text holds nothing of it."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and Path(unquote(parts.path)).is_absolute() and not parts.query:
        return url
    if parts.scheme != "s3" or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(FORM)
    options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    names = [name for name, _ in options]
    if len(set(names)) < len(names) or not OPTIONS.issuperset(names) or ("key" in names) != ("secret" in names):
        raise ValueError(f"{FORM}; it may have endpoint, region, and key with secret, each once")
    endpoint = urlsplit(dict(options).get("endpoint", "https://s3"))
    if endpoint.scheme not in {"http", "https"} or not endpoint.hostname or endpoint.username:
        raise ValueError(f"{FORM}; the endpoint is an address as https://host:9000")
    return url


def blobs_of(url: str | None, data: Path) -> Blobs:
    """The store; without a url, a folder in the data folder. Raises ValueError."""
    folder = folder_of(url and checked(url), data)
    if url is None or folder is not None:
        return FolderBlobs(folder or data / FOLDER)
    from server.blobs.s3 import S3Blobs

    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return S3Blobs(parts.netloc, unquote(parts.path), **options)  # type: ignore[arg-type]


def folder_of(url: str | None, data: Path) -> Path | None:
    """The folder that it is; None for one elsewhere. ``url`` was checked."""
    if url is None:
        return data / FOLDER
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def redacted(url: str) -> str:
    """The url without its key and secret."""
    parts = urlsplit(url)
    options = [
        f"{name}=***" if name in {"key", "secret"} else f"{name}={value}" for name, value in parse_qsl(parts.query)
    ]
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{'&'.join(options)}" if options else "")
