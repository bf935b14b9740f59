"""What every broker must do, whatever it stands on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from protocols.limits import KEY_LENGTH
from protocols.messages import Audience, By, Position, Record, Role
from server.broker.port import Batch, Broker, Due, Lost, Stale
from tests.server.records import ANN, Counted, Gone, batch, recorded, said

Reopen = Callable[[], Awaitable[Broker]]


@pytest.fixture
async def broker(reopen: Reopen) -> Broker:
    return await reopen()


async def everything(broker: Broker, room: str, after: int = 0) -> list[Record]:
    return [record async for chunk in broker.read(room, after) for record in chunk]


async def filled(broker: Broker, room: str, count: int, *, per_batch: int = 3) -> Position:
    head = await broker.create(room)
    while head.seq < count:
        last = min(head.seq + per_batch, count)
        head = await broker.publish(batch(room, head, [said(seq) for seq in range(head.seq + 1, last + 1)]))
    return head


async def test_a_new_log_is_empty_and_made_once(broker: Broker) -> None:
    assert await broker.head("r") is None
    first = await broker.create("r")
    assert first.seq == 0
    assert await broker.create("r") == first == await broker.head("r")
    assert await everything(broker, "r") == []
    assert (await broker.create("other")).epoch  # a room has a log of its own


async def test_records_come_back_as_they_were(reopen: Reopen) -> None:
    broker = await reopen()
    base = await broker.create("r")
    records = [
        said(1, "谢谢 🎈", command=b"\0" * 24),
        recorded(2, Counted(3), audience=Audience.NOBODY, by=None, after=(1, 1)),
        said(3, by=By("x:1", "X", Role.BOT, via="matrix"), audience=Audience.HOSTS, after=(1, 2)),
    ]
    head = await broker.publish(batch("r", base, records))
    assert head == Position(base.epoch, 3)
    assert await everything(await reopen(), "r") == records


async def test_append_needs_the_head(broker: Broker) -> None:
    head = await filled(broker, "r", 4)
    with pytest.raises(Stale) as stale:
        await broker.publish(batch("r", Position(head.epoch, 3), [said(4, "other")], id="mine"))
    assert stale.value.head == head
    with pytest.raises(Lost):
        await broker.publish(batch("r", Position(head.epoch, 5), [said(6)]))
    with pytest.raises(Lost):
        await broker.publish(batch("r", Position("nope", 4), [said(5)]))
    with pytest.raises(Lost):
        await broker.publish(batch("nowhere", Position("nope", 0), [said(1)]))
    assert len(await everything(broker, "r")) == 4


async def test_of_racing_writers_one_wins_each_place(broker: Broker) -> None:
    base = await broker.create("r")
    racing = [broker.publish(batch("r", base, [said(1, str(n))], id=str(n))) for n in range(20)]
    results = await asyncio.gather(*racing, return_exceptions=True)
    assert sum(isinstance(result, Position) for result in results) == 1
    assert sum(isinstance(result, Stale) for result in results) == 19


async def test_the_same_batch_again_is_answered_and_not_appended(reopen: Reopen) -> None:
    broker = await reopen()
    base = await broker.create("r")
    again = batch("r", base, [said(1), said(2)], id="b")
    heard: list[Batch] = []
    broker.subscribe("r", heard.append)
    head = await broker.publish(again)
    await broker.publish(batch("r", head, [said(3)]))
    assert await broker.publish(again) == head == await (await reopen()).publish(again)
    assert len(heard) == 2


async def test_a_higher_term_shuts_out_lower_ones(reopen: Reopen) -> None:
    broker = await reopen()
    base = await broker.create("r")
    first = await broker.claim("r")
    second = await (broker := await reopen()).claim("r")
    assert second > first
    with pytest.raises(Stale):
        await broker.publish(batch("r", base, [said(1)], term=first))
    assert (await broker.publish(batch("r", base, [said(1)], term=second))).seq == 1


async def test_announcements_come_after_the_append_in_order(broker: Broker) -> None:
    head = await broker.create("r")
    heard: list[int] = []
    stop = broker.subscribe("r", lambda batch: heard.extend(record.seq for record in batch.records))
    broker.subscribe("other", lambda batch: pytest.fail("another room's batch"))
    head = await broker.publish(batch("r", head, [said(1), said(2)]))
    assert heard == [1, 2]
    head = await broker.publish(batch("r", head, [said(3)]))
    with pytest.raises(Stale):
        await broker.publish(batch("r", Position(head.epoch, 1), [said(2)], id="late"))
    assert heard == [1, 2, 3]
    stop()
    await broker.publish(batch("r", head, [said(4)]))
    assert heard == [1, 2, 3]


@pytest.mark.parametrize("after", [0, 1, 2, 3, 9, 10, 11])
async def test_reading_starts_after_a_seq(broker: Broker, after: int) -> None:
    await filled(broker, "r", 10)
    assert [record.seq for record in await everything(broker, "r", after)] == list(range(after + 1, 11))


async def test_reading_gives_chunks(broker: Broker) -> None:
    await filled(broker, "r", 5000, per_batch=250)
    chunks = [chunk async for chunk in broker.read("r", 0)]
    assert len(chunks) > 1
    assert [record.seq for chunk in chunks for record in chunk] == list(range(1, 5001))


@pytest.mark.parametrize("erasing", [Gone(), Gone("p1")])
async def test_erasures_leave_stubs(reopen: Reopen, erasing: Gone) -> None:
    broker = await reopen()
    head = await filled(broker, "r", 5)
    head = await broker.publish(batch("r", head, [recorded(6, Counted(1)), said(7, "same batch")]))
    await broker.publish(batch("r", head, [said(8), recorded(9, erasing, erases=(2, 4, 6, 8))]))
    records = await everything(await reopen(), "r")
    assert [record.seq for record in records] == list(range(1, 10))
    for record in records:
        if record.seq in {2, 4, 6, 8}:
            assert record.by == (By("p1", "", Role.ATTENDEE, guest=True) if erasing.pseudonym else None)
            assert record.data == (Counted(1) if record.seq == 6 else None)
            assert record.command is None
            assert record.after == (record.seq - 1, record.seq - 1)
        else:
            assert record.by == ANN
            assert record.data is not None


@pytest.mark.parametrize("upto", [0, 2, 3, 4, 9, 10, 12])
async def test_trimming_keeps_the_head(broker: Broker, upto: int) -> None:
    head = await filled(broker, "r", 10)
    await broker.trim("r", upto)
    assert [record.seq for record in await everything(broker, "r")] == list(range(upto + 1, 11))
    assert await broker.head("r") == head
    assert (await broker.publish(batch("r", head, [said(11)]))).seq == 11


async def test_a_long_log_is_trimmed_in_steps(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("embedded", "redis"):
        monkeypatch.setattr(f"server.broker.{module}.DROPPED", 3)
    head = await filled(broker, "r", 40)
    other = await filled(broker, "other", 4)
    await broker.trim("r", 26)
    assert [record.seq for record in await everything(broker, "r")] == list(range(27, 41))
    await broker.trim("r", 26)
    await broker.trim("r", 40)
    assert await everything(broker, "r") == []
    assert await broker.head("r") == head
    assert await broker.answered("r", 0) == []
    assert (await broker.publish(batch("r", head, [said(41)]))).seq == 41
    assert [record.seq for record in await everything(broker, "r", 30)] == [41]
    assert [record.seq for record in await everything(broker, "other")] == [1, 2, 3, 4]
    assert await broker.head("other") == other


async def test_erasing_what_was_trimmed_is_no_error(broker: Broker) -> None:
    head = await filled(broker, "r", 10)
    await broker.trim("r", 5)
    head = await broker.publish(batch("r", head, [recorded(11, Gone(), erases=(1, 5, 6))]))
    assert [record.seq for record in await everything(broker, "r") if record.data is None] == [6]


async def test_a_renewed_log_goes_on_in_another_epoch(broker: Broker) -> None:
    old = await filled(broker, "r", 3)
    new = await broker.renew("r", 7)
    assert new.seq == 7
    assert new.epoch != old.epoch
    with pytest.raises(Lost):
        await broker.publish(batch("r", old, [said(4)]))
    assert await broker.publish(batch("r", new, [said(8)])) == Position(new.epoch, 8)
    assert [record.seq for record in await everything(broker, "r")] == [1, 2, 3, 8]
    with pytest.raises(Stale):
        await broker.renew("r", 5)
    assert (await broker.renew("gone", 4)).seq == 4


async def test_answered_commands_are_known_by_time(broker: Broker) -> None:
    head = await broker.create("r")
    for seq in range(1, 9):
        digest = bytes([seq]) * 24 if seq % 2 else None
        head = await broker.publish(batch("r", head, [said(seq, at=seq * 100, command=digest)]))
    found = await broker.answered("r", 300)
    assert [(answer.digest[0], answer.seq, answer.at) for answer in found] == [(3, 3, 300), (5, 5, 500), (7, 7, 700)]
    head = await broker.publish(batch("r", head, [recorded(9, Gone(), at=900, erases=(5,))]))
    await broker.publish(batch("r", head, [recorded(10, Gone("p"), at=900, erases=(1,))]))
    found = await broker.answered("r", 0)
    # Erased: its key alone. Erased under a pseudonym: nothing.
    assert [(answer.seq, len(answer.digest)) for answer in found] == [(3, 24), (5, KEY_LENGTH), (7, 24)]


async def test_keys_of_erased_commands_are_forgotten(reopen: Reopen) -> None:
    broker = await reopen()
    head = await broker.create("r")
    digests = {seq: bytes([seq]) * 2 * KEY_LENGTH for seq in range(1, 6)}
    head = await broker.publish(batch("r", head, [said(seq, at=seq, command=digests[seq]) for seq in range(1, 6)]))
    gone = [said(6, at=6, command=b"same batch" * 2), recorded(7, Gone(), at=7, erases=(1, 2, 4, 6))]
    head = await broker.publish(batch("r", head, gone))
    await broker.publish(batch("r", head, [recorded(8, Gone("p"), at=8, erases=(5,))]))
    broker = await reopen()
    keyed = await broker.keyed(4)
    assert {room: list(seqs) for room, seqs in keyed.items()} == {"r": [1, 2]}
    await broker.forget(keyed)
    assert [(answer.seq, len(answer.digest)) for answer in await broker.answered("r", 0)] == [
        (3, 2 * KEY_LENGTH),
        (4, KEY_LENGTH),
        (6, KEY_LENGTH),
    ]
    assert await broker.keyed(4) == {}
    await broker.trim("r", 6)
    await broker.forget(await broker.keyed(100))
    assert await broker.keyed(100) == {}


async def test_what_is_due_stands_with_the_batch(reopen: Reopen) -> None:
    broker = await reopen()
    heads: dict[str, Position] = {}
    for room, due in (("a", 5_000), ("b", None), ("c", 7_000)):
        heads[room] = await broker.publish(batch(room, await broker.create(room), [said(1)], due=due))
    broker = await reopen()
    assert list((await broker.dues()).items()) == [("a", Due(5_000, 1_001)), ("c", Due(7_000, 1_001))]
    assert await broker.heads_of(["a", "c", "nowhere"]) == {"a": heads["a"], "c": heads["c"]}
    await broker.publish(batch("a", heads["a"], [said(2)]))
    assert "a" not in await broker.dues()


async def test_news_names_who_was_written_and_nobody_else_for_ever(broker: Broker) -> None:
    quiet, busy = await filled(broker, "quiet", 3), await filled(broker, "busy", 3)
    begin = await broker.news(None)
    assert begin.heads == {}
    assert {room: head async for heads in broker.heads() for room, head in heads.items()} == {
        "quiet": quiet,
        "busy": busy,
    }
    busy = await broker.publish(batch("busy", busy, [said(4)]))
    news = await broker.news(begin.since)
    assert news.heads["busy"] == busy
    await broker.trim("busy", 4)
    new = await filled(broker, "new", 1)
    assert (await broker.news(news.since)).heads["new"] == new


async def test_more_rooms_than_any_queue_holds_are_named_in_chunks(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("embedded", "redis_lanes"):
        monkeypatch.setattr(f"server.broker.{module}.QUEUE_LIMIT", 80)
    monkeypatch.setattr("server.broker.embedded.CHUNK", 70)
    monkeypatch.setattr("server.broker.redis_shelves.AT_ONCE", 70)
    rooms = {f"r{number}" for number in range(150)}
    for room in rooms:
        await broker.create(room)
    chunks = [heads async for heads in broker.heads()]
    assert len(chunks) > 2
    assert {room for heads in chunks for room in heads} == rooms == set(await broker.heads_of(sorted(rooms)))


async def test_one_bad_batch_does_not_harm_its_neighbours(broker: Broker) -> None:
    bases: Sequence[Position] = [await broker.create(str(n)) for n in range(10)]
    batches = [batch(str(n), base, [said(1, text=object() if n == 4 else "fine")]) for n, base in enumerate(bases)]  # type: ignore[arg-type]
    results = await asyncio.gather(*map(broker.publish, batches), return_exceptions=True)
    assert [n for n, result in enumerate(results) if isinstance(result, Exception)] == [4]
    assert await everything(broker, "4") == []


async def test_statistics_are_numbers(broker: Broker) -> None:
    await filled(broker, "r", 3)
    assert broker.statistics()["records_total"] == 3
    assert all(isinstance(value, int | float) for value in broker.statistics().values())
