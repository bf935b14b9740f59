"""A whole show as people play it: staff in the lobby and at the console on a phone, a wall, three guests.

await play(house, doors)          # doors: the addresses of the gateways; people are spread over them
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, expect

from loadtests.waiting import until
from tests.e2e.backstage import owner
from tests.e2e.show_files import Seen, agree
from tests.e2e.stage import WITHIN, House, Kind, close_vote, say, to
from tests.server.photos import pictures

HOST, ANN, BEN, CAT = "林店长", "小安", "小本", "小陈"
TITLE = "拼装大赛"  # of the template, and so of the room
BEST, LIKED = "最佳创意奖投给谁？", "你最喜欢哪件作品？"
ASKED = "塔楼怎么立起来的？"


@dataclass(slots=True)
class Show:
    """The pages of everybody who is there, and what was seen on them."""

    house: House
    doors: Sequence[str]
    room: str
    console: Page
    wall: Page
    ann: Page
    ben: Page
    cat: Page
    heard: list[str]  # all that reached one guest
    seen: Seen = field(default_factory=Seen)

    @property
    def guests(self) -> tuple[Page, Page, Page]:
        return self.ann, self.ben, self.cat

    async def settle(self, button: str) -> None:
        """Decide on what waits first."""
        await to(self.console, "待处理")
        await self.console.locator(".queue").get_by_role("button", name=button, exact=True).first.click()

    async def start_vote(self, question: str) -> None:
        """Of the drafts, the one with this question."""
        await to(self.console, "投票")
        draft = self.console.locator(".item.draft", has_text=question)
        await draft.get_by_role("button", name="开始投票").click()

    async def scene(self, name: str) -> None:
        """Set what the wall shows."""
        await to(self.console, "画面")
        await self.console.locator(".scene-buttons").get_by_role("button", name=name).click()

    async def result(self, question: str, figures: Sequence[int]) -> None:
        """What all guests read at the end."""
        for page in self.guests:
            await read(page.locator(".ballot-card"), [str(one) for one in figures])
        self.seen.votes[question] = list(figures)


async def read(card: Locator, figures: list[str]) -> None:
    """The figures on a card, which steps aside after a while: on a busy machine sooner than they are read."""
    counts, unfold = card.locator(".bars .count b"), card.get_by_role("button", name="展开")

    async def stand() -> bool:
        if await unfold.count():
            await unfold.click()
        return await counts.all_inner_texts() == figures

    assert await until(stand, WITHIN / 1000, every=0.1), (await counts.all_inner_texts(), figures)


async def look(page: Page, tab: str) -> None:
    """To a tab of a guest's page."""
    await page.get_by_role("tab", name=tab).click()


async def come(house: House, url: str, name: str, heard: list[str], kind: Kind = "phone") -> Page:
    """Somebody who scanned the code and gave a name; ``heard`` gets all that the page is told from then on."""
    page = await house.open("about:blank", kind)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    await page.goto(url)
    await page.get_by_role("textbox").fill(name)
    await page.get_by_role("button", name="进入房间").click()
    await page.locator(".composer textarea").wait_for()
    return page


async def begin(house: House, doors: Sequence[str]) -> Show:
    """Staff signs in, makes the room of a template, pairs the wall and goes to host; guests come by its address."""
    console = await owner(house, "show", "phone")
    await console.get_by_role("button", name="新建房间").first.click()
    form = console.get_by_role("dialog")
    await form.get_by_text(TITLE, exact=True).click()
    await form.get_by_role("button", name="建好房间").click()
    await console.get_by_role("heading", name=TITLE, level=1).wait_for()
    room = console.url.rsplit("/", 1)[1]
    path = urlsplit(await console.locator(".invite .address input").input_value()).path
    assert path == f"/r/{room}"

    wall = await house.open(f"{doors[-1]}/wall", "wall")
    signs = wall.locator(".pair-code b")
    await expect(signs).to_have_count(6)
    await console.get_by_role("button", name="连接大屏").first.click()
    await form.get_by_label("配对码").fill("".join(await signs.all_inner_texts()))
    await form.get_by_role("button", name="连接", exact=True).click()
    await wall.locator("div.wall").wait_for()
    await form.wait_for(state="hidden")
    await console.get_by_role("link", name="去主持").click()
    await console.locator(".console").wait_for()

    heard: list[str] = []
    ann = await come(house, f"{doors[0]}{path}", ANN, [])
    ben = await come(house, f"{doors[-1]}{path}", BEN, [], "desk")
    cat = await come(house, f"{doors[-1]}{path}", CAT, heard)
    return Show(house, doors, room, console, wall, ann, ben, cat, heard)


async def chat(show: Show) -> None:
    """Each is read by all; one message is deleted and brought back."""
    for page, text in ((show.ann, "大家好"), (show.ben, "城堡真好看"), (show.cat, "加我微信有优惠")):
        await say(page, text)
        for reader in (*show.guests, show.wall):
            await expect(reader.get_by_text(text).first).to_be_visible()
        show.seen.said.append(text)
    await to(show.console, "聊天")
    row = show.console.locator(".message", has_text="有优惠")
    await row.get_by_role("button", name="删除").click()
    await expect(show.ann.locator(".message .text", has_text="有优惠")).to_have_count(0)
    await show.console.locator(".toast").get_by_role("button", name="撤销").last.click()
    await expect(show.ann.locator(".message .text", has_text="有优惠")).to_have_count(1)


async def question(show: Show) -> None:
    """Asked by one, let through and shown by the host, answered; the asker finds how it stands."""
    await to(show.console, "提问")
    first = show.console.get_by_role("switch", name="提问先确认，再公开")
    await first.click()
    await expect(first).to_be_checked()
    await look(show.ann, "提问")
    await show.ann.locator(".ask textarea").fill(ASKED)
    await show.ann.locator(".ask button[type=submit]").click()
    await to(show.console, "待处理")
    await expect(show.console.locator(".queue")).to_contain_text(ASKED)
    assert not any(ASKED in frame for frame in show.heard), "it is for the host alone yet"
    await show.settle("通过并上墙")
    await expect(show.wall.locator(".asked-scene h2")).to_have_text(ASKED)
    await expect(show.ben.locator(".card.asked")).to_contain_text(ASKED)
    await expect(show.cat.locator(".card.asked")).to_contain_text(ASKED)
    assert any(ASKED in frame for frame in show.heard)
    await to(show.console, "现在")
    await show.console.get_by_role("button", name="已回答").click()
    await expect(show.wall.locator(".asked-scene")).to_have_count(0)
    await look(show.ann, "我的")
    await expect(show.ann.locator(".mine-questions")).to_contain_text("现场已回答")
    show.seen.asked.append(ASKED)


async def hidden_vote(show: Show) -> None:
    """The host alone sees how it goes; it ends; then all see it."""
    await show.start_vote(BEST)
    for page, choice in zip(show.guests, ("一号作品", "二号作品", "一号作品"), strict=True):
        await page.get_by_role("radio", name=choice).click()
        await expect(page.locator(".counted")).to_be_visible()
    await to(show.console, "现在")
    await expect(show.console.locator(".poll-now .bars .count b")).to_have_text(["2", "1", "0"])
    await close_vote(show.console)
    for page in (*show.guests, show.wall):
        vote = page.locator(".ballot-card, .vote")
        await expect(vote.get_by_text("结果由主持人公布")).to_be_visible()
        await expect(vote.locator(".count, .share")).to_have_count(0)
    assert not any('"counts"' in frame for frame in show.heard), "nor is it in what the page was told"

    await show.console.get_by_role("button", name="公布结果").first.click()
    await show.result(BEST, [2, 1, 0])
    await expect(show.wall.locator(".towers .count")).to_have_text(["2", "1", "0"])
    assert any('"counts"' in frame for frame in show.heard)


async def photos(show: Show) -> None:
    """From two guests to the host, to the wall, into a vote whose result all see."""
    for number, (page, caption) in enumerate(((show.ann, "海边城堡"), (show.ben, "绿色恐龙")), 1):
        await look(page, "照片")
        file = {"name": "build.jpg", "mimeType": "image/jpeg", "buffer": pictures.encoded("JPEG")}
        await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        form = page.get_by_role("dialog")
        await form.get_by_label("说一句").fill(caption)
        await form.get_by_role("button", name="发送").click()
        await form.wait_for(state="hidden")
        await show.settle("上墙")
        if number == 1:
            await show.scene("照片")
        await expect(show.wall.locator(".mosaic img")).to_have_count(number)
        await to(show.console, "照片")
        await show.console.get_by_role("button", name="加入投票").click()
        await expect(show.console.get_by_text(f"投票里的 {number} 号")).to_be_visible()
    show.seen.entries += [("海边城堡", ANN), ("绿色恐龙", BEN)]

    await show.scene("自动")
    await show.start_vote(LIKED)
    for page in show.guests:
        await page.get_by_role("radio", name="绿色恐龙").click()
        await expect(page.locator(".counted")).to_be_visible()
    await show.ben.get_by_role("radio", name="海边城堡").click()
    await expect(show.wall.locator(".entry-grid .share")).to_have_text(["33%", "67%"])
    await to(show.console, "现在")
    await close_vote(show.console)
    await show.result(LIKED, [1, 2])


async def first(show: Show) -> None:
    """One gift for who taps first; it is handed over."""
    form = show.console.get_by_role("dialog")
    await to(show.console, "礼物")
    await show.console.get_by_role("button", name="新建抢先领").click()
    await form.get_by_label("送什么").fill("小恐龙拼装包")
    await form.get_by_label("份数").fill("1")
    await form.get_by_role("button", name="准备好").click()
    await show.console.get_by_role("button", name="马上开抢").click()
    await show.ann.get_by_role("button", name="抢！").click()
    await expect(show.ann.locator(".gift").get_by_text("第 1 位，抢到了")).to_be_visible()
    for page in (show.ben, show.cat):
        await expect(page.locator(".gift").get_by_text("抢完了，谢谢参与")).to_be_visible()
    await show.console.locator(".winners", has_text=ANN).get_by_role("button", name="发放").click()
    await look(show.ann, "我的")
    await expect(show.ann.locator(".mine-prizes .given")).to_have_count(1)
    show.seen.fast.append(ANN)


async def draw(show: Show) -> None:
    """One of three by lot; a guest's own browser finds it right."""
    console, form = show.console, show.console.get_by_role("dialog")
    await console.get_by_role("button", name="新建抽奖").click()
    await form.get_by_label("送什么").fill("城堡拼装套装")
    await form.get_by_role("button", name="准备好").click()
    await console.get_by_role("button", name="开始进名单").click()
    for page in show.guests:
        await expect(page.get_by_text("你在名单里，票号")).to_be_visible()
    await console.get_by_role("button", name="锁定名单").click()
    await form.get_by_role("button", name="锁定名单").click()
    await console.get_by_role("button", name="开奖", exact=True).click()
    await expect(show.wall.locator(".names")).to_contain_text("小*")
    for page, name in zip(show.guests, (ANN, BEN, CAT), strict=True):
        card = page.locator(".gift", has_text="城堡拼装套装")
        await expect(card.get_by_text(re.compile("第 1 名，你中奖了|这次没抽到"))).to_be_visible()
        if await card.get_by_text("你中奖了").count():
            show.seen.lucky.append(name)
    assert len(show.seen.lucky) == 1
    await expect(console.locator(".winners", has_text=show.seen.lucky[0]).first).to_be_visible()
    await show.ann.get_by_role("button", name="核对这次抽奖").click()
    await expect(show.ann.locator(".check .right")).to_have_count(4)
    await show.ann.get_by_role("button", name="关闭").click()


async def panic(show: Show) -> None:
    """Everything quiet, and back as it was."""
    console, writes = show.console, show.ann.locator(".composer textarea")
    await look(show.ann, "聊天")
    await to(console, "更多")
    await console.get_by_role("button", name="紧急静场").click()
    await console.get_by_role("dialog").get_by_role("button", name="紧急静场").click()
    await expect(show.wall.locator("aside")).to_have_count(0)
    await expect(writes).to_be_disabled()
    await console.locator(".quiet-now").get_by_role("button", name="恢复").click()
    await expect(show.wall.locator("aside")).to_have_count(1)
    await expect(writes).to_be_enabled()


async def ban(show: Show) -> None:
    """Put out at once, also for whoever comes again; the others go on."""
    console, form = show.console, show.console.get_by_role("dialog")
    await to(console, "聊天")
    await console.get_by_role("button", name=f"{CAT}：查看和处理").first.click()
    await form.get_by_role("button", name="封禁").click()
    await console.get_by_role("dialog", name=f"封禁“{CAT}”？").get_by_role("button", name="封禁").click()
    out = show.cat.get_by_text("你已被禁止进入这个房间")
    await expect(out).to_be_visible()
    heard = len(show.heard)
    await say(show.ann, "我们继续")
    await look(show.ben, "聊天")
    await expect(show.ben.locator(".message .text", has_text="我们继续")).to_be_visible()
    assert not any("我们继续" in frame for frame in show.heard[heard:])
    await show.cat.reload()
    await expect(out).to_be_visible()
    show.seen.said.append("我们继续")
    show.seen.banned.append(CAT)


async def end(show: Show) -> None:
    """The room closes; what the lobby keeps of it agrees with what was seen."""
    console = show.console
    await to(console, "更多")
    await console.get_by_role("button", name="结束活动").click()
    await console.get_by_role("dialog").get_by_role("button", name="结束活动").click()
    for page in (show.ann, show.ben):
        await expect(page.locator(".composer textarea")).to_be_disabled()
    await console.goto(f"{show.doors[0]}/lobby/rooms/{show.room}")
    for asked, figures in show.seen.votes.items():
        outcome = console.locator(".outcome", has_text=asked).first
        await expect(outcome.locator(".count b")).to_have_text([str(one) for one in figures])
    await agree(console, show.seen)


async def play(house: House, doors: Sequence[str]) -> None:
    """All of it, from the lobby and back to it."""
    show = await begin(house, doors)
    for part in (chat, question, hidden_vote, photos, first, draw, panic, ban, end):
        await part(show)
    assert house.troubles == []
