"""Where something has ended, or never was: the pages say what is the matter, and what to do next."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.stage import Stage, close_vote, draft_and_open, say, words
from tests.e2e.test_pages import fits

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_an_address_of_no_page_leads_on(stage: Stage, language: str) -> None:
    phone = await stage.open(f"{stage.server.url}/nope/deeper", "phone", language=language)
    await expect(phone.get_by_text(words(language, "这里没有页面", "There’s no page here"))).to_be_visible()
    await fits(phone)
    await phone.get_by_role("link", name=words(language, "输入房间号", "Enter a room code")).click()
    await expect(phone.get_by_role("heading")).to_contain_text(words(language, "哪个房间", "Which room"))
    await phone.goto(f"{stage.server.url}/r/")
    await expect(phone.get_by_role("heading")).to_contain_text(words(language, "哪个房间", "Which room"))
    # A scanner added a slash.
    await phone.goto(f"{stage.address}/")
    await expect(phone.get_by_role("heading", name="周末拼装大赛")).to_be_visible()
    # The browser itself says that the address was not found.
    assert [trouble for trouble in stage.troubles if "404" not in trouble] == []


async def test_a_withdrawn_link_says_so_to_its_host_and_frees_its_wall(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "phone")
    wall = await stage.open(await stage.link("wall"), "wall")
    await console.locator(".console").wait_for()
    await wall.locator("div.wall").wait_for()
    headers = {"authorization": f"Bearer {stage.host.token}"}
    async with httpx.AsyncClient(base_url=f"{stage.server.url}/api/v1/rooms/{stage.room}", headers=headers) as http:
        for link in (await http.get("/links")).json()["links"]:
            assert (await http.delete(f"/links/{link['id']}")).status_code == 204
    await expect(console.get_by_text("这个链接已被收回")).to_be_visible()
    await expect(console.get_by_role("link", name="店员登录")).to_have_attribute(
        "href", f"/staff?next=%2Fhost%2F{stage.room}"
    )
    await expect(wall.locator(".pair-code b")).to_have_count(6)


async def test_a_closed_vote_whose_result_is_hidden_has_no_bars_yet(stage: Stage) -> None:
    phone, console = await stage.enter("小安"), await stage.open(await stage.link("host"), "desk")
    pocket, wall = (
        await stage.open(await stage.link("host"), "phone"),
        await stage.open(await stage.link("wall"), "wall"),
    )
    await draft_and_open(console, "你觉得哪件最好？", ["海边城堡", "绿色恐龙"], hidden=True)
    await phone.get_by_role("radio", name="海边城堡").click()
    await expect(phone.locator(".counted")).to_be_visible()
    await close_vote(console)
    for page in (phone, wall):
        await expect(page.get_by_text("结果由主持人公布")).to_be_visible()
        await expect(page.locator(".bar, .shaft >> visible=true")).to_have_count(0)
    await pocket.locator(".tabs").get_by_role("button", name="投票").click()
    reveal = pocket.locator(".item").get_by_role("button", name="公布结果")
    question, button = await pocket.locator(".item .question").bounding_box(), await reveal.bounding_box()
    assert question is not None
    assert button is not None
    assert question["width"] > 250, "the question has the row for itself"
    assert button["height"] <= 48
    await fits(pocket)
    await reveal.click()
    await expect(phone.locator(".bar")).to_have_count(2)
    await expect(wall.locator(".tower")).to_have_count(2)
    assert stage.troubles == []


async def test_a_kick_says_that_they_may_come_back(stage: Stage) -> None:
    phone, console = await stage.enter("小康"), await stage.open(await stage.link("host"), "desk")
    await say(phone, "刷屏刷屏")
    await console.get_by_role("button", name="小康：查看和处理").first.click()
    sheet = console.get_by_role("dialog")
    await expect(sheet).to_contain_text("对方可以自己再进来")
    await sheet.get_by_role("button", name="请出房间").click()
    await expect(console.locator(".toast")).to_contain_text("对方可以自己再进来")
