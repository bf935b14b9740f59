"""Back up log, database and photos while servers work with them, and bring them back from a backup.

A backup is a folder:

``rooms.sqlite``  the database       ``log.sqlite``   the log, copied after it, so that it is never behind
``secret.mark``   tells whether a secret is the one of this folder; ``secret`` itself is there only if asked for
``blobs``         photos, of a store that is a folder; ``blobs.json`` their digests
``backup.json``   when it was made, and the digests of the files

It has this form also where log and database are in Redis and PostgreSQL (``places.py``). ``rooms.sqlite`` is not there
if the log alone was asked for, because the PostgreSQL has backups of its own.

The copy of the log bears a mark. The server that opens it begins a new epoch in every room: what clients were told
after the backup is lost, and its numbers must not be given to other messages.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server.blob_copies import BLOBS, LIST_FILE, blobs_brought, blobs_copied
from server.broker.log_file import mark_copy
from server.certificate import write_private
from server.config import SettingsError
from server.copying import Damaged, Progress, digest_of, settled
from server.folder import held
from server.places import Places
from server.secret_mark import MARK_FILE

LOG_FILE = "log.sqlite"
DATABASE_FILE = "rooms.sqlite"
SECRET_FILE = "secret"  # noqa: S105 - its name
MANIFEST = "backup.json"
VERSION = 2  # 1 knew of no blobs

Tell = Callable[[str, int], None]  # a file's name, and how much of it is done in percent
Copy = Callable[[Path, Path, Progress], None]
Put = Callable[[], None]
HERE = Places()


def _silent(_name: str, _percent: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``files`` are digests by name; ``rooms`` and ``records`` are those of the log.

    ``blobs`` are the files of photos; LIST_FILE names them.
    """

    made_at: int
    rooms: int
    records: int
    files: dict[str, str]
    version: int = VERSION
    blobs: int = 0


def back_up(
    data: Path,
    target: Path,
    *,
    secret: str | None = None,
    log_alone: bool = False,
    places: Places = HERE,
    tell: Tell = _silent,
) -> Manifest:
    """Make the backup ``target``, with ``secret`` in it if one is given. Raises SettingsError in one line.

    ``log_alone``: the database was backed up before, by other means. Nothing bears the name of ``target`` before it
    is whole.
    """
    # The database first: the log, copied later, is then never behind it.
    copies = {} if log_alone else {DATABASE_FILE: places.copy_database}
    copies[LOG_FILE] = places.copy_log
    for name, elsewhere in ((LOG_FILE, places.redis), (DATABASE_FILE, places.database)):
        if name in copies and elsewhere is None and not (data / name).is_file():
            raise SettingsError(f"there is no {name} in {data}: nothing to back up")
    _is_free(target)
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    with _said(target), _private():
        part.mkdir(parents=True)
        try:
            manifest = _filled(part, data, copies, secret, folder=places.blob_folder(data), tell=tell)
            part.rename(target)
            settled(target.absolute().parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return manifest


def _filled(
    part: Path, data: Path, copies: Mapping[str, Copy], secret: str | None, *, folder: Path | None, tell: Tell
) -> Manifest:
    made_at = int(time.time() * 1000)
    for name, copy in copies.items():
        copy(data, part / name, _percents(name, tell))
    # Photos after the log: of each that it speaks of the files were there before.
    blobs = 0 if folder is None else blobs_copied(folder, part, _percents(BLOBS, tell))
    rooms, records = mark_copy(part / LOG_FILE, made_at)
    if (data / MARK_FILE).is_file():
        shutil.copyfile(data / MARK_FILE, part / MARK_FILE)
    if secret is not None:
        write_private(part / SECRET_FILE, secret.encode() + b"\n")
    files = sorted(file for file in part.iterdir() if file.is_file())
    manifest = Manifest(made_at, rooms, records, {file.name: digest_of(file) for file in files}, blobs=blobs)
    (part / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")
    for file in (*files, part / MANIFEST, part):
        settled(file)
    return manifest


def restore(source: Path, data: Path, *, places: Places = HERE, tell: Tell = _silent) -> Manifest:
    """Bring log and database back from a backup, to where there must be neither. Raises SettingsError in one line."""
    manifest = _manifest(source)
    files = {name: digest for name, digest in manifest.files.items() if name != LIST_FILE}
    fills: dict[str, Callable[[Path, Progress], None]] = {}
    if places.database is not None and DATABASE_FILE in manifest.files:
        fills[DATABASE_FILE] = places.fill_database
    if places.redis is not None:
        fills[LOG_FILE] = places.fill_log
    with held(data), _said(data), _private(), ExitStack() as stack:
        places.look()
        for name in files.keys() - fills.keys():
            taken = [each for each in (name, f"{name}-wal", f"{name}-shm") if (data / each).exists()]
            if taken:
                raise SettingsError(f"{data / taken[0]} is there already: restore into another folder, or move it away")
        put_blobs = stack.enter_context(_blobs(source, places.blob_folder(data), manifest, tell))
        parts = {}
        try:
            for name, digest in files.items():
                parts[name] = data / f"{name}.part-{os.getpid()}"
                _copy_checked(source / name, parts[name], digest)
                if name not in fills:
                    tell(name, 100)
            # All are there and whole: only now does anything get them.
            for name, fill in fills.items():
                fill(parts[name], _percents(name, tell))
                parts[name].unlink()
            for name in parts.keys() - fills.keys():
                parts[name].rename(data / name)
            put_blobs()
            settled(data)
        finally:
            for part in parts.values():
                part.unlink(missing_ok=True)
    return manifest


def _blobs(source: Path, folder: Path | None, manifest: Manifest, tell: Tell) -> AbstractContextManager[Put]:
    digest = manifest.files.get(LIST_FILE)
    if folder is None or digest is None:
        return nullcontext(lambda: None)
    return blobs_brought(source, folder, digest, _percents(BLOBS, tell))


def _copy_checked(source: Path, target: Path, digest: str) -> None:
    if not source.is_file():
        # Not there; or a device, which has no end.
        message = f"{source} is not what was backed up"
        raise Damaged(message)
    shutil.copyfile(source, target)
    settled(target)
    if digest_of(target) != digest:
        message = f"{source} is not what was backed up"
        raise Damaged(message)


def _manifest(source: Path) -> Manifest:
    path = source / MANIFEST
    try:
        stated: dict[str, Any] = json.loads(path.read_text("utf-8"))
        manifest = Manifest(**stated)
        if not isinstance(manifest.files, dict):
            raise TypeError
    except FileNotFoundError:
        raise SettingsError(f"{source} is no backup: it has no {MANIFEST}") from None
    except (OSError, ValueError, TypeError):
        raise SettingsError(f"{path} cannot be read") from None
    if manifest.version not in range(1, VERSION + 1):
        raise SettingsError(f"{source} was made by a newer version of this program")
    names = set(manifest.files)
    if not {LOG_FILE} <= names <= {LOG_FILE, DATABASE_FILE, MARK_FILE, SECRET_FILE, LIST_FILE}:
        raise SettingsError(f"{path} cannot be read")
    return manifest


def _is_free(target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        raise SettingsError(f"{target} is there already: choose another name, nothing is overwritten")


@contextmanager
def _private() -> Iterator[None]:
    """What is made inside is for its owner alone: it holds what people said."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, Damaged) as error:
        raise SettingsError(f"{folder}: {error}") from None
    except OSError as error:
        raise SettingsError(f"{folder}: {error.strerror or error}") from None


def _percents(name: str, tell: Tell) -> Callable[[int, int], None]:
    told = -1

    def progress(done: int, every: int) -> None:
        nonlocal told
        percent = 100 if not every else 100 * done // every
        if percent // 10 != told // 10:
            told = percent
            with contextlib.suppress(BrokenPipeError):
                tell(name, percent)

    return progress
