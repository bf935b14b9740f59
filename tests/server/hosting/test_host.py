import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from protocols.errors import Code, Refused
from protocols.limits import DEDUPE_WINDOW_MS, KEY_LENGTH, MAILBOX_LIMIT
from protocols.messages import Audience, By, Position, Role
from rooms.dedupe import fingerprint
from rooms.registry import REGISTRY
from server.broker.port import Batch, Full, Stale, Unavailable, Unreachable
from server.hosting.draft import Sender
from server.hosting.host import MANY, Host, Patience
from server.hosting.replica import NotRecovered, Reason, Recovered
from server.store.tables import ballots
from tests.server.house import ANN, BOB, CANARY, HASTY, HOST, House, house
from tests.server.records import batch


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


def code(outcome: object) -> Code | None:
    return outcome.code if isinstance(outcome, Refused) else None


async def test_an_ack_comes_after_the_log_and_after_the_members(at: House) -> None:
    host = await at.room()
    seen: list[tuple[int, int]] = []
    command = REGISTRY.command("chat.send", {"id": "c", "room": "r", "text": "hi"})
    done = asyncio.Event()

    def answer(outcome: Position | Refused) -> None:
        assert isinstance(outcome, Position)
        seen.append((outcome.seq, at.told[-1][2].seq))
        done.set()

    host.submit(command, ANN, answer)
    assert seen == []
    await done.wait()
    assert seen == [(2, 2)]
    assert [record.seq for record in await at.log()] == [1, 2]


async def test_one_senders_order_holds_and_commands_share_batches(at: House) -> None:
    host = await at.room()
    before = len(at.broker.published)
    acks = await asyncio.gather(*(at.ask(host, "chat.send", ANN if n % 2 else BOB, text=str(n)) for n in range(600)))
    assert [ack.seq for ack in acks] == list(range(2, 602))
    assert len(at.broker.published) - before <= 4
    assert [record.data.dump()["text"] for record in (await at.log())[1:] if record.data] == [
        str(n) for n in range(600)
    ]


async def test_the_same_command_again_has_the_same_answer(at: House) -> None:
    host = await at.room()
    racing = await asyncio.gather(*(at.ask(host, "chat.send", ANN, id_="x", text="hi") for _ in range(5)))
    later = await at.ask(host, "chat.send", ANN, id_="x", text="hi")
    assert {*racing, later} == {Position(host.live.epoch, 2)}
    assert host.live.room.seq == 2
    assert code(await at.outcome("chat.send", ANN, id_="x", text="other")) is Code.ID_CONFLICT
    assert (await at.ask(host, "chat.send", BOB, id_="x", text="hi")).seq == 3  # ids are a person's own


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("snapshot", [False, True])
async def test_sending_again_is_safe_across_a_restart(at: House, *, deleted: bool, snapshot: bool) -> None:
    host = await at.room()
    first = await at.ask(host, "chat.send", ANN, id_="x", text="hi")
    nothing = await at.ask(host, "room.open", HOST, id_="o")  # leads to no event
    if deleted:
        message = at.told[-1][2].data
        assert message is not None
        await at.ask(host, "chat.delete", HOST, message=message.dump()["message"])
        snapshot = True  # an erasure always wants one
    if snapshot:
        await at.directory.tend()
        await at.directory.save(host)
    await at.restart()
    assert await at.send("chat.send", ANN, id_="x", text="hi") == first
    assert code(await at.outcome("chat.send", ANN, id_="x", text="other")) is Code.ID_CONFLICT
    assert (await at.send("room.open", HOST, id_="o")).seq >= nothing.seq


@pytest.mark.parametrize("snapshot", ["none", "before the deletion"])
async def test_a_deleted_message_sent_again_after_a_crash_is_not_posted_again(at: House, snapshot: str) -> None:
    host = await at.room()
    first = await at.ask(host, "chat.send", ANN, id_="x", text=CANARY)
    if snapshot != "none":
        await at.directory.save(host)
    message = at.told[-1][2].data
    assert message is not None
    await at.ask(host, "chat.delete", ANN, message=message.dump()["message"])
    await at.restart()  # before the snapshot that the deletion calls for
    head = (await at.directory.open("r")).live.position
    assert await at.send("chat.send", ANN, id_="x", text=CANARY) == first
    # What it said is not known any more, so that another body is no conflict; nor is it posted.
    assert await at.send("chat.send", ANN, id_="x", text="other") == first
    assert (await at.directory.open("r")).live.position == head
    assert (await at.send("chat.send", BOB, id_="x", text="mine")).seq == head.seq + 1


async def test_an_erased_person_leaves_no_key_in_the_log_and_is_not_posted_again(at: House) -> None:
    host = await at.room()
    first = await at.ask(host, "chat.send", ANN, id_="x", text="hi")
    await at.ask(host, "person.erase", HOST, user="ann")
    key = fingerprint("ann", "x", b"")[:KEY_LENGTH]
    assert all(record.command is None for record in await at.log() if record.seq == first.seq)
    await at.directory.tend()  # which writes the snapshot: it remembers for the time of the dedupe window
    await at.restart()
    assert await at.send("chat.send", ANN, id_="x", text="hi") == first
    await at.projector.project()
    assert key not in at.raw("log")
    assert key in at.raw("rooms")

    await at.restart()  # nobody opens the room again
    at.time.pass_ms(DEDUPE_WINDOW_MS + 1)
    for _ in range(2):
        await at.directory.tend()
        at.time.pass_ms(1_000)
    assert key not in at.raw()
    assert await at.archive.outdated(at.time.clock().now()) == []


async def test_a_refusal_leaves_with_its_batch(at: House) -> None:
    """It may rest on what is not committed yet."""
    host = await at.room()
    at.broker.gate.clear()
    order: list[str] = []

    async def note(name: str, word: str, sender: Sender, **fields: str) -> None:
        await at.outcome(word, sender, **fields)
        order.append(name)

    tasks = [
        asyncio.create_task(note("close", "room.close", HOST)),
        asyncio.create_task(note("send", "chat.send", ANN, text="late")),
    ]
    await at.broker.arrived.wait()
    assert order == []
    assert host.live.room.status == "open"
    at.broker.gate.set()
    await asyncio.gather(*tasks)
    assert order == ["close", "send"]


async def test_a_full_mailbox_refuses(at: House) -> None:
    host = await at.room()
    at.broker.gate.clear()
    outcomes: list[Position | Refused] = []
    for n in range(MAILBOX_LIMIT + 5):
        command = REGISTRY.command("chat.send", {"id": f"f{n}", "room": "r", "text": "hi"})
        host.submit(command, ANN, outcomes.append)
    assert [code(outcome) for outcome in outcomes] == [Code.OVERLOADED] * 5
    assert host.statistics()["overloaded_total"] == 5
    at.broker.gate.set()
    await host.close()
    assert len(outcomes) == MAILBOX_LIMIT + 5


# When the log does not answer as it should


async def test_a_lost_answer_is_asked_for_again(at: House) -> None:
    host = await at.room()
    at.broker.after = [Unavailable("no answer")] * 2
    ack = await at.ask(host, "chat.send", text="once")
    assert ack.seq == 2
    assert len({batch.id for batch in at.broker.published[1:]}) == 1
    assert len(await at.log()) == 2
    assert [record.seq for _, _, record in at.told] == [1, 2]


async def test_while_the_log_is_away_senders_are_told_and_nothing_is_decided(at: House) -> None:
    await at.room()
    at.patience = HASTY
    await at.restart()
    host = await at.directory.open("r")
    before = host.live.room.seq
    at.broker.gate.clear()
    asked = [asyncio.create_task(at.outcome("chat.send", ANN, id_=f"w{n}", text=str(n))) for n in range(3)]
    outcomes = await asyncio.gather(*asked)
    behind = await at.outcome("chat.send", BOB, text="behind")
    assert [code(outcome) for outcome in (*outcomes, behind)] == [Code.UNAVAILABLE] * 4
    assert len({batch.id for batch in at.broker.published if batch.base.seq == before}) == 1
    assert host.live.room.seq == before

    at.broker.gate.set()
    # Sent again: each stands once, whether or not the first attempt did.
    for n in range(3):
        while not isinstance(await at.outcome("chat.send", ANN, id_=f"w{n}", text=str(n)), Position):
            pass  # on a slow machine an attempt may take longer than this host's patience
    assert len(await at.log()) == 4


@pytest.mark.parametrize(("error", "acked"), [(Unreachable, False), (Unavailable, True)])
async def test_where_nobody_listens_senders_wait_less(at: House, error: type[Unavailable], *, acked: bool) -> None:
    at.patience = Patience(publish=5, backoff=0.001, backoff_most=0.001, commands=60, refused=0)
    await at.room()
    await at.restart()
    host = await at.directory.open("r")
    at.broker.before = [error("-")]
    assert (code(await at.outcome("chat.send", ANN, id_="x", text="hi")) is Code.UNAVAILABLE) is not acked
    assert (await at.ask(host, "chat.send", ANN, id_="x", text="hi")).seq == 2
    assert len(await at.log()) == 2


async def test_what_takes_long_to_erase_is_erased_and_the_room_goes_on(
    at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.patience = Patience(publish=0.02, backoff=0.001, backoff_most=0.001, commands=60)
    await at.room()
    await at.restart()
    host = await at.directory.open("r")
    await asyncio.gather(*(at.ask(host, "chat.send", ANN, text=str(n)) for n in range(MANY)))
    publish = at.broker.inner.publish

    async def slowly(batch: Batch) -> Position:
        if any(record.erases for record in batch.records):
            await asyncio.sleep(0.1)
        return await publish(batch)

    monkeypatch.setattr(at.broker.inner, "publish", slowly)
    async with asyncio.timeout(30):
        erased = await at.ask(host, "person.erase", HOST, user=ANN.by.id)
        assert (await at.ask(host, "chat.send", text="on")).seq > erased.seq > MANY


async def test_a_full_disk_is_said_at_once_and_passes(at: House) -> None:
    host = await at.room()
    at.broker.before = [Full("no space"), Full("no space")]
    assert code(await at.outcome("chat.send", ANN, id_="x", text="hi")) is Code.UNAVAILABLE
    assert code(await at.outcome("chat.send", ANN, id_="x", text="hi")) is Code.UNAVAILABLE
    assert (await at.ask(host, "chat.send", ANN, id_="x", text="hi")).seq == 2
    assert host.live.room.seq == 2


async def test_a_batch_that_stands_is_acked_though_the_disk_is_full_when_it_is_asked_again(at: House) -> None:
    host = await at.room()
    at.broker.before = [None, Full("no space")]
    at.broker.after = [Unavailable("no answer")]
    assert (await at.ask(host, "chat.send", text="once")).seq == 2
    assert [record.seq for _, _, record in at.told] == [record.seq for record in await at.log()] == [1, 2]


async def test_a_full_disk_is_said_at_once_after_a_lost_attempt_too(at: House) -> None:
    host = await at.room()
    at.broker.before = [Unavailable("no answer"), Full("no space")]
    assert code(await at.outcome("chat.send", ANN, id_="x", text="hi")) is Code.UNAVAILABLE
    assert (at.broker.before, host.live.room.seq) == ([], 1)
    assert (await at.ask(host, "chat.send", ANN, id_="x", text="hi")).seq == 2


async def test_an_unexpected_error_is_internal_and_passes(at: House) -> None:
    host = await at.room()
    at.broker.before = [ValueError()]  # type: ignore[list-item]
    assert code(await at.outcome("chat.send", text="hi")) is Code.INTERNAL
    assert (await at.ask(host, "chat.send", text="hi")).seq == 2


async def test_when_somebody_else_appended_it_reads_on_and_decides_anew(at: House) -> None:
    """As when the command line makes something while the server runs."""
    host = await at.room()
    other = await House(at.folder).open()
    try:
        from_other = await other.send("chat.send", BOB, id_="o", text="from elsewhere")
        again = await at.ask(host, "chat.send", ANN, text="mine")
        assert again.seq == from_other.seq + 1
        assert [record.seq for _, _, record in at.told] == [1, 2, 3]
        # Its answers are known here now.
        assert await at.ask(host, "chat.send", BOB, id_="o", text="from elsewhere") == from_other
    finally:
        await other.crash()


async def test_one_who_only_looks_takes_the_room_from_nobody(at: House) -> None:
    host = await at.room()
    other = await House(at.folder).open()
    assert (await other.directory.open("r")).live.room.title == "Test"
    with pytest.raises(Refused):
        await other.room()
    await other.directory.drain()
    await other.crash()
    before = len(at.broker.published)
    await at.ask(host, "chat.send", ANN, text="undisturbed")
    assert len(at.broker.published) == before + 1


async def test_stale_without_another_owner(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", ANN, id_="a", text="a")
    # Appended behind the host's back, under its own term: as after a failed hand-over.
    foreign = at.broker.published[-1]
    ours = (await at.log())[-1]
    stolen = ours.__class__(3, ours.at, ours.type, 1, ours.audience, BOB.by, ours.data, (2, 2), b"k" * 32)
    await at.broker.inner.publish(batch("r", host.live.position, [stolen], id="foreign", term=foreign.term))
    ack = await at.ask(host, "chat.send", ANN, id_="b", text="b")
    assert ack.seq == 4
    assert [record.seq for _, _, record in at.told] == [1, 2, 3, 4]
    assert not host.closed


@pytest.mark.parametrize("left", [0, 1])
async def test_a_host_to_which_the_log_does_not_reach_back_is_made_anew(at: House, left: int) -> None:
    """As after a process was stopped for days, while another had the room."""
    host = await at.room()
    other = await House(at.folder).open()
    try:
        for n in range(3):
            await other.send("chat.send", BOB, text=str(n))
        await other.projector.project()
        await other.directory.drain()
        await other.broker.trim("r", 4 - left)
    finally:
        await other.crash()
    assert code(await at.outcome("chat.send", ANN, text="mine")) is Code.UNAVAILABLE
    assert host.closed
    assert (await at.send("chat.send", ANN, text="mine")).seq == 5
    assert [record.seq for _, _, record in at.told] == [1, 5]


async def test_a_higher_term_refuses_what_waits_then_is_claimed_again(at: House) -> None:
    host = await at.room()
    at.broker.before = [Stale(host.live.position)]
    assert code(await at.outcome("chat.send", text="hi")) is Code.UNAVAILABLE
    assert (await at.send("chat.send", text="hi")).seq == 2
    assert not host.closed
    assert at.broker.published[-1].term > at.broker.published[0].term


async def test_a_log_that_another_took_on_in_a_new_epoch_ends_the_host(at: House) -> None:
    host = await at.room()
    await at.broker.renew("r", 7)
    at.broker.before = [Stale(host.live.position)]
    assert code(await at.outcome("chat.send", text="hi")) is Code.UNAVAILABLE
    assert host.closed
    assert (await at.send("chat.send", text="hi")).seq == 8


async def test_a_lost_log_goes_on_in_a_new_epoch_without_losing_what_was_acked(at: House) -> None:
    host = await at.room()
    old = host.live.epoch
    acks = [await at.ask(host, "chat.send", ANN, id_=f"k{n}", text=str(n)) for n in range(5)]
    await lose_log(at, "r")
    assert code(await at.outcome("chat.send", ANN, id_="k5", text="5")) is Code.UNAVAILABLE
    again = await at.send("chat.send", ANN, id_="k4", text="4")
    assert again == Position(host.live.epoch, acks[4].seq)
    assert at.epochs == [("r", host.live.epoch)]
    assert host.live.epoch != old
    assert (await at.send("chat.send", ANN, id_="k5", text="5")).seq == acks[4].seq + 1

    await at.directory.tend()
    await at.projector.project()
    page = await at.history.page(host.live, Audience.EVERYONE)
    assert [record.seq for record in page.records] == list(range(1, 8))
    await at.restart()
    restored = await at.directory.open("r")
    assert restored.live.room.dump() == host.live.room.dump()
    assert restored.live.epoch == host.live.epoch


@pytest.mark.parametrize("projected", [False, True])
async def test_a_lost_log_brings_back_nothing_that_was_erased(at: House, *, projected: bool) -> None:
    host = await at.room()
    poll = await opened_poll(at, host)
    await at.ask(host, "chat.send", ANN, text=CANARY)
    if projected:
        await at.projector.project()
    await at.ask(host, "person.erase", HOST, user="ann")
    voted = await at.ask(host, "poll.vote", BOB, poll=poll, choices=[1])
    await lose_log(at, "r")
    assert code(await at.outcome("chat.send", BOB, text="hi")) is Code.UNAVAILABLE
    assert (await at.send("chat.send", BOB, text="hi")).seq == voted.seq + 1
    await at.projector.project()
    assert CANARY.encode() not in at.raw("rooms")
    # What follows from the rescued records is there too.
    async with at.database.reading() as connection:
        assert [row.seq for row in await connection.execute(select(ballots))] == [voted.seq]


async def lose_log(at: House, room: str) -> None:
    """The log's file is another one: nothing of the room is in it."""
    inner = at.broker.inner
    await inner._do(lambda file: file.connection.execute("DELETE FROM logs WHERE room = ?", (room,)))  # type: ignore[attr-defined]
    await inner._do(lambda file: file.connection.execute("DELETE FROM batches WHERE room = ?", (room,)))  # type: ignore[attr-defined]


async def test_a_closed_host_refuses_after_answering_what_waits(at: House) -> None:
    host = await at.room()
    waiting = [asyncio.create_task(at.ask(host, "chat.send", text=str(n))) for n in range(3)]
    await asyncio.sleep(0)
    await host.close()
    assert [(await task).seq for task in waiting] == [2, 3, 4]
    with pytest.raises(Refused) as refused:
        await at.ask(host, "chat.send", text="late")
    assert refused.value.code is Code.UNAVAILABLE


async def test_close_is_a_barrier_for_votes(at: House) -> None:
    host = await at.room()
    poll = await opened_poll(at, host)
    voters = [Sender(By(f"v{n}", "V", Role.ATTENDEE, guest=True)) for n in range(40)]

    async def vote(n: int) -> Position | Refused:
        return await at.outcome("poll.vote", voters[n], poll=poll, choices=[n % 2])

    early = [asyncio.create_task(vote(n)) for n in range(20)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(at.outcome("poll.close", HOST, poll=poll))
    await asyncio.sleep(0)
    late = [asyncio.create_task(vote(n)) for n in range(20, 40)]
    outcomes = await asyncio.gather(*early, *late)
    closed = await closing
    assert isinstance(closed, Position)
    counted = [outcome for outcome in outcomes if isinstance(outcome, Position)]
    assert counted
    assert all(outcome.seq < closed.seq for outcome in counted)
    told = [record.data.dump() for _, _, record in at.told if record.type == "poll.closed" and record.data]
    assert told[-1]["result"]["voters"] == len(counted)


async def opened_poll(at: House, host: Host) -> str:
    await at.ask(host, "poll.create", HOST, question="Which?", kind="single", options=["red", "blue"])
    created = at.told[-1][2].data
    assert created is not None
    poll: str = created.dump()["poll"]
    await at.ask(host, "poll.open", HOST, poll=poll)
    return poll


async def test_those_who_were_away_recover_from_the_replica(at: House) -> None:
    host = await at.room()
    first = await at.ask(host, "chat.send", text="1")
    for n in range(5):
        await at.ask(host, "chat.send", text=str(n))
    await at.restart()
    live = (await at.directory.open("r")).live
    answer = live.join(first, Audience.EVERYONE, at.time.clock().now())
    assert isinstance(answer, Recovered)
    assert [record.seq for record in answer.records] == [3, 4, 5, 6, 7]


async def test_what_is_kept_in_memory_is_bounded_by_its_bytes(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.hosting.kept.KEPT_BYTES", 100_000)
    monkeypatch.setattr("server.hosting.replica.RECENT_BYTES", 50_000)
    monkeypatch.setattr("server.hosting.restore.RECENT_BYTES", 50_000)
    host = await at.room(text_length=4_000)
    first = await at.ask(host, "chat.send", text="x" * 4_000)
    for _ in range(40):
        last = await at.ask(host, "chat.send", text="x" * 4_000)
    counts = host.statistics()
    assert 90_000 < counts["kept_bytes"] <= 100_000
    assert counts["kept"] + counts["unkept_total"] == host.live.room.seq
    assert 8 <= counts["recent"] <= 50_000 / 4_000

    for host_ in (host, await restarted(at)):
        now = at.time.clock().now()
        assert host_.live.join(first, Audience.EVERYONE, now) == NotRecovered(Reason.TRIMMED)
        answer = host_.live.join(Position(last.epoch, last.seq - 5), Audience.EVERYONE, now)
        assert isinstance(answer, Recovered)
        assert [record.seq for record in answer.records] == list(range(last.seq - 4, last.seq + 1))
        page = await at.history.page(host_.live, Audience.EVERYONE)
        assert [record.seq for record in page.records] == list(range(1, last.seq + 1))

    await at.projector.project()
    host = await at.directory.open("r")
    await at.ask(host, "chat.send", text="x")
    assert host.statistics()["kept"] == 1


async def restarted(at: House) -> Host:
    await at.restart()
    return await at.directory.open("r")


async def test_a_person_is_erased_for_others_too_once_it_stands(at: House) -> None:
    host = await at.room()
    erased: list[tuple[str, str]] = []
    host._around = replace(host._around, on_erased=lambda room, user: erased.append((room, user)))
    await at.ask(host, "chat.send", ANN, text="hello")
    refused = await at.outcome("person.erase", ANN, user="bob")
    assert (code(refused), erased) == (Code.FORBIDDEN, [])
    for user in ("ann", "never-there"):
        await at.ask(host, "person.erase", HOST, user=user)
    assert erased == [("r", "ann"), ("r", "never-there")]


async def test_a_room_is_held_to_what_the_server_allows(at: House) -> None:
    around = replace(at.directory._around, max_room_rate=10)
    at.directory._around = around
    host = await at.room()
    assert host.live.room.settings.room_rate == 100_000
    outcomes = [await at.outcome("chat.send", ANN, text=str(n)) for n in range(20)]
    assert Code.RATE_LIMITED in {code(outcome) for outcome in outcomes}
