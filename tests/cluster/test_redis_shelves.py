"""The lists of rooms in a Redis Cluster name a room without need at times, and never leave one out that has need."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from loadtests.engines import Cluster, flushed
from server.broker import redis_shelves
from server.broker.port import Due
from server.broker.redis import RedisBroker, client_of
from server.broker.redis_shelves import SHELVES, shelf_of
from tests.server.records import CATALOGUE, Gone, batch, recorded, said

HOUR = 3_600_000


@pytest.fixture
async def broker(cluster: Cluster) -> AsyncIterator[RedisBroker]:
    await flushed(cluster.servers)
    made = RedisBroker(client_of(cluster.url), CATALOGUE)
    yield made
    await made.close()


def now() -> int:
    return int(time.time() * 1000)


async def written(broker: RedisBroker, room: str, due: int | None, *, at: int = 1_001) -> None:
    base = await broker.create(room)
    seq = base.seq + 1
    await broker.publish(batch(room, base, [said(seq, at=at)], id=f"b{seq}", due=due))


async def marked(broker: RedisBroker, room: str, what: str) -> float | None:
    score = await broker.lanes.call(shelf_of(room, what), "ZSCORE", shelf_of(room, what), room)
    return None if score is None else float(score)


async def test_what_is_due_is_told_to_one_and_later_to_another(broker: RedisBroker) -> None:
    soon, late = now() + 2_000, now() + HOUR
    for room, due in (("past", 5_000), ("soon", soon), ("late", late), ("never", None)):
        await written(broker, room, due)
    assert await broker.dues() == {"past": Due(5_000, 1_001), "soon": Due(soon, 1_001)}
    assert await broker.dues() == {}  # somebody has been told
    assert await marked(broker, "late", "dues") == late
    # Whoever was told has died: it comes again.
    await broker.lanes.call(shelf_of("past", "dues"), "ZADD", shelf_of("past", "dues"), now(), "past")
    assert list(await broker.dues()) == ["past"]


async def test_a_room_that_is_ahead_of_the_clock_is_due_as_much_earlier(broker: RedisBroker) -> None:
    ahead = now() + 24 * HOUR
    await written(broker, "ahead", ahead + 2_000, at=ahead)
    assert await broker.dues() == {"ahead": Due(ahead + 2_000, ahead)}


async def test_a_mark_that_is_wrong_is_set_right(broker: RedisBroker) -> None:
    late = now() + HOUR
    await written(broker, "done", 5_000)
    await written(broker, "put off", 5_000)
    await written(broker, "done", None)
    await written(broker, "put off", late)
    assert await marked(broker, "done", "dues") is not None
    assert await broker.dues() == {}
    assert await marked(broker, "done", "dues") is None
    assert await marked(broker, "put off", "dues") == late


async def test_a_mark_is_set_before_the_append_and_once(broker: RedisBroker) -> None:
    await written(broker, "r", now() + HOUR)
    mark = await marked(broker, "r", "dues")
    await broker.lanes.call(shelf_of("r", "dues"), "DEL", shelf_of("r", "dues"))
    base = await broker.create("r")
    await broker.publish(batch("r", base, [said(2)], id="b", due=int(mark or 0)))
    assert await marked(broker, "r", "dues") is None  # nothing had changed
    base = await broker.create("r")
    await broker.publish(batch("r", base, [said(3)], id="c", due=7_000))
    assert await marked(broker, "r", "dues") == 7_000


async def test_a_walk_finds_what_is_on_no_list(broker: RedisBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a crash between two marks, a list whose master was lost, or a program that knew no lists."""
    monkeypatch.setattr(redis_shelves, "WALK_EVERY", 1)
    await written(broker, "r", 5_000)
    base = await broker.create("r")
    await broker.publish(batch("r", base, [recorded(2, Gone(), erases=(1,))], id="b", due=5_000))
    base = await broker.create("keyed")
    base = await broker.publish(batch("keyed", base, [said(1, command=b"k" * 32)]))
    await broker.publish(batch("keyed", base, [recorded(2, Gone(), erases=(1,))]))
    for what in ("written", "dues", "keyed"):
        for number in range(SHELVES):
            await broker.lanes.call(f"sf:{what}:{number}", "DEL", f"sf:{what}:{number}")
    assert await broker.dues() == {}
    since = (await broker.news(None)).since
    named: set[str] = set()
    for _ in range(SHELVES):
        named |= set((await broker.news(since)).heads)
    assert named == {"r", "keyed"}
    assert await broker.dues() == {"r": Due(5_000, 1_002)}
    assert await broker.keyed(2_000) == {"keyed": [1]}


async def test_the_new_epoch_of_a_lost_log_knows_when_to_wake(cluster: Cluster, broker: RedisBroker) -> None:
    due = now() + 2_000
    await written(broker, "r", due)
    await flushed(cluster.servers)
    await broker.renew("r", 1)
    assert await broker.dues() == {"r": Due(due, 1_001)}
