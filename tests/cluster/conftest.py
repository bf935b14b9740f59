"""A Redis Cluster for all tests here, emptied for each."""

from collections.abc import Iterator

import pytest

from tests.server.redises import SERVER, Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    with Cluster(tmp_path_factory.mktemp("cluster"), masters=3, replicas=1) as cluster:
        yield cluster
