"""A rehearsal that all see, and of which no page shows anything once it is cleared; a vote that is begun anew."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import Stage, draft_and_open, say, to

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRIED = "彩排的话"


async def typed(console: Page, button: str, word: str) -> None:
    """Do what has to be typed first."""
    await console.get_by_role("button", name=button).click()
    asked = console.get_by_role("dialog")
    await expect(asked.locator("button[type=submit]")).to_be_disabled()
    await asked.get_by_role("textbox").fill(word)
    await asked.locator("button[type=submit]").click()
    await asked.wait_for(state="hidden")


async def test_a_rehearsal_is_seen_by_all_and_leaves_nothing(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    await to(console, "更多")
    await console.get_by_role("button", name="开始彩排").click()
    await expect(wall.locator(".rehearsal-mark")).to_have_text("彩排")
    door = await stage.open(stage.address, "phone")
    await expect(door.locator(".lead")).to_contain_text("彩排")
    phone = await stage.enter("小安")
    await expect(phone.locator(".tag.rehearsal")).to_be_visible()
    await expect(console.locator(".quiet-now")).to_contain_text("已有 1 人在场")
    await say(phone, TRIED)
    await draft_and_open(console, "先搭哪个？", ["城堡", "恐龙"])
    await phone.locator(".option", has_text="城堡").click()
    await expect(wall.locator("main")).to_contain_text("先搭哪个？")
    await expect(console.locator(".talk .text", has_text=TRIED)).to_be_visible()

    await typed(console, "结束并清空", "清空")
    await expect(phone.locator(".tag.rehearsal")).to_have_count(0)
    await expect(wall.locator(".rehearsal-mark")).to_have_count(0)
    await expect(wall.locator("main")).not_to_contain_text("先搭哪个？")
    for page in (phone, console):
        await expect(page.locator(".text", has_text=TRIED)).to_have_count(0)
    await expect(phone.locator(".poll")).to_have_count(0)

    # For real, and once more from the beginning.
    await to(console, "投票")
    await console.get_by_role("button", name="开始投票").first.click()
    await phone.locator(".option", has_text="恐龙").click()
    await expect(console.locator(".turnout")).to_contain_text("1")
    await typed(console, "重置投票", "重置")
    await expect(console.locator(".item.draft", has_text="先搭哪个？")).to_be_visible()
    await expect(phone.locator(".option")).to_have_count(0)
    assert stage.troubles == []
