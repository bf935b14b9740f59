"""A question's way: asked on a phone, approved at the console, on the wall, answered; nobody hears of it before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import Page, WebSocket, expect

from loadtests.client import Client
from tests.e2e.stage import Stage, open_vote, to

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET, RUDE = "什么时候开卖？", "不该问的话"


def listen(page: Page) -> Callable[[], str]:
    """All that the page's connection is told from now on."""
    heard: list[str] = []

    def open_socket(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: heard.append(frame if isinstance(frame, str) else frame.decode()))

    page.on("websocket", open_socket)
    return lambda: "\n".join(heard)


async def ask(phone: Page, text: str) -> None:
    await phone.get_by_role("tab", name="提问").click()
    await phone.locator(".ask textarea").fill(text)
    await phone.locator(".ask button[type=submit]").click()


async def approves_first(host: Client) -> None:
    answer = await host.send("room.configure", {"settings": {"approve_questions": True}})
    assert answer["ok"], answer


async def test_asked_approved_on_the_wall_answered(stage: Stage) -> None:
    await approves_first(stage.host)
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open("about:blank", "wall")
    ben = await stage.open("about:blank", "phone")
    hears = [listen(wall), listen(ben)]
    await wall.goto(await stage.link("wall"))
    await ben.goto(stage.address)
    await ben.get_by_role("textbox").fill("小本")
    await ben.get_by_role("button", name="进入房间").click()
    await ben.locator(".composer textarea").wait_for()
    ann = await stage.enter("小安")

    # What waits is told to its asker and to hosts alone.
    await ask(ann, SECRET)
    await expect(ann.locator(".asked.own", has_text=SECRET)).to_contain_text("待确认")
    await ask(ann, RUDE)
    queue = console.locator(".queue .item.waiting")
    await expect(queue).to_have_count(2)
    await queue.filter(has_text=RUDE).get_by_role("button", name="不公开").click()
    await expect(ann.locator(".asked.own", has_text=RUDE)).to_contain_text("未展示")
    # So that nothing is still on its way: what comes after it has arrived.
    await say_from(stage.host, "都到了吗")
    for page in (wall, ben):
        await expect(page.get_by_text("都到了吗").first).to_be_visible()
    assert all("都到了吗" in hear() and SECRET not in hear() and RUDE not in hear() for hear in hears)

    # Approved: everybody sees it, marked as news where another tab is open, and can want it.
    await queue.get_by_role("button", name="通过", exact=True).click()
    tab = ben.get_by_role("tab", name="提问")
    await expect(tab.locator(".news")).to_have_count(1)
    await tab.click()
    await expect(tab.locator(".news")).to_have_count(0)
    await ben.locator(".asked", has_text=SECRET).get_by_role("button", pressed=False).click()
    await expect(ben.locator(".asked .upvote.on")).to_have_text("1")
    await expect(ann.locator(".asked.own", has_text=SECRET)).to_contain_text("1 人想知道")

    # On the wall, with its asker's name masked; off it once answered, which can be undone.
    await to(console, "提问")
    item = console.locator(".questions .item", has_text=SECRET)
    await item.get_by_role("button", name="上墙").click()
    await expect(wall.locator(".asked-scene h2")).to_have_text(SECRET)
    await expect(wall.locator(".asked-scene")).not_to_contain_text("小安")
    await expect(ann.locator(".card.asked")).to_contain_text(SECRET)
    await item.get_by_role("button", name="已回答").click()
    await expect(wall.locator(".asked-scene")).to_have_count(0)
    await expect(ann.locator(".asked.own", has_text=SECRET)).to_contain_text("现场已回答")
    await console.get_by_role("button", name="撤销").last.click()
    await expect(wall.locator(".asked-scene h2")).to_have_text(SECRET)
    await expect(ann.locator(".asked.own", has_text=SECRET)).to_contain_text("正在回答")
    assert all(RUDE not in hear() for hear in hears)
    assert stage.troubles == []


async def say_from(host: Client, text: str) -> None:
    answer = await host.say(text)
    assert answer["ok"], answer


async def test_tabs_keep_what_was_begun(stage: Stage) -> None:
    ann = await stage.enter("小安")
    await ann.locator(".composer textarea").fill("还没发出的话")
    await ann.get_by_role("tab", name="聊天").press("ArrowRight")
    questions = ann.get_by_role("tab", name="提问")
    await expect(questions).to_be_focused()
    await expect(questions).to_have_attribute("aria-selected", "true")
    await ann.locator(".ask textarea").fill("还没问的问题")
    for begun in ("还没发出的话", "还没问的问题"):
        # It is kept once the page has been drawn with it.
        await ann.wait_for_function(
            "text => Object.values(sessionStorage).some((one) => one.includes(text))", arg=begun
        )
    await ann.reload()
    await expect(questions).to_have_attribute("aria-selected", "true")
    await expect(ann.locator(".ask textarea")).to_have_value("还没问的问题")
    await questions.press("Home")
    await expect(ann.locator(".composer textarea")).to_have_value("还没发出的话")
    # Nor is a tap lost because what stands above grows while it is pressed.
    poll = await open_vote(stage, ["城堡", "恐龙", "火箭", "小队"])
    await stage.host.send("poll.close", {"poll": poll})
    await ann.locator(".card .bars").wait_for()
    await ann.locator(".composer textarea").click()
    await questions.click()
    await expect(questions).to_have_attribute("aria-selected", "true")
    assert stage.troubles == []
