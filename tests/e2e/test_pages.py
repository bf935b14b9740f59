"""Pages for everybody: without a mouse, on the narrowest phone, without motion."""

from __future__ import annotations

import gzip

import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import BUILT, Stage, open_vote, say

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "https://shop.example/" + "a" * 78
LONG_NAME = "W" * 32
TOO_WIDE = """() => {
  const wide = [];
  const room = document.documentElement.clientWidth;
  for (const one of document.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    const scrolls = one === document.documentElement || /auto|scroll/.test(style.overflowX);
    if (scrolls && one.scrollWidth > one.clientWidth + 1) wide.push(`${one.tagName}.${one.className}`);
    const { right, width } = one.getBoundingClientRect();
    if (one.closest("svg, i, .seen-by-readers") || width <= 1 || style.visibility !== "visible") continue;
    if (right > room + 1) wide.push(`${one.tagName}.${one.className} ends at ${right}`);
  }
  return wide;
}"""
MOVING = """() => [
  ...document.getAnimations().map((one) => String(one.animationName ?? one.transitionProperty)),
  ...Array.from(document.querySelectorAll("*")).filter((one) => {
    const { transitionDuration, animationName } = getComputedStyle(one);
    return transitionDuration.split(",").some((time) => parseFloat(time) > 0) || animationName !== "none";
  }).map((one) => `${one.tagName}.${one.className}`),
]"""


async def fits(page: Page) -> None:
    assert await page.evaluate(TOO_WIDE) == []


async def test_a_vote_needs_no_mouse(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙", "火箭"])
    page = await stage.open(stage.address, "desk")
    name = page.get_by_role("textbox")
    await name.wait_for()
    for _ in range(5):
        await page.keyboard.press("Tab")
        if await name.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.type("小安")
    await page.keyboard.press("Enter")
    await page.get_by_role("radio", name="城堡").wait_for()

    for _ in range(15):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.getAttribute('role')") == "radio":
            break
    focused = page.locator(":focus")
    await expect(focused).to_contain_text("城堡")
    assert await focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    await page.keyboard.press("ArrowDown")
    await expect(focused).to_contain_text("恐龙")
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)  # arrows cast no ballot
    await page.keyboard.press("Space")
    await expect(page.get_by_role("radio", name="恐龙")).to_be_checked()
    await expect(page.locator(".counted")).to_be_visible()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio", name="城堡")).to_be_checked()
    await expect(page.locator(".option .share")).to_have_text(["100%", "0%", "0%"])
    assert stage.troubles == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_nothing_is_wider_than_a_narrow_phone(stage: Stage, language: str) -> None:
    answer = await stage.host.send("room.configure", {"title": "周末拼装大赛 " + "Weekend" * 10})
    assert answer["ok"], answer
    door = await stage.open(stage.address, "phone", language=language)
    await door.get_by_role("textbox").wait_for()
    await fits(door)
    await open_vote(
        stage, [LONG, "恐龙", "一个很长很长的选项，长到一行放不下，两行也许也放不下"], question=f"哪件 {LONG}？"
    )
    phone = await stage.enter(LONG_NAME, language=language)
    await phone.get_by_role("radio").first.click()
    await phone.locator(".option .share").first.wait_for()
    await say(phone, LONG)
    await phone.locator(".message.own .state").wait_for()
    await fits(phone)
    await phone.locator(".ballot-card header button").click()
    await fits(phone)

    console = await stage.open(await stage.link("host"), "phone", language=language)
    tabs = console.locator("nav.tabs button")
    await tabs.first.wait_for()
    for tab in await tabs.all():
        await tab.click()
        await fits(console)
    await console.keyboard.press("n")
    await console.get_by_role("dialog").wait_for()
    await fits(console)
    assert stage.troubles == []


async def test_nothing_moves_for_those_who_want_no_motion(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙"])
    phone = await stage.enter("小安")  # stages ask for little motion
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    await phone.get_by_role("radio", name="恐龙").click()
    await phone.locator(".option .share").first.wait_for()
    await expect(wall.locator(".towers .count")).to_have_text(["0", "1"])
    await console.locator(".on-now .bars").wait_for()
    for page in (phone, console, wall):
        assert await page.evaluate(MOVING) == []
        await page.emulate_media(reduced_motion="no-preference")
        assert await page.evaluate(MOVING) != []


async def test_what_was_compressed_is_what_was_built() -> None:
    scripts = sorted((BUILT.parent / "assets").glob("*.js"))
    assert len(scripts) > 10
    for script in scripts:
        assert gzip.decompress(script.with_name(script.name + ".gz").read_bytes()) == script.read_bytes(), script.name
        assert script.with_name(script.name + ".br").stat().st_size < max(200, script.stat().st_size), script.name
