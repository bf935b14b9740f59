"""A whole show on one server, from the lobby to the files; on two gateways: tests/cluster/test_show.py."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from loadtests.serving import Serving
from tests.e2e.backstage import named
from tests.e2e.show import play
from tests.e2e.stage import House


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(240)
async def test_a_whole_show(house: tuple[Serving, Browser]) -> None:
    server, browser = house
    show = House(server, browser)
    try:
        await play(show, [named(server)])
    finally:
        await show.empty()
