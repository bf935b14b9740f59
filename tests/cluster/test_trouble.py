"""What a Redis that refuses writing is called, though it reads as ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loadtests.engines import SERVER, RedisServer
from server.broker.port import Full
from server.broker.redis import PROBES, RedisBroker, client_of
from tests.server.records import CATALOGUE, batch, said


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[RedisBroker]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    server = RedisServer(tmp_path)
    await asyncio.to_thread(server.start)
    made = RedisBroker(client_of(server.url), CATALOGUE)
    try:
        yield made
    finally:
        await made.close()
        await asyncio.to_thread(server.stop)


async def test_it_has_no_space_as_long_as_it_refuses_writing(broker: RedisBroker) -> None:
    place = await broker.create("r")
    assert await broker.trouble() is None
    await broker.lanes.call("", "CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(Full):
        await broker.publish(batch("r", place, [said(1)]))
    # What is read meanwhile works, and says nothing about writing.
    assert await broker.head("r") == place
    assert await broker.trouble() == "no space for the log"
    await broker.lanes.call("", "CONFIG", "SET", "maxmemory", "0")
    assert await broker.trouble() is None


async def test_looking_writes_nothing(broker: RedisBroker) -> None:
    assert await broker.trouble() is None
    assert await broker.lanes.call("", "EXISTS", *PROBES) == 0
