"""A host keeps order from the phone: a mute, a closed chat, a panic, each with its way back; and messages that wait."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.stage import Stage, say, to

pytestmark = pytest.mark.asyncio(loop_scope="session")


def writes(phone: Page) -> Locator:
    return phone.locator(".composer textarea")


async def test_mute_close_panic_and_back(stage: Stage) -> None:
    phone = await stage.enter("小安")
    wall = await stage.open(await stage.link("wall"), "wall")
    console = await stage.open(await stage.link("host"), "phone")
    await say(phone, "大家好")
    await expect(wall.get_by_text("大家好")).to_be_visible()

    # One person, for five minutes.
    await to(console, "聊天")
    await console.get_by_role("button", name="小安：查看和处理").first.click()
    await console.get_by_role("button", name="禁言 5 分钟").click()
    await expect(writes(phone)).to_have_attribute("placeholder", re.compile(r"^你已被禁言，还有 0[45]:\d\d$"))
    await expect(writes(phone)).to_be_disabled()
    await console.locator(".toast").get_by_role("button", name="撤销").click()
    await expect(writes(phone)).to_be_enabled()

    # The chat.
    await to(console, "更多")
    await console.get_by_role("switch", name="关闭聊天").click()
    await expect(writes(phone)).to_have_attribute("placeholder", "聊天暂时关闭")

    # Everything, and back to a closed chat, which is what was before.
    button = console.get_by_role("button", name="紧急静场")
    await button.scroll_into_view_if_needed()
    await button.hover()
    await console.mouse.down()
    await expect(console.locator(".quiet-now")).to_contain_text("紧急静场中")
    await console.mouse.up()
    await expect(wall.get_by_text("大家好")).to_have_count(0)
    await expect(wall.locator("aside")).to_have_count(0)
    await expect(writes(phone)).to_have_attribute("placeholder", "店员暂停了发言")
    await console.locator(".quiet-now").get_by_role("button", name="恢复").click()
    await expect(wall.get_by_text("大家好")).to_be_visible()
    await expect(writes(phone)).to_have_attribute("placeholder", "聊天暂时关闭")
    await console.locator(".quiet-now").get_by_role("button", name="打开聊天").click()
    await expect(writes(phone)).to_be_enabled()
    assert stage.troubles == []


async def test_what_waits_is_seen_by_its_author_until_staff_lets_it_through(stage: Stage) -> None:
    answer = await stage.host.send("room.configure", {"settings": {"approve_chat": True}})
    assert answer["ok"], answer
    phone, other = await stage.enter("小北"), await stage.enter("小南")
    console = await stage.open(await stage.link("host"), "phone")
    await say(phone, "我拼好了")
    await say(phone, "第二句")
    await expect(phone.locator(".held")).to_have_count(2)
    await expect(phone.locator(".held").first).to_contain_text("等店员确认")
    await to(console, "待处理")
    queue = console.locator(".queue")
    await queue.get_by_role("button", name="通过", exact=True).first.click()
    await expect(other.locator(".message .text", has_text="我拼好了")).to_be_visible()
    await queue.get_by_role("button", name="不通过").click()
    await expect(phone.locator(".held")).to_have_count(0)
    await console.locator(".toast", has_text="没通过").get_by_role("button", name="撤销").click()
    await expect(phone.locator(".held")).to_have_count(1)
    await expect(other.locator(".message .text", has_text="第二句")).to_have_count(0)
    assert stage.troubles == []
