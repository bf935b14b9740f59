"""axe-core finds nothing serious on any page, in both themes, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from playwright.async_api import Page

from loadtests.serving import ROOT
from tests.e2e.backstage import invitation, named, owner
from tests.e2e.stage import SIZES, Kind, Stage, open_vote, say

pytestmark = pytest.mark.asyncio(loop_scope="module")

AXE = ROOT / "client_web" / "node_modules" / "axe-core" / "axe.min.js"
# What one is asked for: everything but matters of taste.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
}"""
Show = Callable[..., Awaitable[Page]]
LOOKS: list[tuple[Kind, str]] = [("phone", "light"), ("phone", "dark"), ("desk", "light"), ("desk", "dark")]


class Judge:
    """What axe-core found, by page; all pages are looked at before any of it fails a test."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self.looked = 0

    async def __call__(self, page: Page, what: str) -> None:
        await page.evaluate("document.fonts.ready")
        # Evaluated, not loaded: the pages' policy lets no script in but their own.
        await page.evaluate(AXE.read_text())
        self.looked += 1
        if found := await page.evaluate(JUDGE, TAGS):
            self.found[what] = found


@pytest.fixture
def clean() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    assert judge.looked
    assert judge.found == {}


@pytest.fixture
def show(stage: Stage) -> Show:
    async def opened(url: str, kind: Kind, theme: str, wait: str, **state: Any) -> Page:
        if not state:
            page = await stage.open(url, kind, theme=theme)
        else:
            scheme: Any = theme
            context = await stage.browser.new_context(
                **SIZES[kind], locale="zh-CN", color_scheme=scheme, reduced_motion="reduce", **state
            )
            stage.contexts.append(context)
            page = await context.new_page()
            await page.goto(url)
        await page.locator(wait).first.wait_for()
        return page

    return opened


@pytest.mark.parametrize(("kind", "theme"), LOOKS)
async def test_the_audience_has_no_barriers(stage: Stage, show: Show, clean: Judge, kind: Kind, theme: str) -> None:
    start = await show(f"{stage.server.url}/", kind, theme, "input")
    await clean(start, "start")
    await clean(await show(f"{stage.server.url}/r/nowhere", kind, theme, ".empty"), "no such room")
    page = await show(stage.address, kind, theme, "input")
    await clean(page, "door")
    await page.get_by_role("button", name="我来过").click()
    await clean(page, "coming back")
    await page.get_by_role("button", name="没有座位码").click()
    await page.get_by_role("textbox").fill("小安")
    await page.get_by_role("button", name="进入房间").click()
    await page.locator(".composer textarea").wait_for()
    await clean(page, "empty room")
    await open_vote(stage, ["城堡", "恐龙"])
    await say(page, "你好")
    await page.get_by_role("radio", name="恐龙").click()
    await page.locator(".counted").wait_for()
    await clean(page, "vote")
    await page.get_by_role("button", name="我", exact=True).click()
    await page.get_by_role("button", name="显示座位码").click()
    await page.locator(".seat-code").wait_for()
    await clean(page, "me")


@pytest.mark.parametrize(("kind", "theme"), LOOKS)
async def test_the_console_has_no_barriers(stage: Stage, show: Show, clean: Judge, kind: Kind, theme: str) -> None:
    await open_vote(stage, ["城堡", "恐龙"])
    answer = await stage.host.send("chat.send", {"text": "大家好"})
    assert answer["ok"], answer
    page = await show(await stage.link("host"), kind, theme, ".console")
    tabs = page.locator("nav.tabs button")
    if await tabs.first.is_visible():
        for tab in await tabs.all():
            await tab.click()
            await clean(page, f"console, {await tab.inner_text()}")
    else:
        await clean(page, "console")
    await page.keyboard.press("n")
    await page.get_by_role("dialog").wait_for()
    await clean(page, "a new vote")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_wall_has_no_barriers(stage: Stage, show: Show, clean: Judge, theme: str) -> None:
    await clean(await show(f"{stage.server.url}/wall", "wall", theme, ".pair-code b"), "pairing")
    page = await show(await stage.link("wall"), "wall", theme, ".cover")
    await clean(page, "cover")
    answer = await stage.host.send("chat.send", {"text": "大家好"})
    assert answer["ok"], answer
    await page.locator(".talk").wait_for()
    await clean(page, "talk")
    await open_vote(stage, ["城堡", "恐龙"])
    await page.locator(".towers").wait_for()
    await clean(page, "vote")


@pytest.mark.parametrize(("kind", "theme"), LOOKS)
async def test_the_staffs_pages_have_no_barriers(
    stage: Stage, show: Show, clean: Judge, kind: Kind, theme: str
) -> None:
    base = named(stage.server)
    await clean(await show(f"{base}/staff", kind, theme, "input[name=login]"), "sign-in")
    await clean(await show(await invitation(stage.server), kind, theme, "input[name=login]"), "invitation")
    used = f"{base}/staff#invitation=nothing"
    await clean(await show(used, kind, theme, ".empty"), "used invitation")

    signed_in = await owner(stage, f"axe-{kind}-{theme}", kind, theme=theme)
    await clean(signed_in, "lobby")
    await signed_in.get_by_role("button", name="新建房间").first.click()
    await signed_in.locator(".pick-one").nth(1).wait_for()
    await clean(signed_in, "a new room")
    await signed_in.get_by_role("dialog").get_by_text("新品直播演示").click()
    await signed_in.get_by_role("button", name="建好房间").click()
    await signed_in.get_by_role("link", name="去主持").wait_for()
    room = signed_in.url.rsplit("/", 1)[1]

    state = {"storage_state": await signed_in.context.storage_state()}
    for path, wait in (
        ("/lobby", ".block"),
        (f"/lobby/rooms/{room}", ".results .sums"),
        (f"/lobby/rooms/{room}/sheet", ".paper"),
        ("/lobby/rooms/nowhere", ".empty"),
        ("/staff", ".lines li"),
        ("/staff/people", ".member"),
        ("/staff/audit", ".entry"),
    ):
        await clean(await show(f"{base}{path}", kind, theme, wait, **state), path)

    sheet = await show(f"{base}/lobby/rooms/{room}", kind, theme, ".results .sums", **state)
    for button in ("连接大屏", "复制房间", "存为模板"):
        await sheet.get_by_role("button", name=button).first.click()
        await sheet.get_by_role("dialog").wait_for()
        await clean(sheet, button)
        await sheet.keyboard.press("Escape")
    people = await show(f"{base}/staff/people", kind, theme, ".member", **state)
    await people.get_by_role("button", name="邀请店员").click()
    await people.get_by_role("dialog").wait_for()
    await clean(people, "inviting")
