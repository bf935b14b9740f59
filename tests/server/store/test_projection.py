from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from protocols.messages import By, Role
from server.hosting.draft import Sender
from server.store.tables import ballots, records, rooms
from tests.server.house import ANN, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def table(at: House, which: Any) -> list[dict[str, Any]]:
    async with at.database.reading() as connection:
        return [dict(row._mapping) for row in await connection.execute(select(which))]


async def poll(at: House) -> str:
    await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
    created = at.told[-1][2].data
    assert created is not None
    made: str = created.dump()["poll"]
    await at.send("poll.open", HOST, poll=made)
    return made


async def test_rooms_are_listed_as_they_are(at: House) -> None:
    await at.room()
    await at.projector.project()
    await at.send("room.configure", HOST, title="New title", settings={"retention_days": 7})
    await at.send("room.close", HOST)
    await at.projector.project()
    (row,) = await table(at, rooms)
    assert (row["id"], row["title"], row["status"], row["retention_days"]) == ("r", "New title", "closed", 7)
    assert row["settings"]["retention_days"] == 7
    assert row["active_at"] >= row["created_at"] > 0


@pytest.mark.parametrize("between", [False, True])
async def test_one_ballot_a_person_also_when_it_is_erased(at: House, *, between: bool) -> None:
    await at.room()
    made = await poll(at)
    voters = [Sender(By(f"v{n}", f"V{n}", Role.ATTENDEE, guest=True)) for n in range(5)]
    for choice in (0, 1):
        for voter in voters:
            await at.send("poll.vote", voter, poll=made, choices=[choice])
        if between:
            await at.projector.project()
    await at.send("person.erase", HOST, user="v3")
    await at.projector.project()
    rows = await table(at, ballots)
    assert len(rows) == 5
    assert {tuple(row["choices"]) for row in rows} == {(1,)}
    names = {row["voter"] for row in rows}
    assert "v3" not in names
    assert sum(name.startswith("erased:") for name in names) == 1
    assert "V3" not in str(await table(at, records))
    await at.send("poll.remove", HOST, poll=made)
    await at.projector.project()
    assert await table(at, ballots) == []


async def test_the_ballots_of_a_poll_that_is_reset_are_void(at: House) -> None:
    await at.room()
    made = await poll(at)
    await at.send("poll.vote", ANN, poll=made, choices=[0])
    await at.projector.project()
    await at.send("poll.reset", HOST, poll=made)
    redrafted = at.told[-2][2].data
    assert redrafted is not None
    anew = redrafted.dump()["poll"]
    await at.send("poll.open", HOST, poll=anew)
    await at.send("poll.vote", ANN, poll=anew, choices=[1])
    await at.projector.project()
    assert [(row["poll"], row["choices"]) for row in await table(at, ballots)] == [(anew, [1])]


async def test_a_stub_read_before_its_erasure_does_not_stop_it(at: House) -> None:
    """The log already holds stubs where the projector has yet to meet the record that made them."""
    await at.room()
    made = await poll(at)
    await at.send("poll.vote", ANN, poll=made, choices=[0])
    await at.projector.project()
    await at.send("poll.vote", ANN, poll=made, choices=[1])
    await at.send("person.erase", HOST, user="ann")
    late = await at.log(after=at.projector.projected("r"))
    async with at.database.writing() as connection:
        for record in late:
            await at.projector._projection.write(connection, {"r": ("e", [record])})
    rows = await table(at, ballots)
    assert [(row["voter"][:7], row["choices"]) for row in rows] == [("erased:", [1])]


@pytest.mark.parametrize("between", [False, True])
async def test_of_a_rehearsal_that_is_cleared_no_word_and_no_ballot_is_left(at: House, *, between: bool) -> None:
    await at.room()
    await at.send("room.rehearse", HOST)
    made = await poll(at)
    await at.send("poll.vote", ANN, poll=made, choices=[0])
    await at.send("chat.send", ANN, text="only a try")
    await at.send("poll.close", HOST, poll=made)
    if between:
        await at.projector.project()
    await at.send("room.clear", HOST)
    cleared = at.told[-1][2]
    assert cleared.data is not None
    anew = cleared.data.dump()["names"][made]
    await at.send("poll.open", HOST, poll=anew)
    await at.send("poll.vote", ANN, poll=anew, choices=[1])
    await at.projector.project()
    assert [(row["poll"], row["choices"]) for row in await table(at, ballots)] == [(anew, [1])]
    rehearsed = [row for row in await table(at, records) if row["seq"] < cleared.seq]
    assert {row["type"] for row in rehearsed if row["data"] is not None} == {
        *("room.created", "room.rehearsal_started", "poll.created", "poll.opened"),
    }
    assert "only a try" not in str(rehearsed)
    assert {row["user"] for row in rehearsed} == {"hana", None}
    assert [record.data for record in await at.log() if record.type == "chat.sent"] == [None]
    assert b"only a try" not in at.raw()

    # Another node, or this one later, makes the same room of what is left.
    live = (await at.directory.open("r")).live.room.dump()
    await at.restart()
    assert (await at.directory.open("r")).live.room.dump() == live
