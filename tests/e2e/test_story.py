"""Two phones, a host and a wall in one room: they talk, vote, change their mind, and all see the same figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest
from playwright.async_api import Page, expect

from loadtests.rig import until_stored
from loadtests.stored import events
from tests.e2e.stage import Stage, close_vote, draft_and_open, say

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPTIONS = ["城堡", "恐龙", "火箭"]


async def shows(page: Page, selector: str, figures: Sequence[object]) -> None:
    """The page shows these numbers, in this order."""
    await expect(page.locator(selector)).to_have_text([str(figure) for figure in figures])


async def ballots(stage: Stage) -> list[str]:
    """The choices that the database holds, one a person."""
    answer = await stage.host.say("mark")
    await until_stored(stage.server.data, stage.room, answer["position"]["seq"])
    with closing(sqlite3.connect(stage.server.data / "rooms.sqlite")) as database:
        rows = database.execute("SELECT choices FROM ballots WHERE room = ?", (stage.room,))
        return sorted(choices for (choices,) in rows)


async def test_two_phones_a_host_and_a_wall(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    ann, ben = await stage.enter("小安"), await stage.enter("小本")

    # They talk, both ways.
    await say(ann, "城堡真好看")
    for page in (ann, ben, console):
        await expect(page.locator(".message .text", has_text="城堡真好看")).to_have_count(1)
    await expect(wall.locator(".talk", has_text="城堡真好看")).to_have_count(1)
    await expect(wall.locator(".talk", has_text="小安")).to_have_count(0)  # names are masked there
    await say(ben, "恐龙更酷")
    for page in (ann, ben, console):
        await expect(page.locator(".message .text", has_text="恐龙更酷")).to_have_count(1)
    await expect(ben.locator(".message.own .state")).to_have_count(1)
    await expect(ben.locator(".message.pending, .message.failed")).to_have_count(0)

    # They vote, and one changes their mind.
    await draft_and_open(console, "你觉得哪件最好？", OPTIONS)
    await ann.get_by_role("radio", name="城堡").click()
    await ben.get_by_role("radio", name="恐龙").click()
    await shows(console, ".on-now .bars .count b", [1, 1, 0])
    await shows(wall, ".towers .count", [1, 1, 0])
    await shows(ann, ".option .share", ["50%", "50%", "0%"])
    await ben.get_by_role("radio", name="城堡").click()
    await shows(console, ".on-now .bars .count b", [2, 0, 0])
    await shows(wall, ".towers .count", [2, 0, 0])
    await expect(ben.get_by_role("radio", name="城堡")).to_be_checked()

    # The host closes; all figures agree, in every page and in the database.
    await close_vote(console)
    for page in (ann, ben):
        await shows(page, ".card .bars .count b", [2, 0, 0])
    await shows(console, ".on-now .bars .count b", [2, 0, 0])
    await shows(wall, ".towers .count", [2, 0, 0])
    assert await ballots(stage) == ["[0]", "[0]"]
    assert stage.troubles == []


async def test_a_message_said_while_the_server_is_away_arrives_once(stage: Stage) -> None:
    ann, ben = await stage.enter("小安"), await stage.enter("小本")
    await say(ann, "一切正常")
    await expect(ben.locator(".message .text", has_text="一切正常")).to_have_count(1)

    await stage.server.kill()
    await say(ann, "断网也要说")
    await expect(ann.locator(".message.pending .text", has_text="断网也要说")).to_have_count(1)
    await expect(ann.locator(".banner.away")).to_be_visible()
    await stage.server.start()

    for page in (ann, ben):
        await expect(page.locator(".message .text", has_text="断网也要说")).to_have_count(1)
    await expect(ann.locator(".message.pending, .message.failed")).to_have_count(0)
    await expect(ann.locator(".banner.away")).to_have_count(0)

    # Again after a reload: it is there once, and so is he.
    await ann.reload()
    await expect(ann.locator(".message .text", has_text="断网也要说")).to_have_count(1)
    await expect(ann.locator(".message.own")).to_have_count(2)
    head = stage.host.place.seq
    await until_stored(stage.server.data, stage.room, head)
    said = [data["text"] for _, _, data in events(stage.server.data, stage.room, "chat.sent") if data]
    assert said.count("断网也要说") == 1
    assert stage.troubles == []


@pytest.mark.parametrize("received", [True, False], ids=["the server had it", "the server never had it"])
async def test_an_unanswered_message_is_sent_again_after_a_reload(stage: Stage, received: bool) -> None:
    ann = await stage.enter("小安")
    await say(ann, "先说一句")
    await expect(ann.locator(".message.own .state")).to_have_count(1)

    # The server holds its breath, so that nothing is answered; then the page goes away.
    stage.server.pause()
    await say(ann, "刷新以后再发")
    await expect(ann.locator(".message.pending")).to_have_count(1)
    await ann.goto("about:blank")
    if received:
        stage.server.resume()
    else:
        await stage.server.kill()
        await stage.server.start()

    await ann.goto(stage.address)
    await expect(ann.locator(".message.own .state")).to_have_count(2)
    await expect(ann.locator(".message .text", has_text="刷新以后再发")).to_have_count(1)
    answer = await stage.host.say("mark")
    await until_stored(stage.server.data, stage.room, answer["position"]["seq"])
    said = [data["text"] for _, _, data in events(stage.server.data, stage.room, "chat.sent") if data]
    assert said.count("刷新以后再发") == 1
    assert stage.troubles == []


async def test_a_hidden_result_is_shown_when_revealed(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    ann = await stage.enter("小安")
    await draft_and_open(console, "猜猜谁会赢？", OPTIONS, hidden=True)
    await ann.get_by_role("radio", name="火箭").click()
    await shows(console, ".on-now .bars .count b", [0, 0, 1])
    await expect(ann.locator(".option .share")).to_have_count(0)
    await expect(wall.locator(".towers .count")).to_have_count(0)
    await close_vote(console)
    await expect(ann.locator(".card .bars .count")).to_have_count(0)
    await expect(wall.locator(".towers .count")).to_have_count(0)
    await console.locator(".next button").click()
    await shows(ann, ".card .bars .count b", [0, 0, 1])
    await shows(wall, ".towers .count", [0, 0, 1])
    assert stage.troubles == []
