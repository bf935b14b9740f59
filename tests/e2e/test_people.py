"""A host puts people out, bans them and gives them a role; their pages show it at once."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import Stage, say, to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def console_of(stage: Stage, role: str = "host", kind: str = "desk") -> Page:
    console = await stage.open(await stage.link(role), kind)  # type: ignore[arg-type]
    await console.locator(".composer textarea").wait_for(state="attached")
    return console


async def sheet_of(console: Page, name: str) -> Page:
    """The sheet about whoever said something under this name."""
    await to(console, "聊天")
    await console.get_by_role("button", name=f"{name}：查看和处理").first.click()
    await expect(console.get_by_role("dialog")).to_be_visible()
    return console


async def test_a_ban_is_seen_at_once_and_lifting_it_lets_them_in_again(stage: Stage) -> None:
    phone, console = await stage.enter("小安"), await console_of(stage)
    await say(phone, "我来捣乱")
    await sheet_of(console, "小安")
    await console.get_by_role("dialog").get_by_role("button", name="封禁").click()
    await console.get_by_role("dialog", name="封禁“小安”？").get_by_role("button", name="封禁").click()
    await expect(phone.get_by_text("你已被禁止进入这个房间")).to_be_visible()
    await phone.reload()
    await expect(phone.get_by_text("你已被禁止进入这个房间")).to_be_visible()

    await to(console, "更多")
    await expect(console.locator(".rest").get_by_text("已封禁 · 1")).to_be_visible()
    await console.locator(".rest").get_by_role("button", name="解除封禁").click()
    await expect(console.locator(".rest").get_by_text("已封禁 · 0")).to_be_visible()
    await phone.get_by_role("button", name="再试一次").click()
    await say(phone, "我会守规矩")
    await expect(console.get_by_text("我会守规矩", exact=True)).to_be_visible()
    assert stage.troubles == []


async def test_the_notice_takes_a_ban_back(stage: Stage) -> None:
    phone, console = await stage.enter("小北"), await console_of(stage)
    await say(phone, "手滑")
    await sheet_of(console, "小北")
    await console.get_by_role("dialog").get_by_role("button", name="封禁").click()
    await console.get_by_role("dialog", name="封禁“小北”？").get_by_role("button", name="封禁").click()
    await expect(phone.get_by_text("你已被禁止进入这个房间")).to_be_visible()
    await console.locator(".toast").get_by_role("button", name="撤销").click()
    await expect(console.locator(".toast").get_by_text("已解除封禁")).to_be_visible()
    await phone.get_by_role("button", name="再试一次").click()
    await expect(phone.locator(".composer textarea")).to_be_visible()


async def test_who_is_put_out_is_told_and_may_come_in_again(stage: Stage) -> None:
    phone, console = await stage.enter("小康"), await console_of(stage, kind="phone")
    await say(phone, "刷屏刷屏")
    await sheet_of(console, "小康")
    await console.get_by_role("dialog").get_by_role("button", name="签到").click()
    await phone.get_by_role("tab", name="我的").click()
    await expect(phone.locator(".mine-name .tag")).to_have_text("已签到")
    await console.locator(".toast", has_text="小康 · 已签到").get_by_role("button", name="撤销").click()
    await expect(phone.locator(".mine-name .tag")).to_have_count(0)
    await phone.get_by_role("tab", name="聊天").click()
    await sheet_of(console, "小康")
    await console.get_by_role("dialog").get_by_role("button", name="请出房间").click()
    await expect(phone.get_by_text("主持人请你离开了房间")).to_be_visible()
    await phone.get_by_role("button", name="重新进入").click()
    await expect(phone.locator(".composer textarea")).to_be_visible()


async def test_a_guest_is_made_a_moderator_and_finds_the_console(stage: Stage) -> None:
    phone, console = await stage.enter("小丁"), await console_of(stage)
    await say(phone, "我来帮忙")
    await sheet_of(console, "小丁")
    await console.get_by_role("dialog").get_by_role("button", name="设为管理员").click()
    await expect(phone.get_by_text("你现在是管理员了")).to_be_visible()
    await phone.get_by_role("link", name="打开控制台").click()
    await expect(phone.locator(".console")).to_be_visible()
    await phone.locator(".tabs").get_by_role("button", name="更多").click()
    await expect(phone.get_by_role("heading", name="成员管理")).to_be_visible()

    await to(console, "更多")
    await console.locator(".rest").get_by_role("button", name="取消管理权限 · 小丁").click()
    await expect(phone.get_by_text("你不再管理这个房间了")).to_be_visible()
    await phone.get_by_role("link", name="以观众身份进入").click()
    await expect(phone.locator(".composer textarea")).to_be_visible()
    assert stage.troubles == []


async def test_a_moderator_finds_nothing_to_do_about_a_host(stage: Stage) -> None:
    console, helper = await console_of(stage), await console_of(stage, "moderator")
    await say(console, "大家好")
    await sheet_of(helper, "主持人")
    sheet = helper.get_by_role("dialog")
    await expect(sheet.get_by_text("对这位没有可做的操作")).to_be_visible()
    await expect(sheet.get_by_role("button", name="封禁")).to_have_count(0)
    await helper.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
