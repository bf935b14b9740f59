"""A Redis Cluster for all tests here, emptied for each; and one Redis for those of a module."""

from collections.abc import AsyncIterator, Iterator

import pytest

from loadtests.engines import SERVER, Cluster, RedisServer, flushed, free_ports
from server.broker.port import Broker
from server.broker.redis import RedisBroker, client_of
from tests.contracts.test_broker import Reopen
from tests.server.records import CATALOGUE


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    with Cluster(tmp_path_factory.mktemp("cluster"), masters=3, replicas=1) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    with RedisServer(tmp_path_factory.mktemp("redis"), free_ports(1)[0]) as server:
        yield server


@pytest.fixture
async def reopen(cluster: Cluster) -> AsyncIterator[Reopen]:
    opened: list[Broker] = []
    await flushed(cluster.servers)

    async def again() -> Broker:
        if opened:
            await opened.pop().close()
        opened.append(RedisBroker(client_of(cluster.url), CATALOGUE))
        return opened[0]

    yield again
    await opened.pop().close()
