"""The lobby: a room is made, copied, printed, looked back on, kept as a file, and shown on a wall."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from playwright.async_api import Download, Page, expect

from tests.e2e.backstage import named, owner
from tests.e2e.stage import Stage, draft_and_open

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def made(page: Page, title: str) -> str:
    """A new empty room; its id."""
    await page.get_by_role("button", name="新建房间").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_label("房间名称").fill(title)
    await form.get_by_role("button", name="建好房间").click()
    await page.get_by_role("heading", name=title, level=1).wait_for()
    return page.url.rsplit("/", 1)[1]


async def text_of(download: Download) -> str:
    """What a file holds that the browser has kept."""
    path = await download.path()
    return await asyncio.to_thread(path.read_text, "utf-8-sig")


async def voted(stage: Stage, room: str, name: str, choice: str) -> None:
    """Somebody in the audience casts a ballot."""
    phone = await stage.open(f"{named(stage.server)}/r/{room}", "phone")
    await phone.get_by_role("textbox").fill(name)
    await phone.get_by_role("button", name="进入房间").click()
    await phone.get_by_role("radio", name=choice).click()
    await expect(phone.locator(".counted")).to_be_visible()


async def test_a_room_from_making_to_results(stage: Stage) -> None:
    page = await owner(stage, "frida")
    room = await made(page, "城堡擂台赛")

    await page.get_by_role("link", name="去主持").click()
    await page.locator(".console").wait_for()
    await draft_and_open(page, "=哪件最好？", ["城堡", "恐龙"])
    for name, choice in (("小安", "城堡"), ("小本", "城堡"), ("小迪", "恐龙")):
        await voted(stage, room, name, choice)
    await expect(page.locator(".on-now .bars .count b")).to_have_text(["2", "1"])

    # Looked back on, with bars.
    await page.goto(f"{named(stage.server)}/lobby/rooms/{room}")
    outcome = page.locator(".outcome")
    await expect(outcome.locator(".count b")).to_have_text(["2", "1"])
    wide = "one => one.getBoundingClientRect().width"
    widths = [await bar.evaluate(wide) for bar in await outcome.locator(".bar > i").all()]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.02)

    # Kept as a file; a cell that would be a formula is harmless.
    async with page.expect_download() as download:
        await page.get_by_role("link", name="投票结果").click()
    rows = list(csv.DictReader(io.StringIO(await text_of(await download.value))))
    assert [(row["option"], row["votes"]) for row in rows] == [("城堡", "2"), ("恐龙", "1")]
    assert all(row["question"] == "'=哪件最好？" for row in rows)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="全部记录").first.click()
    assert "poll.opened" in await text_of(await download.value)

    # Copied: the vote is a draft again, and nobody has voted.
    await page.get_by_role("button", name="复制房间").click()
    form = page.get_by_role("dialog")
    await expect(form.get_by_label("房间名称")).to_have_value("城堡擂台赛（副本）")
    await form.get_by_role("button", name="复制房间").click()
    await page.get_by_role("heading", name="城堡擂台赛（副本）", level=1).wait_for()
    await expect(page.locator(".drafts")).to_contain_text("=哪件最好？")
    await page.get_by_role("link", name="去主持").click()
    await expect(page.locator(".item.draft")).to_contain_text("=哪件最好？")

    await page.goto(f"{named(stage.server)}/lobby")
    await expect(page.locator(".block", has_text="城堡擂台赛")).to_have_count(2)
    assert stage.troubles == []


async def test_a_room_begins_with_a_template(stage: Stage) -> None:
    page = await owner(stage, "gina")
    await page.get_by_role("button", name="新建房间").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_text("拼装大赛").click()
    await form.get_by_role("button", name="建好房间").click()
    await page.get_by_role("link", name="去主持").click()
    await page.locator(".item.draft").first.wait_for()
    assert stage.troubles == []


async def test_the_sheet_is_one_page_that_says_all(stage: Stage) -> None:
    page = await owner(stage, "hans")
    room = await made(page, "节日派发")
    await page.get_by_role("link", name="打印二维码").click()
    paper = page.locator(".paper")
    await expect(paper).to_contain_text("节日派发")
    await expect(paper).to_contain_text("中山店")
    await expect(paper).to_contain_text(f"/r/{room}")
    await expect(paper.locator("ol li")).to_have_count(3)
    await page.emulate_media(media="print")
    await expect(page.locator(".house")).to_be_hidden()
    await expect(page.get_by_role("button", name="打印")).to_be_hidden()
    pdf = await page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") == 1, "one sheet of paper"
    width = await paper.evaluate("one => one.getBoundingClientRect().width")
    assert width == pytest.approx(210 / 25.4 * 96, abs=2)
    assert stage.troubles == []


async def test_a_screen_is_paired_by_its_code_and_taken_back(stage: Stage) -> None:
    page = await owner(stage, "ida")
    room = await made(page, "新品直播")
    wall = await stage.open(f"{named(stage.server)}/wall", "wall")
    signs = wall.locator(".pair-code b")
    await expect(signs).to_have_count(6)
    code = "".join(await signs.all_inner_texts())

    await page.get_by_role("button", name="连接大屏").first.click()
    form = page.get_by_role("dialog")
    wrong = "".join("3" if sign == "2" else "2" for sign in code)
    await form.get_by_label("配对码").fill(wrong)
    await form.get_by_role("button", name="连接", exact=True).click()
    await expect(form.get_by_role("alert")).to_contain_text("没找到这个配对码")
    await form.get_by_label("配对码").fill(code.lower())
    await form.get_by_label("大屏叫什么").fill("门口电视")
    await form.get_by_role("button", name="连接", exact=True).click()
    await wall.locator("div.wall").wait_for()
    await expect(wall).to_have_url(f"{named(stage.server)}/wall/{room}")
    await wall.reload()
    await wall.locator("div.wall").wait_for()

    # Its link is among those that were given out; without it the screen asks for a room again.
    await page.reload()
    await page.locator("summary").click()
    line = page.locator("details li", has_text="门口电视")
    await line.get_by_role("button", name="收回").click()
    await page.get_by_role("dialog").get_by_role("button", name="收回").click()
    await expect(wall.locator(".pair-code b")).to_have_count(6)
    assert [one for one in stage.troubles if "404" not in one] == []
