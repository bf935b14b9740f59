"""The servers of the rigs keep what they were told, whatever is done to them."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from loadtests.engines import SERVER, NotStarted, RedisServer, free_ports


def test_free_ports_differ() -> None:
    assert len(set(free_ports(4))) == 4


@pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
def test_a_redis_is_killed_frozen_and_started_again_on_its_file(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        with server.client() as client:
            client.set("kept", "yes")
        server.kill()
        assert server.pids() == []
        server.start()
        server.freeze()
        with redis.Redis(port=server.port, socket_timeout=0.1) as client, pytest.raises(redis.TimeoutError):
            client.get("kept")
        server.resume()
        with server.client() as client:
            assert client.get("kept") == b"yes"


@pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match="redis-server ended"):
        RedisServer(tmp_path, None, "--maxmemory", "much").start()
