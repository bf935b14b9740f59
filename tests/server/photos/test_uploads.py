"""Uploads in pieces: what came before a break is kept, whose it is cannot be claimed, and nothing grows without end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from server.blobs.folder import FolderBlobs
from server.photos import uploads as module
from server.photos.containers import FILE_MOST
from server.photos.uploads import PATCH_MOST, PER_PERSON, PIECE, TTL_S, Upload, Uploads, folded, unfolded

NOW = 4_000_000_000.0  # later than any file here


class Cut(Exception):
    """The line broke."""


async def body(data: bytes, *, cut: bool = False) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 10_000):
        yield data[start : start + 10_000]
    if cut:
        raise Cut


async def all_of(uploads: Uploads, upload: Upload) -> bytes:
    return b"".join([chunk async for chunk in uploads.read(upload)])


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


@pytest.fixture
def uploads(blobs: FolderBlobs) -> Uploads:
    return Uploads(blobs, b"key", clock=lambda: NOW)


def code(refused: pytest.ExceptionInfo[Refused]) -> Code:
    return refused.value.code


async def test_pieces_make_the_file(uploads: Uploads) -> None:
    data = bytes(range(256)) * 4_000
    upload = uploads.begin("r1", "ann", len(data))
    at = await uploads.append(upload, 0, body(data[:600_000]))
    assert at == await uploads.offset(upload) == 600_000
    assert await uploads.append(upload, at, body(data[at:])) == len(data)
    assert await all_of(uploads, upload) == data


async def test_what_came_before_a_break_is_kept(uploads: Uploads) -> None:
    data = bytes(range(256)) * 4_000
    upload = uploads.begin("r1", "ann", len(data))
    with pytest.raises(Cut):
        await uploads.append(upload, 0, body(data[:510_000], cut=True))
    assert await uploads.offset(upload) == 510_000
    # Another server goes on.
    found = uploads.find("r1", "ann", upload.id)
    await uploads.append(found, 510_000, body(data[510_000:]))
    assert await all_of(uploads, found) == data


async def test_a_piece_goes_where_it_stands_and_nowhere_else(uploads: Uploads) -> None:
    upload = uploads.begin("r1", "ann", 1_000)
    await uploads.append(upload, 0, body(bytes(400)))
    for at in (0, 399, 401, 1_000):
        with pytest.raises(Refused) as refused:
            await uploads.append(upload, at, body(bytes(10)))
        assert code(refused) is Code.CONFLICT
    assert await uploads.offset(upload) == 400


async def test_two_at_once_leave_one_file(uploads: Uploads, blobs: FolderBlobs) -> None:
    data = bytes(range(250)) * 4
    upload = uploads.begin("r1", "ann", len(data))
    await uploads._store(upload, 0, data[:300])
    await uploads._store(upload, 0, data[:700])
    await uploads._store(upload, 300, data[300:400])
    assert await uploads.offset(upload) == 700
    await uploads.append(upload, 700, body(data[700:]))
    assert await all_of(uploads, upload) == data


async def test_no_more_than_was_said(uploads: Uploads) -> None:
    upload = uploads.begin("r1", "ann", 100)
    with pytest.raises(Refused) as refused:
        await uploads.append(upload, 0, body(bytes(101)))
    assert code(refused) is Code.TOO_LARGE
    assert await uploads.offset(upload) == 0
    large = uploads.begin("r1", "ann", FILE_MOST)
    with pytest.raises(Refused) as refused:
        await uploads.append(large, 0, body(bytes(PATCH_MOST + 1)))
    assert code(refused) is Code.TOO_LARGE
    # What was in whole pieces before that stays, and is what was sent.
    assert await uploads.offset(large) % PIECE == 0


def test_sizes(uploads: Uploads) -> None:
    for size, expected in ((0, Code.INVALID), (-1, Code.INVALID), (FILE_MOST + 1, Code.TOO_LARGE)):
        with pytest.raises(Refused) as refused:
            uploads.begin("r1", "ann", size)
        assert code(refused) is expected


def test_nobody_else_has_it(uploads: Uploads, blobs: FolderBlobs) -> None:
    upload = uploads.begin("r1", "ann", 100)
    assert uploads.find("r1", "ann", upload.id) == upload
    forged = upload.id.replace(".100.", ".99999.")
    tries = [("r2", "ann", upload.id), ("r1", "ben", upload.id), ("r1", "ann", forged), ("r1", "ann", "x")]
    tries += [("r1", "ann", each) for each in ("a.b.c.d", "a.1.1." + "0" * 32, "...", "a.²." + "1.x")]
    for room, user, name in tries:
        with pytest.raises(Refused) as refused:
            uploads.find(room, user, name)
        assert code(refused) is Code.NOT_FOUND
    with pytest.raises(Refused):
        Uploads(blobs, b"other key", clock=lambda: NOW).find("r1", "ann", upload.id)


def test_it_ends(uploads: Uploads, blobs: FolderBlobs) -> None:
    upload = uploads.begin("r1", "ann", 100)
    with pytest.raises(Refused) as refused:
        Uploads(blobs, b"key", clock=lambda: NOW + TTL_S).find("r1", "ann", upload.id)
    assert code(refused) is Code.NOT_FOUND


async def test_a_person_has_few_at_once(uploads: Uploads) -> None:
    begun = [uploads.begin("r1", "ann", 100) for _ in range(PER_PERSON + 2)]
    for upload in begun:
        await uploads.append(upload, 0, body(bytes(50)))
    others = uploads.begin("r1", "ben", 100)
    await uploads.append(others, 0, body(bytes(50)))
    left = [await uploads.offset(upload) for upload in begun]
    assert sorted(left) == [0, 0] + [50] * PER_PERSON
    assert left[-1] == 50, "the newest stays"


async def test_a_room_takes_no_more_than_it_may(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM_MOST", 1_000)
    await uploads.append(uploads.begin("r1", "ann", 900), 0, body(bytes(900)))
    with pytest.raises(Refused) as refused:
        await uploads.append(uploads.begin("r1", "ben", 200), 0, body(bytes(200)))
    assert code(refused) is Code.OVERLOADED
    await uploads.append(uploads.begin("r2", "ben", 200), 0, body(bytes(200)))


async def test_those_who_begin_at_once_take_no_more_either(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM_MOST", 1_000)
    monkeypatch.setattr(module, "LOOKED_S", 0.0)
    begun = [uploads.begin("r1", f"u{number}", 900) for number in range(5)]
    for upload in begun:
        await uploads.append(upload, 0, body(bytes(1)))
    for upload in begun[:2]:
        await uploads.append(upload, 1, body(bytes(899)))
    for upload in begun[2:]:
        with pytest.raises(Refused) as refused:
            await uploads.append(upload, 1, body(bytes(899)))
        assert code(refused) is Code.OVERLOADED


async def test_a_file_comes_in_so_many_pieces(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECES_MOST", 3)
    upload = uploads.begin("r1", "ann", 100)
    for at in range(3):
        await uploads.append(upload, at, body(bytes(1)))
    with pytest.raises(Refused) as refused:
        await uploads.append(upload, 3, body(bytes(1)))
    assert code(refused) is Code.CONFLICT
    monkeypatch.setattr(module, "ROOM_PIECES", 3)
    with pytest.raises(Refused) as refused:
        await uploads.append(uploads.begin("r1", "ben", 100), 0, body(bytes(1)))
    assert code(refused) is Code.OVERLOADED


async def test_what_is_not_whole_is_not_read(uploads: Uploads) -> None:
    upload = uploads.begin("r1", "ann", 100)
    await uploads.append(upload, 0, body(bytes(99)))
    with pytest.raises(Refused) as refused:
        await all_of(uploads, upload)
    assert code(refused) is Code.CONFLICT


async def test_what_was_given_up_goes(uploads: Uploads, blobs: FolderBlobs) -> None:
    upload = uploads.begin("r1", "ann", 100)
    await uploads.append(upload, 0, body(bytes(50)))
    at = (await blobs.stat(next(iter(await uploads.pieces("r1"))))).at / 1000
    assert await Uploads(blobs, b"key", clock=lambda: at + TTL_S - 5).tidy() == 0
    assert await Uploads(blobs, b"key", clock=lambda: at + TTL_S + 5).tidy() == 1
    assert await uploads.offset(upload) == 0


async def test_it_is_dropped(uploads: Uploads) -> None:
    upload = uploads.begin("r1", "ann", 100)
    await uploads.append(upload, 0, body(bytes(50)))
    await uploads.remove(upload)
    assert await uploads.pieces("r1") == frozenset()


@pytest.mark.parametrize("room", ["r1", "a" * 64, "~._-", "R1", "0"])
def test_rooms_have_a_name_in_the_store_each(room: str) -> None:
    assert unfolded(folded(room)) == room
