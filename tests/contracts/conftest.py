"""The adapters that the contracts run on; a Redis Cluster has its own in tests/cluster."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from loadtests.engines import SERVER, RedisServer, flushed, free_ports
from server.blob_store import blobs_of
from server.blobs.port import Blobs
from server.broker.embedded import EmbeddedBroker
from server.broker.port import Broker
from server.broker.redis import RedisBroker, client_of
from tests.contracts.buckets import bucket_url
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


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """An S3-compatible server; its address."""
    # Slow to import, and most contracts need none.
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return blobs_of(None, tmp_path)
    return blobs_of(bucket_url(request.getfixturevalue("s3"), f"b{time.time_ns()}"), tmp_path)
