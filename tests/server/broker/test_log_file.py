from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.messages import Position
from server.broker.log_file import CHUNK_BYTES, LogFile, new_epoch
from tests.server.records import CATALOGUE, batch, said


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LogFile]:
    opened = LogFile(tmp_path / "log.sqlite", CATALOGUE, busy_ms=10)
    yield opened
    opened.connection.close()


def pragma(file: LogFile, name: str) -> object:
    return file.connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_it_is_opened_so_that_an_ack_is_durable_and_an_erasure_thorough(file: LogFile) -> None:
    assert pragma(file, "journal_mode") == "wal"
    assert pragma(file, "synchronous") == 2  # FULL
    assert pragma(file, "secure_delete") == 1


def test_an_epoch_is_short_and_never_the_one_before() -> None:
    assert len(new_epoch()) == 4
    assert all(new_epoch("abcd") != "abcd" for _ in range(100))


def test_a_batch_is_one_row(file: LogFile) -> None:
    base = file.create("r")
    file.append(batch("r", base, [said(seq) for seq in range(1, 51)]))
    assert file.connection.execute("SELECT room, base, n FROM batches").fetchall() == [("r", 0, 50)]


def test_a_chunk_ends_with_the_batch_in_which_it_is_enough(file: LogFile) -> None:
    head = file.create("r")
    for start in range(1, 101, 10):
        head, _ = file.append(batch("r", head, [said(seq) for seq in range(start, start + 10)]))
    assert head == Position(head.epoch, 100)
    assert [record.seq for record in file.chunk("r", 15, 12)] == list(range(16, 31))
    assert file.chunk("r", 100, 12) == []


def test_a_chunk_is_bounded_by_its_weight_too(file: LogFile) -> None:
    head = file.create("r")
    for seq in range(1, 7):
        one = batch("r", head, [said(seq, text="x" * (CHUNK_BYTES // 2))])
        head, _ = file.append(one)
    assert [record.seq for record in file.chunk("r", 0, 100)] == [1, 2]
    assert [record.seq for record in file.chunk("r", 2, 100)] == [3, 4]
    assert [record.seq for record in file.chunk("r", 5, 100)] == [6]


def test_a_probe_leaves_one_row(file: LogFile) -> None:
    file.probe()
    file.probe()
    assert file.connection.execute("SELECT count(*) FROM probe").fetchone() == (1,)
