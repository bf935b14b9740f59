"""What the database says of photos: they stand there while a record holds them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.messages import Audience
from rooms.activities.photos import PhotoAdd
from server.hosting.draft import Sender
from server.photos.files import Cause, Erased
from server.store.photos import StoredPhotos
from tests.server.house import ANN, BOB, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def add(at: House, photo: str, who: Sender = ANN) -> None:
    room = await at.directory.open("r")
    command = PhotoAdd(id=f"add-{photo}", room="r", photo=photo, width=4, height=3, color="#ffffff")
    await room.ask(command, Sender(who.by, vouched=True))


async def test_a_photo_stands_there_while_a_record_holds_it(at: House) -> None:
    stored = StoredPhotos(at.database, at.broker)
    await at.room()
    for photo in ("p1", "p2", "p3"):
        await add(at, photo)
    await add(at, "p4", BOB)
    assert await stored.kept("r") is None, "the database does not know yet"
    await at.projector.project()
    assert await stored.kept("r") == {"p1", "p2", "p3", "p4"}
    await at.send("photo.approve", HOST, photo="p1")
    await at.send("photo.hide", HOST, photo="p2")
    await at.projector.project()
    assert await stored.kept("r") == {"p1", "p2", "p3", "p4"}

    await at.send("photo.delete", HOST, photo="p1")
    await at.projector.project()
    assert await stored.kept("r") == {"p2", "p3", "p4"}
    (erased,) = await stored.erased()
    assert await stored.cause(erased) is Cause.PHOTO
    await stored.done([erased])
    assert await stored.erased() == []

    await at.send("person.erase", HOST, user="ann")
    await at.projector.project()
    assert await stored.kept("r") == {"p4"}
    (erased,) = await stored.erased()
    assert await stored.cause(erased) is Cause.PERSON
    # An older look that ends late takes nothing back.
    await stored.done([erased])
    await stored.done([Erased("r", 1)])
    assert await stored.erased() == []
    assert await stored.kept("none") is None


async def test_other_erasures_are_told_apart(at: House) -> None:
    stored = StoredPhotos(at.database, at.broker)
    host = await at.room()
    await at.send("chat.send", ANN, text="hi")
    (message,) = host.live.room.view(Audience.EVERYONE)["chat"]["messages"]
    await at.send("chat.delete", ANN, message=message["message"])
    await at.projector.project()
    (erased,) = await stored.erased()
    assert await stored.cause(erased) is Cause.OTHER


async def test_deleted_before_the_database_knew_of_it(at: House) -> None:
    stored = StoredPhotos(at.database, at.broker)
    await at.room()
    await add(at, "p1")
    await at.send("photo.delete", ANN, photo="p1")
    await at.projector.project()
    assert await stored.kept("r") == set()
    (erased,) = await stored.erased()
    assert await stored.cause(erased) is Cause.PHOTO


async def test_photos_of_a_rehearsal_go_with_all_that_was_sent(at: House) -> None:
    stored = StoredPhotos(at.database, at.broker)
    await at.room()
    await at.send("room.rehearse", HOST)
    await add(at, "p1")
    await at.send("photo.approve", HOST, photo="p1")
    await at.projector.project()
    assert await stored.kept("r") == {"p1"}
    await at.send("room.clear", HOST)
    await at.projector.project()
    assert await stored.kept("r") == set()
    (erased,) = await stored.erased()
    assert await stored.cause(erased) is Cause.PERSON
