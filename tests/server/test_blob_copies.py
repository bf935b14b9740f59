import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.blob_copies import BLOBS, LIST_FILE, blobs_brought, blobs_copied
from server.config import SettingsError
from server.copying import Damaged, digest_of


def quiet(_done: int, _every: int) -> None:
    """Nobody looks on."""


def stored(folder: Path, **blobs: bytes) -> None:
    for name, data in blobs.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def copied(tmp_path: Path) -> Path:
    stored(tmp_path / "blobs", photos__r__a=b"one", photos__r__b=b"two", uploads__r__c=b"half")
    stored(tmp_path / "blobs" / ".part", d=b"on its way")
    backup = tmp_path / "backup"
    backup.mkdir()
    assert blobs_copied(tmp_path / "blobs", backup, quiet) == 2
    return backup


def brought(backup: Path, folder: Path) -> None:
    with blobs_brought(backup, folder, digest_of(backup / LIST_FILE), quiet) as put:
        assert not (folder / "photos").exists(), "all or nothing"
        put()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_whole_is_copied_and_comes_back(tmp_path: Path) -> None:
    backup = copied(tmp_path)
    assert names(backup) == ["blobs.json", "blobs/photos/r/a", "blobs/photos/r/b"]
    stored(tmp_path / "new" / ".part", left=b"")
    brought(backup, tmp_path / "new")
    assert names(tmp_path / "new") == ["photos/r/a", "photos/r/b"]
    assert (tmp_path / "new" / "photos" / "r" / "a").read_bytes() == b"one"


def test_where_there_is_nothing_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    assert blobs_copied(tmp_path / "none", tmp_path / "backup", quiet) == 0
    assert names(tmp_path / "backup") == []


def test_what_is_deleted_meanwhile_is_left_out(tmp_path: Path) -> None:
    stored(tmp_path / "blobs", a=b"1", b=b"2")
    (tmp_path / "backup").mkdir()

    def deleting(done: int, _every: int) -> None:
        if done == 1:
            (tmp_path / "blobs" / "b").unlink()

    assert blobs_copied(tmp_path / "blobs", tmp_path / "backup", deleting) == 1
    assert list(json.loads((tmp_path / "backup" / LIST_FILE).read_text())) == ["a"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    backup = copied(tmp_path)
    stored(tmp_path / "new", photos__mine=b"")
    with pytest.raises(SettingsError, match="there already"):
        brought(backup, tmp_path / "new")
    assert names(tmp_path / "new") == ["photos/mine"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda backup: (backup / BLOBS / "photos" / "r" / "a").write_bytes(b"other"),
        lambda backup: (backup / BLOBS / "photos" / "r" / "a").unlink(),
        lambda backup: (backup / LIST_FILE).write_text("{"),
        lambda backup: (backup / LIST_FILE).write_text("[]"),
        lambda backup: (backup / LIST_FILE).write_text('{"../../out": ""}'),
    ],
)
def test_what_was_changed_is_refused_and_leaves_nothing(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    backup = copied(tmp_path)
    spoil(backup)
    with pytest.raises(Damaged):
        brought(backup, tmp_path / "new" / "blobs")
    assert names(tmp_path / "new") == []


def test_the_list_is_the_one_that_was_made(tmp_path: Path) -> None:
    backup = copied(tmp_path)
    with pytest.raises(Damaged), blobs_brought(backup, tmp_path / "new", "0" * 64, quiet):
        pytest.fail("it was read")
