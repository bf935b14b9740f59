"""The wall's scenes: a host sets each from the console, and the wall and its small likeness there show it."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.stage import Stage, open_vote

pytestmark = pytest.mark.asyncio(loop_scope="session")
ASKED = "恐龙的嘴能动吗？"


async def shows(walls: tuple[Locator, Locator], scene: str, text: str = "") -> None:
    """The wall and its likeness in the console."""
    for wall in walls:
        await expect(wall.locator(scene)).to_contain_text(text)


async def choose(console: Page, scene: str) -> None:
    await console.get_by_role("group", name="大屏画面").get_by_role("button", name=scene).click()


async def test_a_host_sets_each_scene_and_the_wall_follows(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙"], question="哪件最好？")
    for command, fields in (
        ("question.ask", {"text": ASKED}),
        ("chat.send", {"text": "都坐好了吗"}),
        ("first.create", {"title": "小恐龙拼装包", "places": 3}),
    ):
        answer = await stage.host.send(command, fields)
        assert answer["ok"], answer
    wall = await stage.open(await stage.link("wall"), "wall")
    console = await stage.open(await stage.link("host"), "desk")
    walls = (wall.locator("#page"), console.frame_locator(".preview iframe").locator("#page"))
    now = console.locator(".stage-desk .on-wall-now")

    # What is on leads, until a host decides.
    await shows(walls, ".vote h2", "哪件最好？")
    await expect(now).to_contain_text("投票")
    await expect(now).to_contain_text("自动")
    await choose(console, "封面")
    await shows(walls, ".title-scene h1", "周末拼装大赛")
    await expect(now).to_contain_text("固定")
    code = await wall.locator(".title-scene .qr").bounding_box()
    assert code is not None
    assert code["height"] >= 600
    assert code["y"] + code["height"] <= 1080
    await choose(console, "聊天")
    await shows(walls, ".talk", "都坐好了吗")
    await choose(console, "提问")
    await shows(walls, ".asked-scene h2", ASKED)
    await expect(now).to_contain_text(ASKED)
    await choose(console, "投票")
    await shows(walls, ".vote h2", "哪件最好？")
    await choose(console, "照片")
    await shows(walls, ".scene > .cover", "扫码发照片")
    # No gift was opened yet.
    await expect(console.get_by_role("button", name="中奖")).to_be_disabled()

    await choose(console, "倒计时")
    form = console.get_by_role("dialog")
    await form.get_by_label("大屏上写什么").fill("距离开场还有")
    await form.get_by_role("button", name="10 分钟").click()
    await form.get_by_role("button", name="开始倒计时").click()
    await shows(walls, ".countdown-scene h2", "距离开场还有")
    await expect(wall.locator(".countdown-scene .face")).to_contain_text(":")
    await choose(console, "聊天")
    await expect(wall.locator(".beside")).to_contain_text(":")
    await console.get_by_role("button", name="停止倒计时").click()
    await expect(wall.locator(".beside")).to_have_count(0)

    # Nothing is lost under a blank wall, nor under a panic, and each step can be taken back.
    await console.keyboard.press("b")
    await shows(walls, ":scope > .cover")
    await expect(now).to_contain_text("空白")
    answer = await stage.host.send("room.panic", {})
    assert answer["ok"], answer
    await console.keyboard.press("b")
    await expect(console.get_by_text("紧急静场中，大屏空白")).to_be_visible()
    await shows(walls, ":scope > .cover")
    answer = await stage.host.send("room.calm", {})
    assert answer["ok"], answer
    await shows(walls, ".talk", "都坐好了吗")
    await choose(console, "封面")
    await console.locator(".toast", has_text="大屏已换画面").get_by_role("button", name="撤销").last.click()
    await expect(now).to_contain_text("聊天")
    await shows(walls, ".talk", "都坐好了吗")
    await console.keyboard.press("0")
    await shows(walls, ".asked-scene h2", ASKED)
    assert stage.troubles == []
