"""What keeps a node from starting is said in one line."""

from pathlib import Path

import pytest

from loadtests.engines import Cluster, flushed, free_ports
from rooms.registry import REGISTRY
from server.broker.redis import client_of
from server.config import SettingsError
from server.neighbours import redis_log
from tests.cluster.houses import node


async def test_a_redis_that_does_not_answer_is_named_without_its_password() -> None:
    port = free_ports(1)[0]
    for scheme in ("redis", "redis+cluster"):
        with pytest.raises(SettingsError) as wrong:
            await redis_log(f"{scheme}://user:sesame@127.0.0.1:{port}", REGISTRY.events)
        text = str(wrong.value)
        assert text.startswith(f"SHOWFLOOR_REDIS_URL: no use of the Redis at 127.0.0.1:{port}: ")
        assert "sesame" not in text
        assert "\n" not in text


async def test_two_nodes_have_two_names(cluster: Cluster, tmp_path: Path) -> None:
    await flushed(cluster.servers)
    async with node(cluster.url, tmp_path, "n1"):
        with pytest.raises(SettingsError, match="another server on this Redis is n1"):
            async with node(cluster.url, tmp_path, "n1"):
                pass


async def test_a_node_that_has_left_is_not_there_any_more(cluster: Cluster, tmp_path: Path) -> None:
    await flushed(cluster.servers)
    async with node(cluster.url, tmp_path, "n1"):
        pass
    client = client_of(cluster.url)
    assert await client.zcard("sf:nodes") == 0
    await client.aclose()
