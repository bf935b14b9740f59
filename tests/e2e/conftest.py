"""A server and a browser for all tests of a process, and a new room for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from loadtests.serving import Serving
from tests.e2e.stage import Stage, played, theatre

# Many tests come from one address.
ROOMY = {"SHOWFLOOR_GUESTS_PER_MINUTE": "1000"}


class Theatre:
    """The server and the browser that tests share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened = 0
        self._stack = AsyncExitStack()
        self._both: tuple[Serving, Browser] | None = None

    async def open(self) -> tuple[Serving, Browser]:
        """Both of them, made anew if a test has left one of them broken."""
        if self._both is not None and _well(*self._both):
            return self._both
        await self.close()
        self._opened += 1
        self._both = await self._stack.enter_async_context(theatre(self._folder / str(self._opened), ROOMY))
        return self._both

    async def close(self) -> None:
        self._both = None
        await self._stack.aclose()


def _well(server: Serving, browser: Browser) -> bool:
    return browser.is_connected() and server.process is not None and server.process.returncode is None


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def building(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theatre]:
    theatre = Theatre(tmp_path_factory.mktemp("house"))
    yield theatre
    await theatre.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(building: Theatre) -> tuple[Serving, Browser]:
    """Its tests are marked ``asyncio(loop_scope="session")``: they live where server and browser do."""
    return await building.open()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(house: tuple[Serving, Browser], request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A room of its own in the ``house``, with a host."""
    async with played(*house, f"r{abs(hash(request.node.nodeid)) % 10**9}") as stage:
        yield stage
