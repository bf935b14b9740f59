from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.errors import Refused
from protocols.messages import Audience, Record
from tests.server.house import ANN, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def conversation(at: House, count: int, *, projected: int) -> list[Record]:
    """A room that keeps 10 records at hand, with votes and hosts' news in between; what its log holds."""
    await at.room(recovery_events=10)
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    created = at.told[-1][2].data
    assert created is not None
    poll = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=poll)
    for n in range(count):
        await at.send("chat.send", ANN, text=str(n))
        if n % 3 == 0:
            await at.send("poll.vote", ANN, poll=poll, choices=[n % 2])
        if n % 5 == 0:
            await at.send("poll.create", HOST, question="draft", kind="single", options=["a", "b"])
        if n == projected:
            await at.projector.project()
    return await at.log()


@pytest.mark.parametrize("projected", [-1, 0, 20, 35, 39])
@pytest.mark.parametrize("audience", [Audience.EVERYONE, Audience.HOSTS])
async def test_paging_back_meets_every_record_once(at: House, audience: Audience, projected: int) -> None:
    log = await conversation(at, 40, projected=projected)
    live = (await at.directory.open("r")).live
    expected = [record for record in log if record.told_to(audience)]
    for limit in (1, 7, 100):
        seen: list[Record] = []
        before: int | None = None
        while True:
            page = await at.history.page(live, audience, before=before, limit=limit)
            assert page.epoch == live.epoch
            assert len(page.records) <= limit
            seen = [*page.records, *seen]
            if not page.more:
                break
            before = page.records[0].seq
        assert seen == expected


async def test_an_empty_page_at_the_beginning(at: House) -> None:
    await conversation(at, 3, projected=1)
    live = (await at.directory.open("r")).live
    page = await at.history.page(live, Audience.EVERYONE, before=1)
    assert (list(page.records), page.more) == ([], False)


@pytest.mark.parametrize("projected", [-1, 10, 19])
async def test_export_is_the_whole_log(at: House, projected: int) -> None:
    log = await conversation(at, 20, projected=projected)
    assert [record async for chunk in at.history.export("r") for record in chunk] == log


async def test_without_the_database_what_is_at_hand_is_still_given(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await conversation(at, 30, projected=20)
    live = (await at.directory.open("r")).live

    def away(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(at.database, "reading", away)
    page = await at.history.page(live, Audience.EVERYONE, limit=5)
    assert len(page.records) == 5
    assert page.more
    with pytest.raises(Refused):
        await at.history.page(live, Audience.EVERYONE, limit=50)
    with pytest.raises(Refused):
        await anext(at.history.export("r"))


@pytest.mark.parametrize("projected", [False, True])
async def test_what_is_erased_is_in_no_page_and_no_export_though_the_database_has_it(
    at: House, *, projected: bool
) -> None:
    await conversation(at, 40, projected=39)
    await at.send("person.erase", HOST, user="ann")
    if projected:
        await at.projector.project()
    live = (await at.directory.open("r")).live
    page = await at.history.page(live, Audience.EVERYONE, before=20)
    exported = [record async for chunk in at.history.export("r") for record in chunk]
    assert exported == await at.log()
    for record in (*page.records, *exported):
        assert record.type != "chat.sent" or record.data is None
        assert record.by is None or record.by.id != "ann"


async def test_what_is_erased_while_a_page_is_read_is_not_in_it(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await conversation(at, 20, projected=10)
    live = (await at.directory.open("r")).live
    stored = at.history._stored

    async def slowly(room: str, audience: Audience, before: int, wanted: int) -> list[Record]:
        found = await stored(room, audience, before, wanted)
        await at.send("person.erase", HOST, user="ann")
        return found

    monkeypatch.setattr(at.history, "_stored", slowly)
    page = await at.history.page(live, Audience.EVERYONE)
    assert sum(record.type == "chat.sent" for record in page.records) == 20
    assert all(record.data is None for record in page.records if record.type == "chat.sent")


@pytest.mark.parametrize("projected", [False, True])
async def test_of_a_rehearsal_there_is_no_history_and_no_export(at: House, *, projected: bool) -> None:
    await at.room()
    await at.send("room.rehearse", HOST)
    for word in ("one", "two"):
        await at.send("chat.send", ANN, text=word)
    await at.send("room.clear", HOST)
    cleared = at.told[-1][2].seq
    await at.send("chat.send", ANN, text="three")
    if projected:
        await at.projector.project()
    live = (await at.directory.open("r")).live
    for before in (None, cleared):
        page = await at.history.page(live, Audience.HOSTS, before=before)
        assert [record.type for record in page.records] == ([] if before else ["room.cleared", "chat.sent"])
        assert not page.more
    exported = [record async for chunk in at.history.export("r", live.room.cleared_at - 1) for record in chunk]
    assert [record.seq for record in exported] == [cleared, cleared + 1]
