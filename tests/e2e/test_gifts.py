"""Gifts: whoever taps first gets one, and everyone sees what they may."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.stage import Stage, to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_first_to_tap_gets_the_gift(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "phone")
    wall = await stage.open(await stage.link("wall"), "wall")
    ann, ben = await stage.enter("小安"), await stage.enter("小本")

    await to(console, "礼物")
    await console.get_by_role("button", name="新建抢先领").click()
    form = console.get_by_role("dialog")
    await form.get_by_label("送什么").fill("小恐龙拼装包")
    await form.get_by_label("份数").fill("1")
    await form.get_by_role("button", name="准备好").click()
    await console.get_by_role("button", name="马上开抢").click()

    await ann.get_by_role("button", name="抢！").click()
    await expect(ann.get_by_text("第 1 位，抢到了")).to_be_visible()
    await expect(ben.get_by_text("抢完了，谢谢参与")).to_be_visible()
    await expect(wall.get_by_text("抢完了，谢谢参与")).to_be_visible()
    for page in (ben, wall):
        assert "小安" not in await page.content()

    await console.locator(".winners").get_by_text("小安").wait_for()
    await ann.get_by_label("联系方式").fill("138 0000 0000")
    await ann.get_by_role("button", name="告诉店员").click()
    await expect(console.locator(".winners").get_by_text("138 0000 0000")).to_be_visible()
    await ann.get_by_role("button", name="撤回").click()
    await expect(console.locator(".winners .contact")).to_have_count(0)
    for page in (ben, wall):
        assert "138 0000" not in await page.content()
    await console.get_by_role("button", name="发放").click()
    await expect(ann.get_by_text("已领取")).to_be_visible()
    await console.get_by_role("button", name="撤销").last.click()
    await expect(ann.get_by_text("到柜台给店员看这一页，或留下联系方式")).to_be_visible()
    assert stage.troubles == []


async def test_a_draw_is_sealed_drawn_and_checked_by_the_audience(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "phone")
    wall = await stage.open(await stage.link("wall"), "wall")
    phone = await stage.enter("小安")

    await to(console, "礼物")
    await console.get_by_role("button", name="新建抽奖").click()
    form = console.get_by_role("dialog")
    await form.get_by_label("送什么").fill("城堡拼装套装")
    await form.get_by_role("button", name="准备好").click()
    await console.get_by_role("button", name="开始进名单").click()
    await expect(phone.get_by_text("你在名单里，票号")).to_be_visible()
    await console.get_by_role("button", name="锁定名单").click()
    await console.get_by_role("dialog").get_by_role("button", name="锁定名单").click()
    await expect(wall.get_by_text("名单已锁定，马上开奖")).to_be_visible()

    await console.get_by_role("button", name="开奖").click()
    await expect(phone.get_by_text("第 1 名，你中奖了！")).to_be_visible()
    await expect(wall.locator(".names").get_by_text("小*")).to_be_visible()
    assert "小安" not in await wall.content()
    await phone.get_by_label("联系方式").fill("138 0000 0000")
    await phone.get_by_role("button", name="告诉店员").click()
    await expect(console.get_by_text("138 0000 0000")).to_be_visible()

    await phone.get_by_role("button", name="核对这次抽奖").click()
    await expect(phone.locator(".check .right")).to_have_count(4)
    assert stage.troubles == []
