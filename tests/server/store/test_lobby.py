from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Role
from rooms.activities.room import RoomCreate, RoomCreated
from server.hosting.draft import Sender
from server.lobby import Counted, Listed, Lobby, Wanted, results
from server.store.lobby import StoredRooms, StoredTemplates
from server.store.tables import rooms
from server.templates import Template, cue, poll
from tests.server.house import ANN, BOB, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


def stored(at: House) -> StoredRooms:
    return StoredRooms(at.database, at.broker)


async def rows(at: House, *wanted: Listed) -> None:
    async with at.database.writing() as connection:
        for each in wanted:
            values = {"settings": {}, "retention_days": 0, "erased_seq": 0}
            values |= {name: getattr(each, name) for name in Listed.__dataclass_fields__}
            await connection.execute(rooms.insert().values(values))


async def ids(at: House, **wanted: Any) -> tuple[list[str], bool]:
    page, more = await stored(at).page(Wanted(**wanted))
    return [room.id for room in page], more


async def test_rooms_come_by_shop_status_and_time(at: House) -> None:
    shops = ["s1", "s2", None]
    await rows(at, *(Listed(f"r{n}", "T", "closed" if n % 2 else "open", shops[n % 3], n, n) for n in range(1, 7)))
    assert await ids(at) == (["r6", "r5", "r4", "r3", "r2", "r1"], False)
    assert await ids(at, shops=["s1"]) == (["r6", "r3"], False)
    assert await ids(at, shops=["s1", "s2"], status="open") == (["r6", "r4"], False)
    assert await ids(at, shops=[]) == ([], False)
    assert await ids(at, limit=2) == (["r6", "r5"], True)
    assert await ids(at, limit=2, before=5) == (["r4", "r3"], True)
    assert await ids(at, limit=2, before=3) == (["r2", "r1"], False)


async def test_the_end_of_a_page_parts_none_of_the_same_instant(at: House) -> None:
    await rows(at, *(Listed(f"s{n}", "T", "open", None, 5, 5) for n in range(3)), Listed("a", "T", "open", None, 9, 9))
    assert await ids(at, limit=2) == (["a", "s0", "s1", "s2"], False)
    await rows(at, Listed("z", "T", "open", None, 1, 1))
    assert await ids(at, limit=2) == (["a", "s0", "s1", "s2"], True)
    assert await ids(at, limit=2, before=5) == (["z"], False)


async def test_a_room_that_was_made_is_listed_with_its_shop(at: House) -> None:
    await at.room("old")
    await at.directory.create(command(room="toys", shop="s1"), HOST.by)
    lobby = Lobby(stored(at), at_work=at.directory.at_work)
    before, _ = await lobby.page(Wanted(shops=["s1"]))
    await at.projector.project()
    assert await ids(at, shops=["s1"]) == (["toys"], False)
    (after,), _ = await stored(at).page(Wanted(shops=["s1"]))
    assert list(before) == [after]
    await at.restart()
    assert (await at.directory.open("toys")).live.room.shop == "s1"


def command(**fields: Any) -> Any:
    return RoomCreate(**{"id": "c1", "title": "T"} | fields)


async def test_results_agree_with_the_room_whatever_the_database_has(at: House) -> None:
    """A poll as it is run; what is counted here must be what people in the room saw."""
    host = await at.room()
    await at.send("poll.create", HOST, question="Which?", kind="multi", options=["a", "b", "c"], max_choices=2)
    created = at.told[-1][2].data
    assert created is not None
    which: str = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=which)
    voters = [Sender(By(f"v{n}", f"V{n}", Role.ATTENDEE, guest=True)) for n in range(6)]
    for number, voter in enumerate(voters):
        await at.send("poll.vote", voter, poll=which, choices=[number % 3])
        await at.send("chat.send", voter, text=f"from {number}")
    await at.projector.project()
    await at.send("poll.vote", voters[0], poll=which, choices=[1, 2])  # changed, and not in the database yet
    await at.send("chat.send", ANN, text="late")
    await at.send("poll.close", HOST, poll=which)

    view = host.live.room.view(Audience.HOSTS)
    told = [record for _, _, record in at.told if record.type == "poll.closed"][-1].data
    assert told is not None
    (result,) = results(view["polls"]["polls"])
    assert [option["votes"] for option in result["options"]] == told.dump()["result"]["counts"] == [1, 3, 3]
    assert result["voters"] == told.dump()["result"]["voters"] == 6
    counted = await stored(at).counted("r")
    assert counted == Counted(len(view["chat"]["messages"]), 7)
    assert counted.messages == 7

    await at.projector.project()
    assert await stored(at).counted("r") == counted


@pytest.mark.parametrize("projected", [False, True])
async def test_what_is_gone_does_not_count(at: House, *, projected: bool) -> None:
    await at.room()
    messages = []
    for sender in (ANN, ANN, BOB, HOST):
        await at.send("chat.send", sender, text="hello")
        said = at.told[-1][2].data
        assert said is not None
        messages.append(said.dump()["message"])
    assert await stored(at).counted("r") == Counted(4, 2)
    if projected:
        await at.projector.project()
    await at.send("chat.delete", HOST, message=messages[0])
    assert await stored(at).counted("r") == Counted(3, 2)
    await at.send("chat.restore", HOST, message=messages[0])
    assert await stored(at).counted("r") == Counted(4, 2)
    if projected:
        await at.projector.project()
    await at.send("person.erase", HOST, user="ann")
    assert await stored(at).counted("r") == Counted(2, 1)
    await at.projector.project()
    assert await stored(at).counted("r") == Counted(2, 1)


async def test_the_ballot_of_whoever_was_erased_still_counts_as_somebodys(at: House) -> None:
    await at.room()
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    created = at.told[-1][2].data
    assert created is not None
    which = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=which)
    for sender in (ANN, BOB):
        await at.send("poll.vote", sender, poll=which, choices=[0])
        await at.send("chat.send", sender, text="hello")
    await at.projector.project()
    await at.send("person.erase", HOST, user="ann")
    assert await stored(at).counted("r") == Counted(1, 2)
    await at.projector.project()
    assert await stored(at).counted("r") == Counted(1, 2)


async def test_which_polls_were_drafted_hidden_is_known_after_they_are_shown(at: House) -> None:
    await at.room()
    made = []
    for hidden in (True, False):
        await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"], hidden=hidden)
        created = at.told[-1][2].data
        assert created is not None
        made.append(created.dump()["poll"])
    await at.send("poll.reveal", HOST, poll=made[0])
    await at.projector.project()
    assert await stored(at).first_hidden("r") == {made[0]: True, made[1]: False}


async def test_titles_of_rooms_that_there_are(at: House) -> None:
    await at.room()
    await at.send("room.configure", HOST, title="拼装大赛")
    await at.projector.project()
    assert await stored(at).titles({"r", "none"}) == {"r": "拼装大赛"}
    assert await stored(at).titles(()) == {}


async def test_without_a_database_the_lobby_says_so(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await at.room()

    def away() -> None:
        raise OSError("disk")

    monkeypatch.setattr(at.database, "reading", away)
    rooms = stored(at)
    for asked in (rooms.page(Wanted()), rooms.counted("r"), rooms.first_hidden("r"), rooms.titles({"r"})):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code is Code.UNAVAILABLE


async def test_templates(at: House) -> None:
    table = StoredTemplates(at.database)
    polls = [poll("最喜欢?", "x", "y", hidden=True, seconds=60)]
    cues = [cue("Ask!", "question")]
    kept = [Template(f"t{n}", "s1" if n else "s2", "T", polls, {"text_length": 9}, 100 + n, cues) for n in range(3)]
    for each in kept:
        assert await table.add(each, 2)
    assert not await table.add(Template("t9", "s1", "T", polls), 2)
    assert await table.get("t1") == kept[1]
    assert await table.get("t9") is None
    assert list(await table.of_shops(["s1"], 10)) == [kept[2], kept[1]]
    assert list(await table.of_shops(None, 2)) == [kept[2], kept[1]]
    assert list(await table.of_shops([], 10)) == []
    await table.remove("t1")
    await table.remove("t1")
    assert list(await table.of_shops(None, 10)) == [kept[2], kept[0]]


async def test_a_log_from_before_there_were_shops_is_the_houses(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = RoomCreated.dump
    with monkeypatch.context() as before:
        before.setattr(RoomCreated, "version", 1)
        before.setattr(RoomCreated, "dump", lambda event: {k: v for k, v in whole(event).items() if k != "shop"})
        await at.room("old")
    stored_then = await at.log("old")
    assert (stored_then[0].version, b"\xa4shop" in at.raw("log.sqlite")) == (1, False)
    await at.restart()
    room = (await at.directory.open("old")).live.room
    assert (room.title, room.shop) == ("Test", None)
    await at.projector.project()
    assert await ids(at) == (["old"], False)
    assert await ids(at, shops=["s1"]) == ([], False)


@pytest.mark.parametrize("projected", [False, True])
async def test_nothing_of_a_rehearsal_counts(at: House, *, projected: bool) -> None:
    await at.room()
    await at.send("room.rehearse", HOST)
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"], hidden=True)
    created = at.told[-1][2].data
    assert created is not None
    which = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=which)
    await at.send("poll.vote", ANN, poll=which, choices=[0])
    await at.send("chat.send", ANN, text="hello")
    assert await stored(at).counted("r") == Counted(1, 1)
    if projected:
        await at.projector.project()
    await at.send("room.clear", HOST)
    cleared = at.told[-1][2].data
    assert cleared is not None
    assert await stored(at).counted("r") == Counted(0, 0)
    await at.projector.project()
    assert await stored(at).counted("r") == Counted(0, 0)
    assert (await stored(at).first_hidden("r"))[cleared.dump()["names"][which]]
