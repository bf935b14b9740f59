"""Files of photos go with their photos, whatever happens in between, and no others do."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.blobs.folder import FolderBlobs
from server.blobs.port import NoSuchBlob
from server.photos.containers import SIZES, Developed
from server.photos.files import SETTLED_S, Cause, Erased, PhotoFiles, file_of
from server.photos.uploads import Uploads
from tests.server.photos.records import NoRecords

SHOWN = Developed(4, 3, "#ffffff", {size: b"x" * size for size in SIZES})


class Store:
    """Files over a folder, and records that are set by hand."""

    def __init__(self, folder: Path) -> None:
        self.blobs = FolderBlobs(folder)
        self.records = NoRecords()
        self.uploads = Uploads(self.blobs, b"key")
        self.files = PhotoFiles(self.blobs, self.records, self.uploads)

    async def photos(self, room: str = "r1") -> set[str]:
        return {
            blob.name.split("/")[2]
            async for some in self.blobs.list("photos/")
            for blob in some
            if blob.name.startswith(file_of(room, "x", 1).split("x")[0])
        }

    async def add(self, *photos: str, room: str = "r1") -> None:
        for photo in photos:
            await self.files.keep(room, photo, SHOWN)

    def holds(self, *photos: str, room: str = "r1") -> None:
        self.records.photos[room] = set(photos)

    def erases(self, why: Cause = Cause.PHOTO, room: str = "r1", seq: int = 5) -> None:
        self.records.waiting.append(Erased(room, seq))
        self.records.why = why


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


async def test_all_sizes_are_kept_and_removed(store: Store) -> None:
    await store.add("p1")
    for size in SIZES:
        assert await store.files.size("r1", "p1", size) == size
        assert b"".join([chunk async for chunk in store.files.read("r1", "p1", size)]) == b"x" * size
    await store.files.remove("r1", ["p1", "p-none"])
    with pytest.raises(NoSuchBlob):
        await store.files.size("r1", "p1", 160)


async def test_files_go_some_seconds_after_their_photo(store: Store) -> None:
    await store.add("p1", "p2")
    await store.add("p1", room="r2")
    store.holds("p2")
    store.erases()
    assert await store.files.look(0.0) == 0
    assert await store.files.look(SETTLED_S - 1) == 0
    assert await store.files.look(SETTLED_S) == len(SIZES)
    assert await store.photos() == {"p2"}
    assert await store.photos("r2") == {"p1"}
    assert store.records.waiting == []
    assert await store.files.look(100.0) == 0


async def test_what_is_on_its_way_into_the_log_stays(store: Store) -> None:
    await store.add("early")
    store.holds()
    store.erases()
    await store.files.look(0.0)
    await store.add("late")
    store.holds("early")
    await store.files.look(SETTLED_S)
    assert await store.photos() == {"early", "late"}


async def test_a_crash_in_between_only_puts_it_off(store: Store) -> None:
    await store.add("p1")
    store.holds()
    store.erases()
    await store.files.look(0.0)
    again = PhotoFiles(store.blobs, store.records, store.uploads)
    await again.look(0.0)
    assert await again.look(SETTLED_S) == len(SIZES)
    assert await store.photos() == set()


async def test_where_records_are_not_all_there_nothing_goes(store: Store) -> None:
    await store.add("p1")
    store.records.photos["r1"] = None
    store.erases()
    await store.files.look(0.0)
    assert await store.files.look(SETTLED_S) == 0
    assert await store.photos() == {"p1"}
    assert len(store.records.waiting) == 1, "it is looked at again"
    store.holds()
    assert await store.files.look(SETTLED_S + 5) == len(SIZES)


async def test_other_erasures_are_not_looked_at(store: Store) -> None:
    await store.add("p1")
    store.holds()
    store.erases(Cause.OTHER)
    await store.files.look(0.0)
    assert store.records.waiting == []
    assert store.files.statistics() == {"removed_total": 0, "rooms_waiting": 0}


async def test_with_a_person_go_the_uploads_of_the_room(store: Store) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield bytes(50)

    for room in ("r1", "r2"):
        await store.uploads.append(store.uploads.begin(room, "ann", 100), 0, body())
    store.erases(Cause.PERSON)
    await store.files.look(0.0)
    await store.files.look(SETTLED_S)
    assert [len(await store.uploads.pieces(room)) for room in ("r1", "r2")] == [0, 1]


async def test_the_keeper_knows_what_is_in_use(store: Store) -> None:
    store.holds("p1")
    store.records.photos["r2"] = None
    names = [file_of("r1", "p1", 160), file_of("r1", "p2", 160), file_of("r2", "p3", 160), "photos/!/p4/160.webp"]
    names[3] = "photos/zzzzzzzzz/p4/160.webp"
    assert set(await store.files.keeper(names)) == {names[0], names[2], names[3]}
