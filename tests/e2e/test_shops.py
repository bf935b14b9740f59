"""Two shops in one show: their codes, who is where, a vote told shop by shop; and the list of who is here."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import Stage, open_vote, say, to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def come(stage: Stage, name: str, query: str = "", shop: str = "") -> Page:
    phone = await stage.open(f"{stage.address}{query}", "phone")
    await phone.get_by_role("textbox").fill(name)
    if shop:
        await phone.get_by_label("你在哪家店").select_option(label=shop)
    await phone.get_by_role("button", name="进入房间").click()
    await phone.locator(".composer textarea").wait_for()
    return phone


async def test_two_shops_vote_and_a_host_sees_who_is_where(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    await to(console, "更多")
    for name in ("东店", "西店"):
        await console.get_by_label("门店名称").fill(name)
        await console.get_by_role("button", name="添加", exact=True).click()
        await expect(console.get_by_role("button", name=f"入口 · {name}")).to_be_visible()
    await console.get_by_role("button", name="入口 · 东店").click()
    address = await console.get_by_role("dialog").locator(".address input").input_value()
    await console.keyboard.press("Escape")

    ann = await come(stage, "小安", f"?{address.partition('?')[2]}")
    ben = await come(stage, "小北", shop="东店")
    await ben.get_by_role("tab", name="我的").click()
    await ben.get_by_label("你在哪家店").select_option(label="西店")
    await expect(ben.locator(".toast", has_text="已记下")).to_be_visible()
    await say(ann, "东边的朋友好")
    await expect(console.locator(".message .tag.shop", has_text="东店")).to_be_visible()

    await open_vote(stage, ["城堡", "恐龙"])
    await ann.get_by_role("radio", name="城堡").click()
    await ben.get_by_role("radio", name="城堡").click()
    for page in (console.locator(".on-now"), wall.locator(".towers")):
        await expect(page.locator(".split").first).to_contain_text("东店 1西店 1")

    await console.locator(".health .here").click()
    people = console.get_by_role("dialog")
    await expect(people.get_by_role("button")).to_contain_text(["主", "小安", "小北"])
    await ben.context.close()
    await expect(people.get_by_text("重连中").first).to_be_visible()
    await people.get_by_role("button", name="小安：查看和处理").click()
    await console.get_by_role("dialog", name="小安").get_by_role("button", name="禁言", exact=True).click()
    await expect(people.locator("li", has_text="小安").get_by_text("已禁言")).to_be_visible()
    assert stage.troubles == []


async def test_a_co_hosts_link_bears_a_name_and_is_taken_back_alone(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    await to(console, "更多")
    form = console.locator("form.co-hosts")
    await form.get_by_label("给谁用").fill("珊珊")
    await form.get_by_role("button", name="维持秩序").click()
    await form.get_by_role("button", name="生成链接").click()
    address = await form.locator(".address input").input_value()
    helper = await stage.open(f"{stage.server.url}/host/{stage.room}#{address.partition('#')[2]}", "phone")
    await expect(helper.locator(".console")).to_be_visible()
    await console.locator(".health .here").click()
    await expect(console.get_by_role("dialog").locator("li", has_text="珊珊")).to_contain_text("管理员")
    await console.keyboard.press("Escape")
    await form.get_by_role("button", name="收回 · 珊珊").click()
    await console.get_by_role("dialog").get_by_role("button", name="收回").click()
    await expect(helper.get_by_text("这个链接已被收回")).to_be_visible()
    await expect(form.get_by_role("button", name="收回 · 珊珊")).to_have_count(0)
    await expect(console.locator(".console")).to_be_visible()
