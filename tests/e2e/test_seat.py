"""A phone that keeps nothing: identity, seat and ballot come back by a code; no storage is needed for anything."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import Stage, open_vote, say

pytestmark = pytest.mark.asyncio(loop_scope="session")

# As some browsers inside messengers do, and all of them in a private window of old.
NO_STORAGE = """
const refuse = () => { throw new DOMException("denied", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(window, name, { get: refuse });
}
if (navigator.serviceWorker) {
  Object.defineProperty(Navigator.prototype, "serviceWorker", { get: refuse });
}
"""


async def bare(stage: Stage, url: str) -> Page:
    """A phone without any storage."""
    phone = await stage.open("about:blank", "phone")
    await phone.add_init_script(NO_STORAGE)
    await phone.goto(url)
    return phone


async def seat_code(phone: Page) -> str:
    await phone.get_by_role("tab", name="我的").click()
    await phone.get_by_role("button", name="显示座位码").click()
    code = await phone.locator(".seat-code b").inner_text()
    await phone.get_by_role("tab", name="聊天").click()
    return code


async def return_by(phone: Page, code: str) -> None:
    await phone.get_by_role("button", name="我来过").click()
    await phone.get_by_role("textbox", name="座位码").fill(code)
    await phone.get_by_role("button", name="找回座位").click()


async def test_a_seat_code_brings_name_and_vote_to_another_phone(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙", "火箭"])
    first = await stage.enter("小安")
    await first.get_by_role("radio", name="恐龙").click()
    await expect(first.locator(".counted")).to_be_visible()
    code = await seat_code(first)
    assert len(code) == 9

    second = await stage.open(stage.address, "phone")
    # As people type it: small letters, no hyphen.
    await return_by(second, code.lower().replace("-", " "))
    await expect(second.get_by_role("radio", name="恐龙")).to_be_checked()
    await second.get_by_role("radio", name="火箭").click()
    await expect(first.get_by_role("radio", name="火箭")).to_be_checked()
    await expect(second.locator(".option .share")).to_have_text(["0%", "0%", "100%"])  # one person, one ballot
    await second.get_by_role("tab", name="我的").click()
    await expect(second.locator(".mine-name")).to_contain_text("小安")
    await expect(second.locator(".mine-votes")).to_contain_text("火箭")
    assert stage.troubles == []


async def test_a_wrong_code_says_so_and_leaves_the_door_open(stage: Stage) -> None:
    phone = await stage.open(stage.address, "phone")
    await return_by(phone, "ZZZZ-ZZZZ")
    await expect(phone.get_by_role("alert")).to_contain_text("没找到这个座位码")
    await phone.get_by_role("button", name="没有座位码").click()
    await phone.get_by_role("textbox").fill("小本")
    await phone.get_by_role("button", name="进入房间").click()
    await phone.locator(".composer textarea").wait_for()


async def test_everything_works_without_storage(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙"])
    phone = await bare(stage, stage.address)
    await phone.get_by_role("textbox").fill("小安")
    await phone.get_by_role("button", name="进入房间").click()
    await phone.get_by_role("radio", name="城堡").click()
    await expect(phone.locator(".counted")).to_be_visible()
    await say(phone, "没有存储也能说话")
    await expect(phone.locator(".message.own .state")).to_have_count(1)
    code = await seat_code(phone)

    await phone.reload()  # all is forgotten
    await return_by(phone, code)
    await expect(phone.get_by_role("radio", name="城堡")).to_be_checked()
    await expect(phone.locator(".message.own", has_text="没有存储也能说话")).to_have_count(1)

    for role in ("host", "wall"):
        page = await bare(stage, await stage.link(role))
        await page.locator(".console, div.wall").first.wait_for()
    assert stage.troubles == []


async def test_the_start_page_asks_for_no_room_that_is_not_named(stage: Stage) -> None:
    asked: list[str] = []
    phone = await stage.open("about:blank", "phone")
    phone.on("request", lambda request: asked.append(request.url))
    await phone.goto(f"{stage.server.url}/")
    field = phone.get_by_role("textbox")
    await field.wait_for()
    await expect(phone.get_by_role("link", name="店员登录")).to_have_attribute("href", "/lobby")
    assert [url for url in asked if "/api/" in url] == []
    # Whoever pastes the whole address means its room.
    await field.fill(f" {stage.address}?lang=en ")
    await phone.get_by_role("button", name="进入房间").click()
    await phone.wait_for_url(stage.address)
