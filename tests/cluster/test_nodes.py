"""Gateways for rigs: people move on when theirs is killed, and come home when it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.engines import SERVER
from loadtests.nodes import Nodes, spread
from loadtests.rig import start_all, verdict_of
from loadtests.stored import head
from loadtests.waiting import until

pytestmark = pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")


async def test_people_move_on_and_come_home_and_the_database_is_read(tmp_path: Path) -> None:
    async with Nodes(tmp_path) as nodes:
        host = await nodes.host("r1")
        ann, ben = (nodes.client("r1", name, home=home) for home, name in enumerate(("ann", "ben")))
        await start_all([ann, ben])
        assert [client.url for client in (ann, ben)] == [gateway.url for gateway in nodes.gateways]
        await nodes.gateways[0].kill()
        assert (await ann.say("still here"))["ok"]
        assert ann.url == nodes.gateways[1].url
        await nodes.gateways[0].start()
        spread([host, ann, ben])
        assert await until(lambda: ann.url == nodes.gateways[0].url and ann.joined, 5)
        assert await until(lambda: ben.joined, 5)
        assert (await ben.say("all are at home"))["ok"]
        verdict = await verdict_of(nodes, [host, ann, ben])
        assert verdict.sentences() == []
        assert head(nodes.database, "r1") >= 3
    assert [each.caused for each in nodes.exits] == [True] * 3
