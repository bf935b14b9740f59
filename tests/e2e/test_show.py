"""A whole show on one server, from the lobby to the files; on two gateways: tests/cluster/test_show.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.backstage import named
from tests.e2e.show import play
from tests.e2e.stage import House, theatre


@pytest.mark.timeout(240)
async def test_a_whole_show(tmp_path: Path) -> None:
    async with theatre(tmp_path) as (server, browser):
        await play(House(server, browser), [named(server)])
