"""Blobs of a folder in a backup: each one whole, with a list of their digests.

What is still being uploaded is left out. A photo that is deleted meanwhile is in the copy or not; its files are
removed after a restore, as nothing in the log speaks of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.blobs.port import checked
from server.config import SettingsError
from server.copying import BLOCK, Damaged, Progress, digest_of, settled

BLOBS: Final = "blobs"
LIST_FILE: Final = "blobs.json"
_PASSING: Final = "uploads"  # pieces of what nobody has made a photo of; they are good for an hour


def blobs_copied(source: Path, target: Path, progress: Progress) -> int:
    """Copy the blobs under ``source`` into the backup ``target``, with their list; how many. Raises OSError.

    Without any, nothing is written.
    """
    names = _names(source, but=_PASSING)
    digests: dict[str, str] = {}
    for done, name in enumerate(names, start=1):
        # It may be deleted while we are on our way to it.
        with contextlib.suppress(FileNotFoundError):
            digests[name] = _copied(source / name, target / BLOBS / name)
        progress(done, len(names))
    if digests:
        _settle(target / BLOBS)
        (target / LIST_FILE).write_text(json.dumps(digests, indent=0) + "\n", "utf-8")
    return len(digests)


@contextmanager
def blobs_brought(source: Path, folder: Path, digest: str, progress: Progress) -> Iterator[Callable[[], None]]:
    """Copy what the list of the backup ``source`` names beside ``folder``; calling what is given puts it there.

    ``digest`` is the list's. Raises SettingsError for a folder that holds blobs, Damaged, OSError.
    """
    if _names(folder):
        raise SettingsError(f"{folder} is there already: restore into another folder, or move it away")
    digests = _listed(source / LIST_FILE, digest)
    part = folder.with_name(f"{folder.name}.part-{os.getpid()}")

    def put_in_place() -> None:
        # There may be an empty one, with what was being stored.
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
        settled(folder.parent)

    try:
        part.mkdir(parents=True)
        for done, (name, wanted) in enumerate(digests.items(), start=1):
            blob = source / BLOBS / name
            if not blob.is_file() or _copied(blob, part / name) != wanted:
                message = f"{blob} is not what was backed up"
                raise Damaged(message)
            progress(done, len(digests))
        _settle(part)
        yield put_in_place
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _listed(path: Path, digest: str) -> Mapping[str, str]:
    if not path.is_file() or digest_of(path) != digest:
        message = f"{path} is not what was backed up"
        raise Damaged(message)
    try:
        # A name from outside must not lead out of the folder.
        return {checked(name): wanted for name, wanted in json.loads(path.read_text("utf-8")).items()}
    except (ValueError, AttributeError):
        message = f"{path} cannot be read"
        raise Damaged(message) from None


def _names(folder: Path, but: str | None = None) -> list[str]:
    names: list[str] = []
    for root, folders, files in os.walk(folder):
        at = Path(root)
        # What is being stored is hidden.
        passed = but if at == folder else None
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != passed)
        names += [str((at / each).relative_to(folder)) for each in sorted(files) if not each.startswith(".")]
    return names


def _copied(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as reading:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as writing:
            while block := reading.read(BLOCK):
                digest.update(block)
                writing.write(block)
            writing.flush()
            os.fsync(writing.fileno())
    return digest.hexdigest()


def _settle(folder: Path) -> None:
    for root, _folders, _files in os.walk(folder):
        settled(Path(root))
