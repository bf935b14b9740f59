"""What is quick: people react, the host announces something and calls people to do something."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.stage import Stage, to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_room_reacts_is_told_and_is_called(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    phone = await stage.enter("小安")

    # Reactions: counted together, without a motion for those who want none, and gone when switched off.
    row = phone.get_by_role("group", name="表情")
    await wall.locator("div.wall").wait_for()
    for _ in range(3):
        await row.get_by_role("button", name="搭得好").click()
    await expect(wall.locator(".reaction-rise")).to_contain_text("3")
    await expect(phone.locator(".rising")).to_have_count(0)
    await to(console, "更多")
    await console.get_by_role("switch", name="可以点表情").click()
    await expect(row).to_have_count(0)

    # An announcement: on every page, put otherwise, and withdrawn.
    await to(console, "流程")
    await console.get_by_role("button", name="发公告").click()
    form = console.get_by_role("dialog")
    await form.get_by_label("说什么").fill("六点半开始拼装")
    await form.get_by_label("链接").fill("https://shop.example/gifts?x=1")
    await form.get_by_role("button", name="发出").click()
    await expect(phone.get_by_text("六点半开始拼装")).to_be_visible()
    link = phone.get_by_role("link", name="shop.example")
    assert await link.get_attribute("href") == "https://shop.example/gifts?x=1"
    assert "noopener" in (await link.get_attribute("rel") or "")
    await expect(wall.get_by_text("六点半开始拼装")).to_be_visible()
    await console.get_by_role("button", name="改公告").click()
    await form.get_by_label("说什么").fill("七点开始拼装")
    await form.get_by_role("button", name="保存").click()
    await expect(phone.get_by_text("七点开始拼装")).to_be_visible()

    # The run-sheet: prepared for hosts alone, called with one tap, with the way to it.
    for text, button in (("提问时间到", "提问"), ("晒晒作品", "发照片")):
        await console.get_by_role("button", name="新的口播").click()
        await form.get_by_label("请大家做什么").fill(text)
        await form.get_by_role("button", name=button, exact=True).click()
        await form.get_by_role("button", name="加入流程单").click()
        await form.wait_for(state="hidden")
    assert "提问时间到" not in await phone.content()
    await console.get_by_role("button", name="下一条：提问时间到").click()
    await expect(wall.get_by_text("提问时间到")).to_be_visible()
    await phone.get_by_role("button", name="去提问").click()
    await expect(phone.locator("#kind-questions textarea")).to_be_focused()
    await console.get_by_role("button", name="下一条：晒晒作品").click()
    async with phone.expect_file_chooser():
        await phone.locator(".call").get_by_role("button", name="发照片").click()
    await expect(phone.get_by_text("提问时间到")).to_have_count(0)

    await console.locator(".run-now").get_by_role("button", name="结束").click()
    await console.locator(".run-now").get_by_role("button", name="撤下公告").click()
    await expect(phone.locator(".call, .notice")).to_have_count(0)
    await expect(wall.locator(".line")).to_have_count(0)

    async with httpx.AsyncClient(base_url=stage.server.url) as http:
        answer = await http.get(
            f"/api/v1/rooms/{stage.room}/export.csv", headers={"authorization": f"Bearer {stage.host.token}"}
        )
    assert "六点半开始拼装" in answer.text
    assert "七点开始拼装" in answer.text
    assert stage.troubles == []
