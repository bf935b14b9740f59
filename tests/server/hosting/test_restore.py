from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, Position
from rooms.room import Room
from server.broker.port import Unavailable
from server.hosting.replica import Recovered
from server.store.archive import DatabaseArchive
from tests.server.house import ANN, BOB, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("snapshot", ["none", "old", "new", "damaged", "newer version"])
async def test_a_room_is_the_same_after_a_restart(at: House, snapshot: str) -> None:
    host = await at.room()
    await busy_day(at)
    if snapshot == "old":
        await at.directory.save(host)
    await busy_day(at)
    if snapshot in {"new", "damaged", "newer version"}:
        await at.directory.save(host)
        change = {"damaged": "body = x'c1'", "newer version": "version = 99"}.get(snapshot)
        if change:
            async with at.database.writing() as connection:
                await connection.exec_driver_sql(f"UPDATE snapshots SET {change}")
    before = host.live
    await at.restart()
    after = (await at.directory.open("r")).live
    assert after.room.dump() == before.room.dump()
    assert after.position == before.position
    for audience in (Audience.EVERYONE, Audience.HOSTS):
        assert after.view(audience) == before.view(audience)
        assert after.since(0, audience) == before.since(0, audience)


async def busy_day(at: House) -> None:
    for n in range(4):
        await at.send("chat.send", ANN if n % 2 else BOB, text=f"message {n}")
    last = at.told[-1][2].data
    assert last is not None
    await at.send("chat.delete", HOST, message=last.dump()["message"])
    await at.send("poll.create", HOST, question="Which?", kind="single", options=["red", "blue"])
    poll = next(r.data for _, _, r in reversed(at.told) if r.type == "poll.created")
    assert poll is not None
    await at.send("poll.open", HOST, poll=poll.dump()["poll"])
    await at.send("poll.vote", ANN, poll=poll.dump()["poll"], choices=[1])
    await at.send("poll.vote", ANN, poll=poll.dump()["poll"], choices=[0])
    await at.send("person.erase", HOST, user="bob")


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("snapshot", [False, True])
async def test_a_lost_log_is_seen_at_the_next_start(at: House, *, projected: bool, snapshot: bool) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", ANN, id_="x", text="hi")
    if projected:
        await at.projector.project()
    if snapshot:
        await at.directory.save(host)
    before: Room = host.live.room
    await at.crash()
    for file in at.folder.glob("log*"):
        file.unlink()
    await at.open()
    if not (projected or snapshot):
        with pytest.raises(Refused) as error:
            await at.directory.open("r")
        assert error.value.code is Code.NOT_FOUND
        return
    after = await at.directory.open("r")
    assert after.live.room.dump() == before.dump()
    assert after.live.epoch != host.live.epoch
    if projected:
        # The archive still knows what was answered.
        assert (await at.send("chat.send", ANN, id_="x", text="hi")).seq == 2
    assert (await at.send("chat.send", ANN, id_="y", text="more")).seq == 3
    await at.restart()
    assert (await at.directory.open("r")).live.room.seq == 3


async def test_a_log_restored_from_before_gives_no_seq_twice(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", text="1")
    old = await at.broker.head("r")
    assert old is not None
    await at.crash()
    backup = {file.name: file.read_bytes() for file in at.folder.glob("log*")}
    await at.open()
    for n in range(3):
        await at.send("chat.send", text=str(n))
    await at.projector.project()
    await at.crash()
    for name, content in backup.items():
        (at.folder / name).write_bytes(content)
    await at.open()
    after = await at.directory.open("r")
    assert after.live.position.seq == 5
    assert after.live.epoch != old.epoch
    assert (await at.send("chat.send", text="on")).seq == 6
    page = await at.history.page(after.live, Audience.EVERYONE)
    assert [record.seq for record in page.records] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("recovery_events", [0, 5, 2_000])
@pytest.mark.parametrize("left", [0, 2, 8])
async def test_what_was_trimmed_is_missing_to_nobody(at: House, left: int, recovery_events: int) -> None:
    host = await at.room(recovery_events=recovery_events)
    await at.ask(host, "chat.send", ANN, id_="first", text="1")
    await at.ask(host, "chat.send", ANN, id_="x", text="hi")
    await busy_day(at)
    await at.directory.save(host)
    await at.projector.project()
    head, before = host.live.position, host.live
    await at.restart()
    await at.broker.trim("r", head.seq - left)
    after = (await at.directory.open("r")).live
    assert after.room.dump() == before.room.dump()
    # Where nothing is at hand nobody is told that they missed nothing.
    at_hand = min(left, recovery_events)
    for seq in range(head.seq):
        answer = after.join(Position(head.epoch, seq), Audience.HOSTS, after.room.at)
        assert isinstance(answer, Recovered) is (seq >= head.seq - at_hand), seq
    page = await at.history.page(after, Audience.HOSTS)
    assert [record.seq for record in page.records] == [
        r.seq for _, _, r in at.told if r.audience is not Audience.NOBODY
    ]
    if left > recovery_events:
        return  # the last hour of a room is never trimmed so, unless all of it is
    # Sending again is safe, though the log does not hold it any more.
    assert (await at.send("chat.send", ANN, id_="x", text="hi")).seq == 3
    assert (await at.send("chat.send", text="on")).seq == head.seq + 1


async def test_without_log_and_database_a_room_waits(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    host = await at.room()
    await busy_day(at)
    await at.directory.save(host)
    await at.projector.project()
    await at.restart()
    await at.broker.trim("r", host.live.room.seq - 2)
    with monkeypatch.context() as away:
        for name in ("kept", "records"):
            away.setattr(DatabaseArchive, name, unavailable)
        with pytest.raises(Refused) as refused:
            await at.directory.open("r")
        assert refused.value.code is Code.UNAVAILABLE
    assert (await at.directory.open("r")).live.room.dump() == host.live.room.dump()


def unavailable(*_: object) -> None:
    raise Unavailable("away")
