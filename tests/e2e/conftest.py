"""A server and a browser for all tests of a file, and a new room for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from loadtests.serving import Serving
from tests.e2e.stage import Stage, played, theatre


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Serving, Browser]]:
    async with theatre(tmp_path_factory.mktemp("house")) as both:
        yield both


@pytest_asyncio.fixture(loop_scope="module")
async def stage(house: tuple[Serving, Browser], request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Its tests are marked ``asyncio(loop_scope="module")``: they live where server and browser do."""
    async with played(*house, f"r{abs(hash(request.node.name)) % 10**9}") as stage:
        yield stage
