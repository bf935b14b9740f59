"""The adapters that the contracts run on; a Redis Cluster has its own in tests/cluster."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from loadtests.engines import SERVER, RedisServer, flushed, free_ports
from server.broker.embedded import EmbeddedBroker
from server.broker.port import Broker
from server.broker.redis import RedisBroker, client_of
from tests.contracts.test_broker import Reopen
from tests.server.records import CATALOGUE


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    server = RedisServer(tmp_path_factory.mktemp("redis"), free_ports(1)[0])
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["embedded", "redis"])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Reopen]:
    """Opens the broker; calling it again is a restart."""
    opened: list[Broker] = []
    server: RedisServer | None = None
    if request.param == "redis":
        server = request.getfixturevalue("redis_server")
        await flushed([server])

    async def again() -> Broker:
        if opened:
            await opened.pop().close()
        if server is None:
            opened.append(EmbeddedBroker(tmp_path / "log.sqlite", CATALOGUE))
        else:
            opened.append(RedisBroker(client_of(server.url), CATALOGUE))
        return opened[0]

    yield again
    await opened.pop().close()
