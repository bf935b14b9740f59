"""Logs between a real Redis and a file: also those whose beginning was forgotten, and those with a hole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from loadtests.engines import Cluster, flushed
from protocols.messages import Position, Record
from server.broker.copying import any_room, log_from_file, log_into_file
from server.broker.log_file import LogFile
from server.broker.port import Batch
from server.broker.redis import RedisBroker, client_of
from tests.server.records import CATALOGUE, said


@pytest.fixture
async def broker(cluster: Cluster) -> AsyncIterator[RedisBroker]:
    await flushed(cluster.servers)
    opened = RedisBroker(client_of(cluster.url), CATALOGUE)
    yield opened
    await opened.close()


async def append(broker: RedisBroker, room: str, base: Position, *seqs: int, due: int | None = None) -> Position:
    term = await broker.claim(room)
    return await broker.publish(Batch(room, f"b{base.seq}", term, base, [said(seq) for seq in seqs], due))


async def logged(broker: RedisBroker, room: str) -> list[Record]:
    return [each async for records in broker.read(room, 0) for each in records]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_is_left_of_each_log_comes_back_at_its_place(
    broker: RedisBroker, cluster: Cluster, tmp_path: Path
) -> None:
    assert not await any_room(broker)
    whole = await append(broker, "whole", await broker.create("whole"), 1, 2, 3, due=99)
    trimmed = await append(broker, "trimmed", await broker.create("trimmed"), 1, 2, 3, 4)
    await broker.trim("trimmed", 2)
    gone = await append(broker, "gone", await broker.create("gone"), 1, 2)
    await broker.trim("gone", 2)
    torn = await append(broker, "torn", await broker.create("torn"), 1, 2)
    torn = await append(broker, "torn", await broker.renew("torn", 10), 11, 12)
    before = {room: await logged(broker, room) for room in ("whole", "trimmed", "gone", "torn")}
    assert [each.seq for each in before["torn"]] == [1, 2, 11, 12]
    assert await any_room(broker)

    path = tmp_path / "log.sqlite"
    await log_into_file(broker, path, CATALOGUE)
    assert names(tmp_path) == ["log.sqlite"]
    log = LogFile(path, CATALOGUE, busy_ms=100, reading=True)
    with closing(log.connection):
        assert log.heads() == {"whole": whole, "trimmed": trimmed, "gone": gone, "torn": torn}
        assert {room: due.at for room, due in log.dues().items()} == {"whole": 99}
        assert {room: log.chunk(room, 0, 100) for room in before} == before

    await flushed(cluster.servers)
    told: list[tuple[int, int]] = []
    await log_from_file(path, broker, CATALOGUE, lambda done, every: told.append((done, every)))
    assert told[-1] == (4, 4)
    for room, head in {"whole": whole, "trimmed": trimmed, "gone": gone, "torn": torn}.items():
        found = await broker.head(room)
        assert found is not None
        assert (found.seq, found.epoch == head.epoch) == (head.seq, False)
        assert await logged(broker, room) == before[room]
