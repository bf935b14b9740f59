"""The staff's pages for everybody: on the narrowest phone, without a mouse, without motion."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.backstage import PASSWORD, named, owner, shop
from tests.e2e.stage import SIZES, Stage
from tests.e2e.test_pages import MOVING, fits

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "周末拼装大赛 " + "Weekend" * 12
MAKE = """async (title) => {
  const { shops } = await (await fetch("/api/v1/shops")).json();
  const body = JSON.stringify({ title, shop: shops[0].id, template: "build-contest" });
  const headers = { "content-type": "application/json" };
  return (await (await fetch("/api/v1/rooms", { method: "POST", headers, body })).json()).id;
}"""


async def places(page: Page, room: str) -> list[tuple[str, str]]:
    """Addresses of all pages, and what says that each is there."""
    return [
        ("/lobby", ".block"),
        (f"/lobby/rooms/{room}", ".results .sums"),
        (f"/lobby/rooms/{room}/sheet", ".paper"),
        ("/staff", ".lines li"),
        ("/staff/people", ".member"),
        ("/staff/audit", ".entry"),
    ]


async def test_nothing_is_wider_than_a_narrow_phone(stage: Stage) -> None:
    first = await owner(stage, "klara", "phone")
    await shop(first, "Flagship store with quite a long name 上海")
    room: str = await first.evaluate(MAKE, LONG)
    await fits(first)
    state = await first.context.storage_state()
    for language in ("zh-CN", "en"):
        context = await stage.browser.new_context(**SIZES["phone"], locale=language, storage_state=state)
        stage.contexts.append(context)
        page = await context.new_page()
        for path, wait in await places(page, room):
            await page.goto(f"{named(stage.server)}{path}")
            await page.locator(wait).first.wait_for()
            await fits(page)
        door = await stage.open(f"{named(stage.server)}/staff", "phone", language=language)
        await door.locator("input[name=login]").wait_for()
        await fits(door)


async def test_nothing_moves_for_those_who_want_no_motion(stage: Stage) -> None:
    page = await owner(stage, "lukas")  # stages ask for little motion
    room: str = await page.evaluate(MAKE, "安静的房间")
    for path, wait in await places(page, room):
        await page.goto(f"{named(stage.server)}{path}")
        await page.locator(wait).first.wait_for()
        assert await page.evaluate(MOVING) == []
    wall = await stage.open(f"{named(stage.server)}/wall", "wall")
    await wall.locator(".pair-code b").first.wait_for()
    assert await wall.evaluate(MOVING) == []


async def test_signing_in_and_making_a_room_need_no_mouse(stage: Stage) -> None:
    page = await owner(stage, "mara")
    await page.goto(f"{named(stage.server)}/staff")
    await page.get_by_role("button", name="退出登录").focus()
    await page.keyboard.press("Enter")
    login = page.locator("input[name=login]")
    await login.wait_for()
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await login.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.type("mara")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    make = page.get_by_role("button", name="新建房间").first
    await make.wait_for()
    for _ in range(12):
        await page.keyboard.press("Tab")
        if await make.evaluate("one => one === document.activeElement"):
            break
    assert await make.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.locator(".pick-one").nth(1).wait_for()
    await expect(dialog.get_by_role("radio").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(dialog.get_by_role("radio").nth(1)).to_be_checked()
    title = dialog.get_by_label("房间名称")
    for _ in range(4):
        await page.keyboard.press("Tab")
        if await title.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.type("键盘房间")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="键盘房间", level=1).wait_for()
