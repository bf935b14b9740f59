"""The broker's contract on a Redis Cluster."""

from collections.abc import AsyncIterator

import pytest

from server.broker.port import Broker
from server.broker.redis import RedisBroker, client_of
from tests.contracts.test_broker import *  # noqa: F403 - the tests are the contract's
from tests.contracts.test_broker import Reopen
from tests.server.records import CATALOGUE
from tests.server.redises import Cluster, flushed


@pytest.fixture(name="reopen")
async def on_a_cluster(cluster: Cluster) -> AsyncIterator[Reopen]:
    opened: list[Broker] = []
    await flushed(cluster.servers)

    async def again() -> Broker:
        if opened:
            await opened.pop().close()
        opened.append(RedisBroker(client_of(cluster.url), CATALOGUE))
        return opened[0]

    yield again
    await opened.pop().close()
