"""Copies of SQLite files that are at work: one moment of the file, whole, while others write to it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

PAGES = 1024  # in one step; between two of them others get the file
BLOCK = 1 << 20

Progress = Callable[[int, int], None]  # pages copied, pages in all


class Damaged(Exception):
    """A copy is not what it should be; the text says which and why."""


def copied(source: Path, target: Path, progress: Progress = lambda _done, _all: None) -> None:
    """Copy what was committed at this moment; ``target`` is one file, without a write-ahead log beside it.

    Raises sqlite3.Error, and Damaged if the copy does not pass SQLite's own check.
    """
    reading = sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode=ro", uri=True, isolation_level=None)
    try:
        # A read that stays open: without it SQLite begins anew whenever somebody writes, in a busy room for ever.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        writing = sqlite3.connect(target, isolation_level=None)
        try:
            reading.backup(writing, pages=PAGES, progress=lambda _status, left, every: progress(every - left, every))
            writing.execute("PRAGMA journal_mode = DELETE")
            (found,) = writing.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            writing.close()
    finally:
        reading.close()
    if found != "ok":
        message = f"the copy of {source.name} is damaged: {found}"
        raise Damaged(message)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def settled(path: Path) -> None:
    """Wait until a file or a folder's list of names is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
