import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.messages import Audience, Position
from server.backup import DATABASE_FILE, LOG_FILE, MANIFEST, back_up, restore
from server.config import SettingsError
from server.hosting.replica import NotRecovered, Reason, Recovered
from server.places import Places
from tests.server.house import ANN, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "data").mkdir()
    async with house(tmp_path / "data") as opened:
        yield opened


async def test_a_restored_room_goes_on_in_a_new_epoch_once(at: House, tmp_path: Path) -> None:
    host = await at.room()
    for n in range(5):
        await at.ask(host, "chat.send", ANN, id_=f"c{n}", text=f"before {n}")
        if n == 2:
            await at.projector.project()
    made = back_up(at.folder, tmp_path / "copy")
    assert (made.rooms, made.records) == (1, 6)
    lost = await at.send("chat.send", ANN, id_="late", text="after")
    old = host.live.epoch
    await at.crash()

    at.folder = tmp_path / "again"
    restore(tmp_path / "copy", at.folder)
    await at.open()
    live = (await at.directory.open("r")).live
    assert live.epoch != old
    assert live.room.seq == 6
    assert live.join(lost, Audience.EVERYONE, live.room.at) == NotRecovered(Reason.EPOCH)
    assert live.join(Position(live.epoch, 6), Audience.EVERYONE, live.room.at) == Recovered(())
    # What the backup knows of is not done twice; what it does not know of is new.
    assert await at.send("chat.send", ANN, id_="c4", text="before 4") == Position(live.epoch, 6)
    assert await at.send("chat.send", ANN, id_="new", text="on") == Position(live.epoch, 7)
    await at.projector.project()
    page = await at.history.page(live, Audience.EVERYONE)
    assert [record.seq for record in page.records] == [1, 2, 3, 4, 5, 6, 7]

    await at.restart()
    again = (await at.directory.open("r")).live
    assert again.position == Position(live.epoch, 7)


async def test_the_log_alone_is_backed_up_where_the_database_is_elsewhere(at: House, tmp_path: Path) -> None:
    await at.room()
    made = back_up(at.folder, tmp_path / "copy", log_alone=True)
    assert set(made.files) == {LOG_FILE}
    assert set(restore(tmp_path / "copy", tmp_path / "again").files) == {LOG_FILE}
    assert not (tmp_path / "again" / DATABASE_FILE).exists()


async def test_a_backup_is_private_whole_and_without_the_secret(at: House, tmp_path: Path) -> None:
    await at.room()
    (at.folder / "secret").write_text("canary-secret-0123456789-abcdefgh\n")
    (at.folder / "secret.mark").write_text("0123456789abcdef\n")
    target = tmp_path / "copy"
    back_up(at.folder, target)
    assert sorted(file.name for file in target.iterdir()) == [MANIFEST, LOG_FILE, DATABASE_FILE, "secret.mark"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in target.iterdir()} == {0o600}

    back_up(at.folder, tmp_path / "with", secret="canary-secret-0123456789-abcdefgh")
    restore(tmp_path / "with", tmp_path / "again")
    assert (tmp_path / "again" / "secret").read_text().strip() == "canary-secret-0123456789-abcdefgh"
    assert stat.S_IMODE((tmp_path / "again" / "secret").stat().st_mode) == 0o600


async def test_nothing_is_overwritten(at: House, tmp_path: Path) -> None:
    await at.room()
    back_up(at.folder, tmp_path / "copy")
    with pytest.raises(SettingsError, match="there already"):
        back_up(at.folder, tmp_path / "copy")
    with pytest.raises(SettingsError, match=r"log\.sqlite is there already|rooms\.sqlite is there already"):
        restore(tmp_path / "copy", at.folder)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "log.sqlite-wal").write_bytes(b"")
    with pytest.raises(SettingsError, match=r"log\.sqlite-wal is there already"):
        restore(tmp_path / "copy", tmp_path / "half")


async def test_a_backup_that_changed_is_refused_and_leaves_nothing(at: House, tmp_path: Path) -> None:
    await at.room()
    back_up(at.folder, tmp_path / "copy")
    with (tmp_path / "copy" / LOG_FILE).open("r+b") as file:
        file.seek(5000)
        file.write(b"x")
    with pytest.raises(SettingsError, match="not what was backed up"):
        restore(tmp_path / "copy", tmp_path / "again")
    assert not list((tmp_path / "again").glob("*.sqlite*"))


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (None, "is no backup"),
        ("{", "cannot be read"),
        ('{"made_at": 1, "rooms": 1, "records": 1, "files": {"../log.sqlite": ""}}', "cannot be read"),
        (json.dumps({"made_at": 1, "rooms": 1, "records": 1, "files": {}, "version": 9}), "newer version"),
        *(
            (json.dumps({"made_at": 1, "rooms": 1, "records": 1, "files": files}), "cannot be read")
            for files in (None, 5, [LOG_FILE, DATABASE_FILE])
        ),
    ],
)
def test_what_is_no_backup_is_said_in_one_line(tmp_path: Path, manifest: str | None, says: str) -> None:
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(SettingsError, match=says):
        restore(tmp_path, tmp_path / "again")


def test_a_backup_with_a_device_in_it_does_not_fill_the_disk(tmp_path: Path) -> None:
    files = {LOG_FILE: "0", DATABASE_FILE: "0"}
    (tmp_path / MANIFEST).write_text(json.dumps({"made_at": 1, "rooms": 1, "records": 1, "files": files}))
    for name in files:
        (tmp_path / name).symlink_to("/dev/null")  # with /dev/zero a copy would not end
    with pytest.raises(SettingsError, match="not what was backed up"):
        restore(tmp_path, tmp_path / "again")
    assert [file.name for file in (tmp_path / "again").iterdir()] == ["lock"]


def test_an_empty_folder_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no log\.sqlite"):
        back_up(tmp_path, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


async def test_photos_of_a_folder_come_along_and_back(at: House, tmp_path: Path) -> None:
    await at.room()
    photo = at.folder / "blobs" / "photos" / "r" / "p1" / "640.webp"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"picture")
    made = back_up(at.folder, tmp_path / "copy")
    assert made.blobs == 1
    assert stat.S_IMODE((tmp_path / "copy" / "blobs" / "photos").stat().st_mode) == 0o700
    restored = restore(tmp_path / "copy", tmp_path / "again")
    assert restored.blobs == 1
    assert (tmp_path / "again" / "blobs" / "photos" / "r" / "p1" / "640.webp").read_bytes() == b"picture"
    assert not list((tmp_path / "again").glob("*.part-*"))
    assert not (tmp_path / "again" / "blobs.json").exists()

    elsewhere = Places(blobs=f"file://{tmp_path}/far/away")
    restore(tmp_path / "copy", tmp_path / "third", places=elsewhere)
    assert (tmp_path / "far" / "away" / "photos" / "r" / "p1" / "640.webp").read_bytes() == b"picture"
    with pytest.raises(SettingsError, match="away is there already"):
        restore(tmp_path / "copy", tmp_path / "fourth", places=elsewhere)
    assert not list((tmp_path / "fourth").glob("*.sqlite*"))


async def test_photos_in_s3_are_left_out(at: House, tmp_path: Path) -> None:
    await at.room()
    (at.folder / "blobs").mkdir()
    (at.folder / "blobs" / "old").write_bytes(b"of another time")
    s3 = Places(blobs="s3://bucket/prefix")
    assert back_up(at.folder, tmp_path / "copy", places=s3).blobs == 0
    assert not (tmp_path / "copy" / "blobs").exists()
    back_up(at.folder, tmp_path / "with")
    restore(tmp_path / "with", tmp_path / "again", places=s3)
    assert not (tmp_path / "again" / "blobs").exists()


async def test_a_backup_without_photos_is_read_as_before(at: House, tmp_path: Path) -> None:
    await at.room()
    back_up(at.folder, tmp_path / "copy")
    stated = json.loads((tmp_path / "copy" / MANIFEST).read_text())
    assert stated.pop("blobs") == 0
    (tmp_path / "copy" / MANIFEST).write_text(json.dumps(stated | {"version": 1}))
    assert restore(tmp_path / "copy", tmp_path / "again").blobs == 0
