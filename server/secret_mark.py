"""Which secret a data folder was used with: a mark that tells another secret, and tells nothing about it."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from server.certificate import write_private
from server.logs import logger

MARK_FILE = "secret.mark"
DEAD = "all links and QR codes, tokens, guests' devices and seat codes made with the secret before"
ALIVE = "API keys, staff accounts, rooms and what was said in them"

log = logger(__name__)


def mark_of(secret: str) -> str:
    """16 hexadecimal characters; nobody gets from them to a random secret."""
    return hmac.new(secret.encode(), b"showfloor secret mark", hashlib.sha256).hexdigest()[:16]


def stored_mark(data: Path) -> str | None:
    """The mark in a data folder, or None if it has none."""
    try:
        return (data / MARK_FILE).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def is_another(data: Path, secret: str) -> bool:
    """Whether the folder was last served with another secret."""
    stored = stored_mark(data)
    return stored is not None and stored != mark_of(secret)


def warn_of_another(data: Path, secret: str) -> None:
    """Say in one line what does not work with this secret; nothing if it is the folder's own."""
    if is_another(data, secret):
        log.warning(
            "the secret is not the one this folder was last served with",
            dead=DEAD,
            alive=ALIVE,
            remedy="set SHOWFLOOR_SECRET to the old one, or make new links",
        )


def settle(data: Path, secret: str) -> None:
    """What a server does at its start: warn of another secret, once, and keep the mark of this one."""
    warn_of_another(data, secret)
    mark = mark_of(secret)
    if stored_mark(data) != mark:
        write_private(data / MARK_FILE, mark.encode() + b"\n")
