"""The description of the API in a browser, under the policy that the server gives it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import async_playwright, expect

from tests.chromium import launch_options
from tests.e2e.stage import WITHIN
from tests.server.http.house import House


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    house = await House(tmp_path).open("r1")
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(house.app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_it_is_drawn_and_tried_without_another_site(address: str) -> None:
    complaints: list[str] = []
    asked: set[str] = set()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options())
        page = await browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.add(request.url))
        await page.goto(f"{address}/docs")

        operation = page.locator("#operations-rooms-read_room")
        await operation.locator("button.opblock-summary-control").click()
        await operation.get_by_role("button", name="Try it out").click()
        await operation.locator("input[placeholder=room]").fill("r1")
        await operation.get_by_role("button", name="Execute").click()
        answered = operation.locator(".live-responses-table .highlight-code").first
        await expect(answered).to_contain_text('"title": "Room r1"', timeout=WITHIN)
        await browser.close()

    assert complaints == []
    assert {url for url in asked if not url.startswith((address, "data:"))} == set()
