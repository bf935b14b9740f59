"""Where the server of a data folder is reached, kept in there, so that links of the command line lead to it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from server import logs
from server.config import Settings

ADDRESS_FILE = "address"
LONGEST = 300  # characters

log = logs.logger("serve")


def origin_at(settings: Settings, port: int) -> str:
    """Where people reach a server on this port, as far as the settings tell."""
    if settings.public_url:
        return settings.public_url
    scheme = "https" if settings.tls_certificate else "http"
    # A passkey needs a name, and browsers take this one for safe without a certificate.
    return f"{scheme}://localhost:{port}"


@contextmanager
def kept(settings: Settings, port: int) -> Iterator[None]:
    """The address is in the folder while inside. Where it cannot be written the server goes on without."""
    path, origin = settings.data / ADDRESS_FILE, origin_at(settings, port)
    part = path.with_name(f"{ADDRESS_FILE}.part-{os.getpid()}")
    try:
        part.write_text(f"{origin}\n", "utf-8")
        part.rename(path)
    except OSError as error:
        log.warning("no address for the command line", error=error.strerror)
    try:
        yield
    finally:
        # Another server may have begun in the folder meanwhile.
        if _read(path) == origin:
            with contextlib.suppress(OSError):
                path.unlink()


def origin_of(settings: Settings) -> str:
    """Where people reach the server: by the settings, or as the server that works in the folder has said."""
    return settings.public_url or _read(settings.data / ADDRESS_FILE) or origin_at(settings, settings.port)


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST).strip()
        parts = urlsplit(text)
    except (OSError, ValueError):
        return None
    return text if parts.scheme in {"http", "https"} and parts.hostname and not parts.path else None
