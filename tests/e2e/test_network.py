"""Phones on poor networks: away too long, behind a proxy without WebSockets, with a token that runs out."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise

import pytest
from playwright.async_api import Page, expect
from websockets.asyncio.client import connect

from loadtests.proxy import Faults, Proxy
from loadtests.rig import until_stored
from loadtests.stored import events
from loadtests.waiting import until
from tests.e2e.stage import Stage, open_vote, say
from tests.e2e.way import Way

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATER = 30_000  # ms that coming back may take, with the pauses between tries
AWAY = ("网络断开", "还没连上")  # and what it says of a break, sooner and later
# Whatever a page says to its reader about the way to the server, from its start on.
WATCH = """
window.told = [];
new MutationObserver(() => {
  for (const one of document.querySelectorAll(".banner, .toast, dialog, .door, #page > .empty b"))
    if (!window.told.includes(one.textContent)) window.told.push(one.textContent);
}).observe(document, { childList: true, subtree: true });
"""


async def away(phone: Page, way: Way) -> None:
    """The phone loses its network, and its owner is told."""
    way.cut()
    await expect(phone.locator(".banner.away")).to_be_visible()


async def host_says(stage: Stage, texts: list[str]) -> None:
    for text in texts:
        answer = await stage.host.send("chat.send", {"text": text})
        assert answer["ok"], answer


async def shows_once(page: Page, texts: list[str]) -> None:
    for text in texts:
        await expect(page.locator(".message .text").get_by_text(text, exact=True)).to_have_count(1, timeout=LATER)


async def test_back_from_a_break_it_says_what_was_missed(stage: Stage) -> None:
    few, many = [f"短 {number}" for number in range(3)], [f"长 {number}" for number in range(12)]
    answer = await stage.host.send("room.configure", {"settings": {"recovery_events": 5}})
    assert answer["ok"], answer
    async with Way(stage.server.port) as way:
        phone = await stage.enter("小安", by=way.url)
        await away(phone, way)
        await host_says(stage, few)
        way.mend()
        await expect(phone.locator(".banner.back")).to_have_text("已重连，补上 3 条", timeout=LATER)
        await shows_once(phone, few)

        await away(phone, way)
        await host_says(stage, many)
        way.mend()
        await expect(phone.locator(".banner.missed")).to_contain_text("错过较多，已载入最新", timeout=LATER)
        await shows_once(phone, few + many)
        await phone.get_by_role("button", name="好的").click()
        await expect(phone.locator(".banner")).to_have_count(0)
    assert stage.troubles == []


async def test_without_websockets_it_polls(stage: Stage) -> None:
    async with Way(stage.server.port, websockets=False) as way:
        phone = await stage.enter("小安", by=way.url)
        await say(phone, "没有长连接也能说")
        await expect(phone.locator(".message.own .state")).to_have_count(1)
        await host_says(stage, ["收到"])
        await shows_once(phone, ["收到"])
        poll = await open_vote(stage, ["城堡", "恐龙"])
        await phone.get_by_role("radio", name="恐龙").click()
        await expect(phone.locator(".counted")).to_be_visible()
        await expect(phone.locator(".option .share")).to_have_text(["0%", "100%"])

        await away(phone, way)
        await host_says(stage, ["还在吗"])
        way.mend()
        await shows_once(phone, ["还在吗"])
        await stage.host.send("poll.close", {"poll": poll})
        await expect(phone.locator(".card .bars .count b")).to_have_text(["0", "1"])
        assert way.upgrades > 0
    assert stage.troubles == []


@pytest.mark.parametrize("ended", [False, True], ids=["before it runs out", "after it ran out"])
async def test_a_token_is_renewed_without_a_word(stage: Stage, ended: bool) -> None:
    phone = await stage.enter("小安")
    await say(phone, "第一句")
    await expect(phone.locator(".message.own .state")).to_have_count(1)
    key = f"showfloor.pass.audience.{stage.room}"
    kept = await phone.evaluate("key => JSON.parse(localStorage[key])", key)
    if ended:
        user, soon = kept["pass"]["user"], int(time.time()) + 3
        kept["pass"]["token"] = stage.server.token(stage.room, user, guest=True, name="小安", exp=soon)
        kept["until"] += 3600_000
    else:
        kept["until"] = time.time() * 1000 + 91_000  # renewed 90 s ahead
    await phone.evaluate("([key, kept]) => { localStorage[key] = JSON.stringify(kept); }", [key, kept])
    await phone.add_init_script(WATCH)
    async with phone.expect_response("**/guest", timeout=LATER) as renewed:
        await phone.reload()
        await expect(phone.locator(".message.own")).to_have_count(1)
    assert (await (await renewed.value).json())["user"] == kept["pass"]["user"]
    await say(phone, "第二句")
    await expect(phone.locator(".message.own .state")).to_have_count(2)
    # On a busy machine a second may pass without a connection, and that is said.
    assert [words for words in await phone.evaluate("window.told") if not words.startswith(AWAY)] == []
    assert stage.troubles == []


async def test_a_message_written_offline_outlives_a_reload_and_is_sent_once(stage: Stage) -> None:
    async with Way(stage.server.port) as way:
        phone = await stage.enter("小安", by=way.url)
        await away(phone, way)
        await say(phone, "地铁里写的")
        await expect(phone.locator(".message.pending")).to_contain_text("地铁里写的")
        await phone.goto("about:blank")
        way.mend()
        await phone.goto(f"{way.url}/r/{stage.room}")
        await expect(phone.locator(".message.own .state")).to_have_count(1, timeout=LATER)
        await shows_once(phone, ["地铁里写的"])
    answer = await stage.host.say("mark")
    await until_stored(stage.server.data, stage.room, answer["position"]["seq"])
    said = [data["text"] for _, _, data in events(stage.server.data, stage.room, "chat.sent") if data]
    assert said.count("地铁里写的") == 1
    assert stage.troubles == []


async def test_half_an_emoji_is_left_out(stage: Stage) -> None:
    phone = await stage.enter("小安")
    field = phone.locator(".composer textarea")
    await field.evaluate(
        "field => { field.value = '积木🧱'.slice(0, -1); field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    await phone.locator(".composer button[type=submit]").click()
    await expect(phone.locator(".message.own .text")).to_have_text(["积木"])
    await expect(phone.locator(".message.own .state")).to_have_count(1)
    await expect(phone.locator(".banner, .toast")).to_have_count(0)


async def test_it_says_why_the_server_ended_a_connection(stage: Stage) -> None:
    async with Way(stage.server.port) as way:
        phone = await stage.enter("小安", by=way.url)
        kept = await phone.evaluate("key => localStorage[key]", f"showfloor.pass.audience.{stage.room}")
        token = await phone.evaluate("kept => JSON.parse(kept).pass.token", kept)
        way.cut()
        # The same person by another connection, with words that are none.
        address = f"ws://127.0.0.1:{stage.server.port}/socket.io/?EIO=4&transport=websocket"
        async with connect(address) as socket:
            await socket.recv()
            await socket.send("40" + json.dumps({"token": token, "protocol": 1}))
            await socket.recv()
            await socket.send("42not json")
            await socket.wait_closed()
        way.mend()
        await expect(phone.locator(".toast")).to_have_text("刚才发的内容没法识别，没有发出去", timeout=LATER)
        await expect(phone.locator(".banner.away")).to_have_count(0)


async def test_a_server_that_closes_at_once_is_asked_ever_more_seldom(stage: Stage) -> None:
    async with Way(stage.server.port) as way:
        phone = await stage.enter("小安", by=way.url)
        await phone.evaluate(WATCH)
        way.curt = True
        way.cut()
        way.mend()
        tries: list[float] = []

        async def seldom() -> bool:
            while len(tries) + 1 < way.upgrades:
                tries.append(time.monotonic())
            # Without a back-off it is 0.4 s, give or take a half.
            return any(after - before > 1.0 for before, after in pairwise(tries))

        assert await until(seldom, 60), tries
        told = await phone.evaluate("window.told")
        assert told
        assert [words for words in told if not words.startswith(AWAY)] == []
        way.curt = False
        await expect(phone.locator(".banner.away")).to_have_count(0, timeout=LATER)
        await say(phone, "回来了")
        await expect(phone.locator(".message.own .state")).to_have_count(1)
    assert stage.troubles == []


async def test_all_pages_come_back_when_a_server_starts_anew(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "desk")
    wall = await stage.open(await stage.link("wall"), "wall")
    phone = await stage.enter("小安")
    pages = (console, wall, phone)
    await expect(console.locator(".health .link.up")).to_be_visible()
    await expect(wall.locator("aside")).to_be_visible()
    for page in pages:
        await page.evaluate(WATCH)
    assert await stage.server.terminate() == 0
    await asyncio.gather(*(expect(page.locator(".banner.away, .broken")).to_be_visible() for page in pages))
    await stage.server.start()

    await asyncio.gather(
        *(expect(page.locator(".banner.away, .broken")).to_have_count(0, timeout=LATER) for page in pages)
    )
    await say(phone, "都在")
    await expect(console.locator(".message .text")).to_have_text(["都在"])
    await expect(wall.locator(".talk li")).to_have_count(1)
    for page in pages:
        told = await page.evaluate("window.told")
        assert [words for words in told if not words.startswith(AWAY)] == []
    assert stage.troubles == []


async def test_on_a_line_that_went_dead_what_is_said_arrives_soon(stage: Stage) -> None:
    """The browser would notice after the heartbeat's 45 s; a person who has said something should not wait for that."""
    async with Proxy("127.0.0.1", stage.server.port) as proxy:
        phone = await stage.enter("小安", by=proxy.url)
        for link in tuple(proxy.links):
            link.faults = Faults(swallow=True)
        await say(phone, "有人吗")
        assert await until(lambda: heard(stage, "有人吗"), LATER / 1000, every=0.2)
        await shows_once(phone, ["有人吗"])


def heard(stage: Stage, text: str) -> bool:
    return [data["text"] for _, _, data in events(stage.server.data, stage.room, "chat.sent") if data].count(text) == 1
