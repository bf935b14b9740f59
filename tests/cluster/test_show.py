"""The whole show on two gateways with a Redis and a PostgreSQL: host and a guest at one, all others at the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.engines import RedisServer
from loadtests.nodes import Nodes
from tests.e2e.backstage import named
from tests.e2e.show import play
from tests.e2e.stage import House, browsing


@pytest.mark.timeout(300)
async def test_a_whole_show_on_two_gateways(redis_server: RedisServer, tmp_path: Path) -> None:
    env = {"SHOWFLOOR_BLOB_URL": f"file://{tmp_path / 'photos'}"}
    async with Nodes(tmp_path / "nodes", 2, redis=redis_server, env=env) as nodes, browsing() as browser:
        one, two = nodes.gateways
        await play(House(one, browser), [named(one), named(two)])
