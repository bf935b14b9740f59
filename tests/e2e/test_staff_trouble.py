"""The staff's pages where things go less than well: late answers, old sign-ins, dead links, windows over the page."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.e2e.backstage import PASSWORD, invitation, named, owner, shop
from tests.e2e.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED = '{"error": {"code": "unauthorized", "message": "Sign in once more.", "retry": false}}'
LONG = "Saturday live demo: the brand-new Harbour Crane with its designers, all questions welcome 周末拼装大赛"
BOX = "one => one.getBoundingClientRect().toJSON()"
MAKE = """async ([title, shop]) => {
  const { shops } = await (await fetch("/api/v1/shops")).json();
  const body = JSON.stringify({ title, shop: shops.find((one) => one.name === shop).id });
  const headers = { "content-type": "application/json" };
  return (await (await fetch("/api/v1/rooms", { method: "POST", headers, body })).json()).id;
}"""


async def test_a_window_over_the_page_gives_the_focus_back_however_it_is_closed(stage: Stage) -> None:
    page = await owner(stage, "nora")
    make = page.get_by_role("button", name="新建房间").first
    dialog = page.get_by_role("dialog")
    for close in ("Escape", "cross"):
        await make.focus()
        await page.keyboard.press("Enter")
        await dialog.wait_for()
        if close == "Escape":
            await page.keyboard.press("Escape")
        else:
            await dialog.get_by_role("button", name="关闭").click()
        await expect(dialog).to_have_count(0)
        await expect(make).to_be_focused()


async def test_what_goes_wrong_in_a_window_is_said_in_it(stage: Stage) -> None:
    page = await owner(stage, "otto")
    await page.goto(f"{named(stage.server)}/staff/people")
    await page.get_by_role("button", name="新增门店").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("门店名称").fill("外滩店")
    await page.route("**/api/v1/shops", lambda route: route.abort())
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog.get_by_role("status")).to_contain_text("网络不通")
    await expect(page.locator(".toast")).to_have_count(1)
    # What was typed is still there, and goes through once the server is back.
    await page.unroute("**/api/v1/shops")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await expect(page.locator(".lines", has_text="外滩店")).to_be_visible()


async def test_an_old_sign_in_is_asked_for_once_more_and_comes_back(stage: Stage) -> None:
    page = await owner(stage, "pia")
    await page.goto(f"{named(stage.server)}/staff")

    async def too_old(route: Route) -> None:
        await route.fulfill(status=401, content_type="application/json", body=REFUSED)

    await page.route("**/api/v1/staff/passkeys/options", too_old)
    await page.get_by_role("button", name="添加这台设备").click()
    await expect(page.get_by_text("请先再登录一次")).to_be_visible()
    await page.get_by_role("button", name="返回").click()
    await expect(page.get_by_role("heading", name="通行密钥")).to_be_visible()

    await page.get_by_role("button", name="添加这台设备").click()
    await page.get_by_label("登录名").fill("pia")
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    # Not in the lobby, as after other sign-ins: here is what they wanted to do.
    await expect(page.get_by_role("heading", name="通行密钥")).to_be_visible()


async def test_a_dead_invitation_leads_on_and_a_good_one_pasted_over_it_opens(stage: Stage) -> None:
    page = await stage.open(f"{named(stage.server)}/staff#invitation=nothing", "phone")
    await page.get_by_text("邀请链接已失效").wait_for()
    await page.get_by_role("button", name="店员登录").click()
    await page.get_by_role("heading", name="店员登录").wait_for()
    good = await invitation(stage.server)
    await page.evaluate("url => location.assign(url)", good)
    await expect(page.get_by_role("heading", name="欢迎加入")).to_be_visible()
    assert "invitation" not in page.url


async def test_older_rooms_that_come_late_leave_another_shops_list_alone(stage: Stage) -> None:
    page = await owner(stage, "quin")
    await shop(page, "徐汇店")
    for number in range(32):
        await page.evaluate(MAKE, [f"中山 {number}", "中山店"])
    await page.evaluate(MAKE, ["徐汇之夜", "徐汇店"])
    await page.reload()
    held = asyncio.Event()

    async def late(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/api/v1/rooms?*before=*", late)
    await page.get_by_role("button", name="再看一些").click()
    await page.get_by_label("门店").select_option(label="徐汇店")
    await expect(page.locator(".block")).to_have_count(1)
    async with page.expect_response("**/api/v1/rooms?*before=*"):
        held.set()
    # The answer has been taken in once the page has drawn again.
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    await expect(page.locator(".block")).to_have_count(1)
    await expect(page.locator(".block")).to_contain_text("徐汇之夜")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_long_title_covers_nothing_on_the_poster(stage: Stage, language: str) -> None:
    first = await owner(stage, f"rosa-{language.lower()}")
    room = await first.evaluate(MAKE, [LONG, "中山店"])
    state = await first.context.storage_state()
    context = await stage.browser.new_context(
        viewport={"width": 1440, "height": 900}, locale=language, storage_state=state
    )
    stage.contexts.append(context)
    page = await context.new_page()
    await page.goto(f"{named(stage.server)}/lobby/rooms/{room}/sheet")
    await page.locator(".paper").wait_for()
    for media in ("screen", "print"):
        await page.emulate_media(media=media)
        title, code, scan = [await page.locator(f".paper {part}").evaluate(BOX) for part in ("h1", ".qr", ".scan")]
        assert title["bottom"] <= code["top"]
        assert code["bottom"] <= scan["top"]
        assert code["width"] == pytest.approx(code["height"], abs=1)
        assert code["width"] > 200
    assert await page.locator(".paper h1").evaluate("one => one.scrollHeight <= one.clientHeight + 2"), "title cut"


async def test_an_address_that_is_badly_escaped_shows_a_page_all_the_same(stage: Stage) -> None:
    page = await stage.open(f"{stage.server.url}/r/100%", "phone")
    await expect(page.get_by_role("link", name="输入房间号")).to_be_visible()
    assert [one for one in stage.troubles if "404" not in one and "422" not in one and "400" not in one] == []
