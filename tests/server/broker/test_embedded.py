import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from protocols.messages import Position
from server.broker.embedded import EmbeddedBroker
from server.broker.port import Full, Unavailable
from tests.server.records import CATALOGUE, Gone, batch, recorded, said

CANARY = "canary-7Yq2-planted"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
async def broker(path: Path) -> AsyncIterator[EmbeddedBroker]:
    broker = EmbeddedBroker(path, CATALOGUE, busy_ms=20)
    yield broker
    await broker.close()


def raw(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def filled_up(broker: EmbeddedBroker, room: str, head: Position) -> None:
    while True:
        head = await broker.publish(batch(room, head, [said(head.seq + 1, "x" * 3000)]))


def overwrite(path: Path, header: bytes) -> bytes:
    """Puts other bytes at the start of the file; what stood there."""
    old = path.read_bytes()[: len(header)]
    with path.open("r+b") as file:
        file.write(header)
    return old


async def gone(path: Path, what: str) -> None:
    async with asyncio.timeout(5):
        while what.encode() in raw(path):  # noqa: ASYNC110 - a file tells nobody when it changes
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("size", [1, 50, 400], ids=["inline", "pages", "overflow"])
async def test_what_is_erased_is_in_no_file(broker: EmbeddedBroker, path: Path, size: int) -> None:
    head = await broker.create("r")
    for start in range(1, 60, 3):
        texts = [f"{CANARY} " * size if seq % 7 == 0 else "other" * size for seq in range(start, start + 3)]
        head = await broker.publish(batch("r", head, [said(start + i, text) for i, text in enumerate(texts)]))
    assert CANARY.encode() in raw(path)

    seqs = tuple(range(7, 61, 7))
    await broker.publish(batch("r", head, [recorded(head.seq + 1, Gone(), erases=seqs)]))
    await gone(path, CANARY)
    records = [record async for chunk in broker.read("r", 0) for record in chunk]
    assert [record.seq for record in records if record.data is None] == list(seqs)


async def test_said_and_deleted_in_one_batch_is_never_written(broker: EmbeddedBroker, path: Path) -> None:
    base = await broker.create("r")
    await broker.publish(batch("r", base, [said(1, CANARY), recorded(2, Gone(), erases=(1,))]))
    assert CANARY.encode() not in raw(path)


async def test_what_is_trimmed_is_in_no_file(broker: EmbeddedBroker, path: Path) -> None:
    head = await broker.create("r")
    for seq in range(1, 5):
        head = await broker.publish(batch("r", head, [said(seq, CANARY)]))
    await broker.trim("r", 4)
    await gone(path, CANARY)


async def test_a_crash_between_erasing_and_cutting_is_made_good_at_the_next_start(path: Path) -> None:
    broker = EmbeddedBroker(path, CATALOGUE)
    reader = sqlite3.connect(path)
    try:
        base = await broker.create("r")
        head = await broker.publish(batch("r", base, [said(1, CANARY)]))
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM batches").fetchall()
        await broker.publish(batch("r", head, [recorded(2, Gone(), erases=(1,))]))
        assert CANARY.encode() in raw(path)  # the reader keeps the old pages alive
    finally:
        reader.close()
        await broker.close()
    await EmbeddedBroker(path, CATALOGUE).close()
    assert CANARY.encode() not in raw(path)


async def test_many_rooms_share_commits(broker: EmbeddedBroker) -> None:
    bases = [await broker.create(str(room)) for room in range(100)]
    before = broker.statistics()["commits_total"]
    await asyncio.gather(*(broker.publish(batch(str(room), base, [said(1)])) for room, base in enumerate(bases)))
    assert broker.statistics()["commits_total"] - before <= 10


async def test_a_full_disk_is_said_and_passes(path: Path) -> None:
    broker = EmbeddedBroker(path, CATALOGUE, max_pages=12)
    try:
        head = await broker.create("r")
        with pytest.raises(Full):
            await filled_up(broker, "r", head)
        head = Position(head.epoch, len([record async for chunk in broker.read("r", 0) for record in chunk]))
        assert head.seq > 1
        assert broker.statistics()["failing_s"] > 0
        # Reads go on, and nothing of the failed batch stands.
        assert await broker.head("r") == head

        await broker.trim("r", head.seq - 1)
        after = await broker.publish(batch("r", head, [said(head.seq + 1, "x" * 3000)]))
        assert after == Position(head.epoch, head.seq + 1)
        assert broker.statistics()["failing_s"] == 0
    finally:
        await broker.close()


async def test_that_it_works_again_is_seen_though_nobody_sends(
    broker: EmbeddedBroker, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.broker.embedded.PROBE_S", 0.01)
    base = await broker.create("r")
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await broker.publish(batch("r", base, [said(1)]))
        assert broker.statistics()["failing_s"] > 0
    finally:
        other.close()
    async with asyncio.timeout(5):
        while broker.statistics()["failing_s"]:  # noqa: ASYNC110 - it has no bell for this
            await asyncio.sleep(0.01)


async def test_a_locked_file_is_unavailable_until_it_is_free(broker: EmbeddedBroker, path: Path) -> None:
    base = await broker.create("r")
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        waiting = batch("r", base, [said(1)])
        with pytest.raises(Unavailable) as error:
            await broker.publish(waiting)
        assert not isinstance(error.value, Full)
        other.execute("ROLLBACK")
        assert (await broker.publish(waiting)).seq == 1
    finally:
        other.close()


async def test_a_file_that_breaks_is_opened_anew(broker: EmbeddedBroker, path: Path) -> None:
    head = await broker.create("r")
    await broker.publish(batch("r", head, [said(1)]))
    header = overwrite(path, b"\0" * 100)
    broker_reads = [broker.publish(batch("r", Position(head.epoch, 1), [said(2)], id="b")) for _ in range(3)]
    results = await asyncio.gather(*broker_reads, return_exceptions=True)
    overwrite(path, header)
    assert (await broker.publish(batch("r", Position(head.epoch, 1), [said(2)], id="b"))).seq == 2
    assert all(isinstance(result, Position | Unavailable) for result in results)


async def test_an_error_that_nobody_foresaw_leaves_the_writer_alive(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = await broker.create("r")
    with monkeypatch.context() as patched:
        patched.setattr("server.broker.embedded._transaction", lambda *_: 1 / 0)
        with pytest.raises(Unavailable):
            async with asyncio.timeout(5):
                await broker.publish(batch("r", base, [said(1)]))
        assert broker.statistics()["failing_s"] > 0
    assert (await broker.publish(batch("r", base, [said(1)]))).seq == 1


async def test_what_is_wrong_with_a_damaged_log_is_written_down(
    broker: EmbeddedBroker, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Mock()
    monkeypatch.setattr("server.broker.embedded.log", log)
    await broker.create("r")
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    overwrite(path, b"\0" * 4096)
    with pytest.raises(Unavailable):
        await broker.head("r")
    log.error.assert_called_once_with("log.unreadable", error="file is not a database")


async def test_one_failing_listener_keeps_nobody_from_the_news(broker: EmbeddedBroker) -> None:
    base = await broker.create("r")
    heard: list[int] = []

    def failing(_: object) -> None:
        raise ValueError

    broker.subscribe("r", failing)
    broker.subscribe("r", lambda batch: heard.append(len(batch.records)))
    await broker.publish(batch("r", base, [said(1)]))
    assert heard == [1]


async def test_closing_finishes_what_was_accepted(path: Path) -> None:
    broker = EmbeddedBroker(path, CATALOGUE)
    base = await broker.create("r")
    publishing = asyncio.ensure_future(broker.publish(batch("r", base, [said(1)])))
    await asyncio.sleep(0)
    await broker.close()
    assert (await publishing).seq == 1
    with pytest.raises(Unavailable):
        await broker.publish(batch("r", base, [said(1)]))
    with pytest.raises(Unavailable):
        await broker.head("r")
