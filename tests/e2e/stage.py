"""A stage for stories in browsers: a real server, and pages opened as people open them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from loadtests.client import Client
from loadtests.serving import ROOT, Serving
from tests.chromium import launch_options

BUILT = ROOT / "client_web" / "dist" / "audience.html"
WITHIN = 30_000  # ms that a page may take to show something, on a machine that does much else
expect.set_options(timeout=WITHIN)  # for all tests in browsers: stories wait for facts

Kind = Literal["phone", "desk", "wall"]
SIZES: dict[Kind, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "wall": {"viewport": {"width": 1920, "height": 1080}},
}


class House:
    """A server, a browser, and what went wrong in its pages."""

    def __init__(self, server: Serving, browser: Browser) -> None:
        self.server = server
        self.browser = browser
        self.troubles: list[str] = []
        self.contexts: list[BrowserContext] = []

    async def open(self, url: str, kind: Kind, *, language: str = "zh-CN", theme: str = "light") -> Page:
        """A page in a browser of its own."""
        context = await self.browser.new_context(
            **SIZES[kind], locale=language, color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
        )
        context.set_default_timeout(WITHIN)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{kind}: {error}"))
        page.on("console", lambda said: self._heard(kind, said.type, said.text))
        await page.goto(url)
        return page

    def _heard(self, kind: Kind, level: str, text: str) -> None:
        # A connection that breaks is said by the browser itself; that is what some stories are about.
        if level == "error" and "net::ERR_" not in text and "WebSocket connection" not in text:
            self.troubles.append(f"{kind}: {text}")

    async def empty(self) -> None:
        """Close all pages."""
        for context in self.contexts:
            await context.close()


class Stage(House):
    """A house with a room, and a host who is in it."""

    def __init__(self, server: Serving, browser: Browser, room: str, host: Client) -> None:
        super().__init__(server, browser)
        self.room = room
        self.host = host

    async def link(self, role: str) -> str:
        """The address of a new link for that role."""
        async with httpx.AsyncClient(base_url=self.server.url) as http:
            answer = await http.post(
                f"/api/v1/rooms/{self.room}/links",
                json={"role": role},
                headers={"authorization": f"Bearer {self.host.token}"},
            )
        answer.raise_for_status()
        # The server may be known to people by another name than the one it has here.
        url = urlsplit(answer.json()["url"])
        return f"{self.server.url}{url.path}#{url.fragment}"

    @property
    def address(self) -> str:
        """Where the audience comes in."""
        return f"{self.server.url}/r/{self.room}"

    async def enter(self, name: str, *, by: str | None = None, **wishes: str) -> Page:
        """A phone whose owner scanned the code and gave a name; ``by`` is another way to the server."""
        phone = await self.open(f"{by or self.server.url}/r/{self.room}", "phone", **wishes)
        await phone.get_by_role("textbox").fill(name)
        await phone.get_by_role("button", name=words(wishes.get("language"), "进入房间", "Join the room")).click()
        await phone.locator(".composer textarea").wait_for()
        return phone


def words(language: str | None, chinese: str, english: str) -> str:
    return english if language == "en" else chinese


@asynccontextmanager
async def staged(
    data: Path,
    room: str = "story",
    title: str = "周末拼装大赛",
    env: dict[str, str] | None = None,
    name: str | None = None,
) -> AsyncIterator[Stage]:
    """A stage with an open room of that title; ``env`` are more settings of the server, ``name`` as in ``theatre``."""
    async with theatre(data, env, name) as (server, browser), played(server, browser, room, title) as stage:
        yield stage


@asynccontextmanager
async def theatre(
    data: Path, env: dict[str, str] | None = None, name: str | None = None
) -> AsyncIterator[tuple[Serving, Browser]]:
    """A server and a browser for many rooms; the browser finds the server under ``name`` too, over plain http."""
    async with Serving(data, env=env) as server:
        switches = [] if name is None else [f"--host-resolver-rules=MAP {name}:80 127.0.0.1:{server.port}"]
        async with browsing(*switches) as browser:
            yield server, browser


@asynccontextmanager
async def browsing(*switches: str) -> AsyncIterator[Browser]:
    """A browser, started with these switches, for pages that are built."""
    if not BUILT.exists():
        message = f"the pages are not built ({BUILT}): run make test, or npm run build in client_web"
        raise RuntimeError(message)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options(*switches))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def played(server: Serving, browser: Browser, room: str, title: str = "周末拼装大赛") -> AsyncIterator[Stage]:
    """A stage with a new open room."""
    host = await server.host(room)
    answer = await host.send("room.configure", {"title": title})
    assert answer["ok"], answer
    stage = Stage(server, browser, room, host)
    try:
        yield stage
    finally:
        await stage.empty()
        await host.stop()


async def say(page: Page, text: str) -> None:
    """Write into the composer and send."""
    await page.locator(".composer textarea").fill(text)
    await page.locator(".composer button[type=submit]").click()


# Under which tab of a phone's console something stands.
UNDER = {"待处理": "队列", "聊天": "队列", "提问": "队列", "照片": "队列", "投票": "投票", "礼物": "投票"}


async def to(console: Page, place: str) -> None:
    """To a part of the console, by its name in Chinese; on a desk, where it takes turns with others in its column."""
    await console.locator(".console").wait_for()
    if not await console.locator("nav.tabs").is_visible():
        turn = console.locator("nav.places").get_by_role("button", name=place)
        if await turn.count():
            await turn.click()
        return
    await console.locator("nav.tabs").get_by_role("button", name=UNDER.get(place, place)).click()
    if place in UNDER:
        await console.locator("nav.places").get_by_role("button", name=place).click()


async def draft_and_open(console: Page, question: str, options: list[str], *, hidden: bool = False) -> None:
    """Fill the form for a new vote and start it, in Chinese."""
    await console.locator(".next button").click()
    form = console.get_by_role("dialog")
    await form.get_by_label("问题").fill(question)
    for place, option in enumerate(options, 1):
        if place > 2:
            await form.get_by_role("button", name="加一个选项").click()
        await form.get_by_role("textbox", name=f"选项 {place}").fill(option)
    if hidden:
        await form.get_by_role("switch").click()
    await form.get_by_role("button", name="建好并开始").click()
    await form.wait_for(state="hidden")


async def close_vote(console: Page) -> None:
    """End the vote that is on, and mean it."""
    await console.get_by_role("button", name="结束投票").click()
    await console.get_by_role("dialog").get_by_role("button", name="现在结束").click()


async def hang(stage: Stage, data: bytes, caption: str) -> str:
    """A photo of the host's, which everyone sees at once; its id."""
    path = f"/api/v1/rooms/{stage.room}"
    headers = {"authorization": f"Bearer {stage.host.token}"}
    async with httpx.AsyncClient(base_url=stage.server.url, headers=headers, timeout=30) as http:
        upload = (await http.post(f"{path}/uploads", json={"size": len(data)})).raise_for_status().json()["upload"]
        sent = await http.patch(f"{path}/uploads/{upload}", content=data, headers={"upload-offset": "0"})
        sent.raise_for_status()
        body = {"id": stage.host.new_id(), "upload": upload, "caption": caption}
        photo: str = (await http.post(f"{path}/photos", json=body)).raise_for_status().json()["photo"]
    return photo


async def open_vote(
    stage: Stage, options: list[str], *, question: str = "哪件最好？", photos: Sequence[str | None] = ()
) -> str:
    """A running vote, made without the console; its id. ``photos`` are those of its options."""
    wanted = {"question": question, "kind": "single", "options": options, "photos": list(photos)}
    answer = await stage.host.send("poll.create", wanted)
    assert answer["ok"], answer
    joined = await stage.host.request("room.join", {"id": stage.host.new_id(), "room": stage.room})
    poll: str = joined["view"]["polls"]["polls"][-1]["poll"]
    answer = await stage.host.send("poll.open", {"poll": poll})
    assert answer["ok"], answer
    return poll
