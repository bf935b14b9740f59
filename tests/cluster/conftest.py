"""A Redis Cluster for all tests here, emptied for each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from loadtests.engines import SERVER, Cluster, flushed
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
