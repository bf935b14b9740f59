"""The data folder: what keeps a server from starting in it is said in one line.

Two servers would both be right about the log, which refuses who is behind, but their members would not hear of each
other, and one could write to the database what the other had just erased. So one works in it at a time. Where the
log is in Redis several nodes of one machine may share the folder, but none with its own log works in it beside them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from server.broker.port import BrokerError
from server.config import PREFIX, SettingsError
from server.store.database import DatabaseErrors
from server.store.migrate import TooNew

LOCK_FILE = "lock"
LEAST_FREE = 64 * 1024  # bytes; with less nothing can be opened
SETTING = f"{PREFIX}DATA"


@contextmanager
def held(data: Path, *, shared: bool = False) -> Iterator[None]:
    """Works in the folder alone, or ``shared`` with others of that kind, until this process ends or dies.

    Raises SettingsError.
    """
    with opening(data):
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with opening(data):
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"{SETTING}: another server is at work in {data}; stop it, or choose another --data"
                raise SettingsError(message) from None
            # For whoever wants to know which process that is.
            os.truncate(descriptor, 0)
            os.write(descriptor, b"%d\n" % os.getpid())
        yield
    finally:
        os.close(descriptor)


def keep_private(path: Path) -> None:
    """Make a SQLite file, empty, if it is not there, for its owner alone; SQLite's files beside it are as it is.

    One that is there is closed to everybody else; what it grants to its group may be meant. Raises OSError.
    """
    # Beforehand: SQLite makes files by the umask, and by the usual one all of the machine reads what people said.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(FileNotFoundError, PermissionError):
            mode = stat.S_IMODE(each.stat().st_mode)
            if mode & stat.S_IRWXO:
                each.chmod(mode & ~stat.S_IRWXO)


@contextmanager
def opening(path: Path, *, setting: str = SETTING) -> Iterator[None]:
    """Raises SettingsError for what goes wrong with a file while the server starts."""
    try:
        yield
    except (sqlite3.Error, *DatabaseErrors, TooNew, BrokerError) as error:
        # A log that cannot be read has the reason behind it.
        reason = "no space left" if _is_full(path.parent) else str(error.__cause__ or error).splitlines()[0]
        what = f"cannot use {path}: {reason}" if setting == SETTING else reason
        raise SettingsError(f"{setting}: {what}") from None


def _is_full(folder: Path) -> bool:
    # SQLite calls that a disk I/O error when it cannot even make its shared memory.
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False
