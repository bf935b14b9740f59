"""A subscription through somebody who drops it without a word is noticed, and made anew."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from loadtests.engines import RedisServer, free_ports
from server.broker import redis, shards
from tests.cluster.houses import until
from tests.server.records import CATALOGUE


class Between:
    """Passes bytes to and from a Redis; the connections that are ``deaf`` get nothing more, and are not told."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.connections = 0
        self.deaf = 0  # the first so many

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        mine = self.connections
        there = await asyncio.open_connection("127.0.0.1", self._port)

        async def passing(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65_536):
                    if mine > self.deaf:
                        target.write(data)

        await asyncio.wait(
            [asyncio.create_task(passing(reader, there[1])), asyncio.create_task(passing(there[0], writer))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        there[1].close()
        writer.close()


async def test_a_connection_that_is_dropped_without_a_word_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SILENCE_S", 0.2)
    monkeypatch.setattr(redis, "ANSWER_S", 0.3)
    with RedisServer(tmp_path, free_ports(1)[0]) as server:
        between = Between(server.port)
        async with await asyncio.start_server(between, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            broker = redis.RedisBroker(redis.client_of(f"redis://127.0.0.1:{port}"), CATALOGUE)
            heard: list[bytes] = []
            broker.shards.follow("c", heard.append, lambda: None)
            await until(lambda: broker.shards.resubscribed == 1)
            # Silence alone is no reason: it is asked, and answers.
            await asyncio.sleep(1.0)
            assert broker.shards.resubscribed == 1
            between.deaf = between.connections
            await until(lambda: broker.shards.resubscribed == 2)
            await broker.lanes.run(redis.SAY, ["c"], [b"again"])
            await until(lambda: heard == [b"again"])
            await broker.close()
