"""A whole show on one server: a host with a phone, two guests and a wall, from the first word to the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import Stage, close_vote, say, to
from tests.server.photos import pictures

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A busy machine is slow; the story waits for facts."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@dataclass(slots=True)
class Show:
    """The pages of everybody who is there."""

    stage: Stage
    console: Page
    wall: Page
    ann: Page
    ben: Page

    async def settle(self, button: str) -> None:
        """Decide on what waits first."""
        await to(self.console, "待处理")
        await self.console.locator(".queue").get_by_role("button", name=button, exact=True).first.click()


async def look(page: Page, tab: str) -> None:
    """To a tab of a guest's page."""
    await page.get_by_role("tab", name=tab).click()


async def begin(stage: Stage) -> Show:
    console = await stage.open(await stage.link("host"), "phone")
    wall = await stage.open(await stage.link("wall"), "wall")
    ann = await stage.enter("小安")
    ben = await stage.open(stage.address, "desk")
    await ben.get_by_role("textbox").fill("小本")
    await ben.get_by_role("button", name="进入房间").click()
    await ben.locator(".composer textarea").wait_for()
    answer = await stage.host.send("room.configure", {"settings": {"approve_questions": True}})
    assert answer["ok"], answer
    return Show(stage, console, wall, ann, ben)


async def question(show: Show) -> None:
    """Asked by one, let through and shown by the host, answered; the asker finds how it stands."""
    await look(show.ann, "提问")
    await show.ann.locator(".ask textarea").fill("塔楼怎么立起来的？")
    await show.ann.locator(".ask button[type=submit]").click()
    await show.settle("通过并上墙")
    await expect(show.wall.locator(".asked-scene h2")).to_have_text("塔楼怎么立起来的？")
    await expect(show.ben.locator(".card.asked")).to_contain_text("塔楼怎么立起来的？")
    await to(show.console, "现在")
    await show.console.get_by_role("button", name="已回答").click()
    await expect(show.wall.locator(".asked-scene")).to_have_count(0)
    await look(show.ann, "我的")
    await expect(show.ann.locator(".mine-questions")).to_contain_text("现场已回答")


async def photos(show: Show) -> None:
    """From two guests to the host, to the wall, into a vote."""
    for number, (page, caption) in enumerate(((show.ann, "海边城堡"), (show.ben, "绿色恐龙")), 1):
        await look(page, "照片")
        file = {"name": "build.jpg", "mimeType": "image/jpeg", "buffer": pictures.encoded("JPEG")}
        await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        form = page.get_by_role("dialog")
        await form.get_by_label("说一句").fill(caption)
        await form.get_by_role("button", name="发送").click()
        await form.wait_for(state="hidden")
        await show.settle("上墙")
        await expect(show.wall.locator(".mosaic img")).to_have_count(number)
        await to(show.console, "照片")
        await show.console.get_by_role("button", name="加入投票").click()
        await expect(show.console.get_by_text(f"投票里的 {number} 号")).to_be_visible()


async def vote(show: Show) -> None:
    """On the photos. All see the same figures when it has ended."""
    await to(show.console, "现在")
    await show.console.get_by_role("button", name="开始投票").click()
    for page in (show.ann, show.ben):
        await page.get_by_role("radio", name="绿色恐龙").click()
        await expect(page.locator(".counted")).to_be_visible()
    await show.ben.get_by_role("radio", name="海边城堡").click()
    await expect(show.wall.locator(".entry-grid .share")).to_have_text(["50%", "50%"])
    await close_vote(show.console)
    for page in (show.ann, show.ben):
        await expect(page.locator(".card .bars .count b")).to_have_text(["1", "1"])
    await look(show.ann, "我的")
    await expect(show.ann.locator(".mine-votes")).to_contain_text("恐龙")


async def gifts(show: Show) -> None:
    """One for who taps first, one by lot that the winner checks; both wait to be collected under "mine"."""
    console, ann = show.console, show.ann
    form = console.get_by_role("dialog")
    await to(console, "礼物")
    await console.get_by_role("button", name="新建抢先领").click()
    await form.get_by_label("送什么").fill("小恐龙拼装包")
    await form.get_by_label("份数").fill("1")
    await form.get_by_role("button", name="准备好").click()
    await console.get_by_role("button", name="马上开抢").click()
    await ann.get_by_role("button", name="抢！").click()
    await expect(ann.get_by_text("第 1 位，抢到了")).to_be_visible()
    await expect(show.ben.get_by_text("抢完了，谢谢参与")).to_be_visible()

    await console.get_by_role("button", name="新建抽奖").click()
    await form.get_by_label("送什么").fill("城堡拼装套装")
    await form.get_by_label("中奖人数").fill("2")
    await form.get_by_role("button", name="准备好").click()
    await console.get_by_role("button", name="开始进名单").click()
    for page in (ann, show.ben):
        await expect(page.get_by_text("你在名单里，票号")).to_be_visible()
    await console.get_by_role("button", name="锁定名单").click()
    await form.get_by_role("button", name="锁定名单").click()
    await console.get_by_role("button", name="开奖", exact=True).click()
    await expect(show.wall.locator(".names")).to_contain_text("小*")
    await ann.get_by_role("button", name="核对这次抽奖").click()
    await expect(ann.locator(".check .right")).to_have_count(4)
    await ann.get_by_role("button", name="关闭").click()
    await look(ann, "我的")
    await expect(ann.locator(".mine-prizes li")).to_have_count(2)
    await expect(ann.get_by_role("tab", name="我的")).to_contain_text("2")
    await console.locator(".winners", has_text="小安").first.get_by_role("button", name="发放").first.click()
    await expect(ann.locator(".mine-prizes .given")).to_have_count(1)


async def screen(show: Show) -> None:
    """The host sets what the wall shows, and lets it choose again."""
    await to(show.console, "画面")
    scenes = show.console.locator(".scene-buttons")
    await scenes.get_by_role("button", name="封面").click()
    await expect(show.wall.locator(".title-scene")).to_be_visible()
    await scenes.get_by_role("button", name="空白").click()
    await expect(show.wall.locator("div.wall")).to_have_count(0)
    await scenes.get_by_role("button", name="空白").click()
    await scenes.get_by_role("button", name="自动").click()
    await expect(show.wall.locator("aside")).to_have_count(1)


async def order(show: Show) -> None:
    """A message deleted and brought back, a person muted, everything quiet; each taken back."""
    console, ben = show.console, show.ben
    await look(ben, "聊天")
    await say(ben, "加我微信有优惠")
    await expect(show.ann.locator(".message .text", has_text="有优惠")).to_have_count(1)
    await to(console, "聊天")
    row = console.locator(".message", has_text="有优惠")
    await row.get_by_role("button", name="删除").click()
    await expect(show.ann.locator(".message .text", has_text="有优惠")).to_have_count(0)
    await look(ben, "我的")
    await expect(ben.locator(".mine-chat")).to_contain_text("已被店员删除")
    await console.locator(".toast").get_by_role("button", name="撤销").last.click()
    await expect(show.ann.locator(".message .text", has_text="有优惠")).to_have_count(1)
    await expect(ben.locator(".mine-chat")).to_have_count(0)

    await row.get_by_role("button", name="小本：查看和处理").click()
    await console.get_by_role("button", name="禁言 5 分钟").click()
    await expect(ben.locator(".composer textarea")).to_be_disabled()
    await console.locator(".toast", has_text="禁言").get_by_role("button", name="撤销").click()
    await expect(ben.locator(".composer textarea")).to_be_enabled()

    await to(console, "更多")
    await console.get_by_role("button", name="紧急静场").click()
    await console.get_by_role("dialog").get_by_role("button", name="紧急静场").click()
    await expect(show.wall.locator("aside")).to_have_count(0)
    await expect(show.ann.locator(".composer textarea")).to_be_disabled()
    await console.locator(".quiet-now").get_by_role("button", name="恢复").click()
    await expect(show.wall.locator("aside")).to_have_count(1)
    await expect(show.ann.locator(".composer textarea")).to_be_enabled()


async def end(show: Show) -> None:
    """The room closes; what is kept agrees with what was seen."""
    await show.console.get_by_role("button", name="结束活动").click()
    await show.console.get_by_role("dialog").get_by_role("button", name="结束活动").click()
    for page in (show.ann, show.ben):
        await expect(page.locator(".composer textarea")).to_be_disabled()
    stage = show.stage
    headers = {"authorization": f"Bearer {stage.host.token}"}
    async with httpx.AsyncClient(base_url=f"{stage.server.url}/api/v1/rooms/{stage.room}", headers=headers) as http:
        results = await http.get("/results")
        record = await http.get("/export.json")
    assert results.status_code == record.status_code == 200
    assert "塔楼怎么立起来的？" in record.text
    for kind in ("question.answered", "photo.posted", "poll.closed", "first.tapped", "draw.revealed", "room.panicked"):
        assert f'"{kind}"' in record.text, kind


async def test_a_whole_show(stage: Stage) -> None:
    show = await begin(stage)
    await say(show.ann, "大家好")
    for page in (show.ben, show.wall):
        await expect(page.get_by_text("大家好").first).to_be_visible()
    await question(show)
    await photos(show)
    await vote(show)
    await gifts(show)
    await screen(show)
    await order(show)
    await end(show)
    assert stage.troubles == []
