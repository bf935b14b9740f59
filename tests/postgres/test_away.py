"""PostgreSQL goes away while a room is at work: the room goes on, and the database catches up by itself.

``AWAY_S`` sets for how long; the promise is about 60.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from loadtests.engines import Postgres
from protocols.messages import Record
from rooms.registry import REGISTRY
from server.store import postgres as store
from server.store.database import DatabaseErrors
from server.store.rows import record_of
from server.store.tables import records
from tests.server.house import ANN, House, house

AWAY_S = float(os.environ.get("AWAY_S", "1.5"))
CAUGHT_UP_S = 30.0
BETWEEN_S = 0.02

log = structlog.get_logger(__name__)


@pytest.fixture
async def at(own_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(store, "CONNECT_S", 1.0)
    monkeypatch.setattr(store, "ANSWER_S", 1.0)
    async with house(tmp_path) as made:
        yield made


async def stored(at: House) -> list[Record]:
    async with at.database.reading() as connection:
        return [record_of(row, REGISTRY.events) for row in await connection.execute(_ALL)]


_ALL = select(records).where(records.c.room == "r").order_by(records.c.seq)


class Talk:
    """Somebody talks all the time; how long each message took."""

    def __init__(self, at: House) -> None:
        self.took: list[float] = []
        self.over = False
        self._at = at

    async def run(self) -> None:
        host = await self._at.directory.open("r")
        while not self.over:
            began = time.monotonic()
            await self._at.ask(host, "chat.send", ANN, text=str(len(self.took)))
            self.took.append(time.monotonic() - began)
            await asyncio.sleep(BETWEEN_S)

    def p99(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.99)]


async def until_caught_up(at: House) -> float:
    began = time.monotonic()
    head = (await at.log())[-1].seq
    async with asyncio.timeout(CAUGHT_UP_S):
        while at.projector.projected("r") < head:  # noqa: ASYNC110 - it has no bell for this
            await asyncio.sleep(0.01)
    return time.monotonic() - began


def family(own: Postgres) -> list[int]:
    assert own.process is not None
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(own.process.pid)], check=True, capture_output=True, text=True
    )
    return [own.process.pid, *map(int, listed.stdout.split())]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGSTOP])
async def test_the_room_goes_on_and_the_database_catches_up(own: Postgres, at: House, how: signal.Signals) -> None:
    await at.room()
    running = asyncio.create_task(at.projector.run())
    talk = Talk(at)
    talking = asyncio.create_task(talk.run())
    await asyncio.sleep(0)
    while at.projector.projected("r") < 10:  # noqa: ASYNC110 - it has no bell for this
        await asyncio.sleep(0.01)

    frozen = family(own) if how == signal.SIGSTOP else []
    for pid in frozen:
        os.kill(pid, how)
    if not frozen:
        await asyncio.to_thread(own.end, how)
    try:
        before = len(talk.took)
        await asyncio.sleep(AWAY_S)
        assert await at.database.trouble() == "the database is away"
        while at.projector.trouble() is None:  # noqa: ASYNC110 - it has no bell for this
            await asyncio.sleep(0.01)
        counts = at.projector.statistics()
        assert counts["lag_records"] >= len(talk.took) - before - 1 > 0
        assert counts["lag_seconds"] >= AWAY_S * 0.8
        assert not talking.done(), "the room went on"
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        if not frozen:
            await asyncio.to_thread(own.start)
    took = await until_caught_up(at)

    talk.over = True
    await talking
    await until_caught_up(at)
    assert await stored(at) == await at.log()
    while at.projector.trouble() is not None:  # noqa: ASYNC110 - it has no bell for this
        await asyncio.sleep(0.01)
    assert await at.database.trouble() is None
    running.cancel()
    log.info(
        how.name,
        away_s=AWAY_S,
        lag=counts["lag_records"],
        caught_up_s=round(took, 1),
        p99_ms=round(talk.p99() * 1000),
        most_ms=round(max(talk.took) * 1000),
    )


async def test_connections_that_have_ended_are_made_anew_without_an_error(own: Postgres, at: House) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(stored(at))
    await asyncio.to_thread(own.end, signal.SIGINT)
    await asyncio.to_thread(own.start)
    for _ in range(8):
        assert await stored(at) == []


async def test_nothing_waits_for_ever_for_a_database_that_hangs(
    own: Postgres, at: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TURN_S", 1.0)
    frozen = family(own)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)

    async def write() -> None:
        async with at.database.writing(durable=True) as connection:
            await connection.exec_driver_sql("SELECT 1")

    try:
        began = time.monotonic()
        every = await asyncio.gather(
            *(write() for _ in range(10)), *(stored(at) for _ in range(10)), return_exceptions=True
        )
        took = time.monotonic() - began
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert all(isinstance(each, DatabaseErrors) for each in every)
    assert took < 60
    await write()
