"""axe-core finds nothing serious on any page, in both themes, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from loadtests.serving import ROOT
from tests.e2e.backstage import invitation, named, owner
from tests.e2e.stage import SIZES, Kind, Stage, hang, open_vote, say, to
from tests.server.photos import pictures

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = ROOT / "client_web" / "node_modules" / "axe-core" / "axe.min.js"
# What one is asked for: everything but matters of taste.
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# A theme changes colours alone.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
THEMED = "theme => document.documentElement.dataset.theme === theme"
JUDGE = """async (runOnly) => {
  await document.fonts.ready;
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
}"""
BOTH: tuple[Kind, ...] = ("desk", "phone")


class Judge:
    """What axe-core found, by page; all pages are looked at before any of it fails a test.

    One page is shown in every size and theme: coming that far once for each of them takes minutes.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self.looked = 0

    async def __call__(self, page: Page, what: str, kinds: tuple[Kind, ...] = BOTH) -> None:
        if not await page.evaluate("'axe' in window"):
            # Evaluated, not loaded: the pages' policy lets no script in but their own.
            await page.evaluate(AXE.read_text())
        for kind in kinds:
            await page.set_viewport_size(SIZES[kind]["viewport"])
            for theme, rules in (("light", ALL), ("dark", COLOURS)):
                await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                await page.wait_for_function(THEMED, arg=theme)
                self.looked += 1
                if found := await page.evaluate(JUDGE, rules):
                    self.found[f"{what}, {kind}, {theme}"] = found


@pytest.fixture
def clean() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    assert judge.looked
    assert judge.found == {}


async def shown(stage: Stage, url: str, wait: str, kind: Kind = "desk") -> Page:
    page = await stage.open(url, kind)
    await page.locator(wait).first.wait_for()
    return page


async def went(page: Page, url: str, wait: str) -> Page:
    """The same page elsewhere."""
    await page.goto(url)
    await page.locator(wait).first.wait_for()
    return page


async def test_the_audience_has_no_barriers(stage: Stage, clean: Judge) -> None:
    page = await shown(stage, f"{stage.server.url}/", "input")
    await clean(page, "start")
    await clean(await went(page, f"{stage.server.url}/r/nowhere", ".empty b"), "no such room")
    await clean(await went(page, stage.address, "input"), "door")
    await page.get_by_role("button", name="我来过").click()
    await clean(page, "coming back")
    await page.get_by_role("button", name="没有座位码").click()
    await page.get_by_role("textbox").fill("小安")
    await page.get_by_role("button", name="进入房间").click()
    await page.locator(".composer textarea").wait_for()
    await clean(page, "empty room")
    await open_vote(stage, ["城堡", "恐龙"])
    await say(page, "你好")
    await page.get_by_role("radio", name="恐龙").click()
    await page.locator(".counted").wait_for()
    await clean(page, "vote")
    await stage.host.send("question.ask", {"text": "几点开始？"})
    await page.get_by_role("tab", name="提问").click()
    await page.locator(".ask textarea").fill("可以带小孩吗？")
    await page.locator(".ask button[type=submit]").click()
    await page.locator(".asked.own").first.wait_for()
    await clean(page, "questions")
    await hang(stage, pictures.phone(), "积木大象")
    await page.get_by_role("tab", name="照片").click()
    await page.locator(".photo-bar input").set_input_files(
        {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": pictures.phone()}
    )
    await page.locator(".photo-stage img").wait_for()
    await page.get_by_role("dialog").get_by_role("button", name="1:1").click()
    await clean(page, "sending a photo")
    await page.get_by_role("button", name="发送").click()
    await page.locator("#kind-photos .own-photo img").wait_for()
    await page.locator(".photo-grid img").wait_for()
    await clean(page, "photos")
    await page.get_by_role("tab", name="我的").click()
    await page.get_by_role("button", name="显示座位码").click()
    await page.locator(".seat-code").wait_for()
    await clean(page, "me")


async def test_the_console_has_no_barriers(stage: Stage, clean: Judge) -> None:
    await open_vote(stage, ["城堡", "恐龙"])
    for command, text in (("chat.send", "大家好"), ("question.ask", "几点开始？")):
        answer = await stage.host.send(command, {"text": text})
        assert answer["ok"], answer
    await hang(stage, pictures.phone(), "积木大象")
    page = await shown(stage, await stage.link("host"), ".console")
    await clean(page, "console", ("desk",))
    for turn in ("照片", "更多"):
        await to(page, turn)
    await clean(page, "what else is in its columns", ("desk",))
    await page.set_viewport_size(SIZES["phone"]["viewport"])
    for tab in await page.locator("nav.tabs button").all():
        await tab.click()
        await clean(page, f"console, {await tab.inner_text()}", ("phone",))
        for place in (await page.locator("nav.places button").all())[1:]:
            await place.click()
            await clean(page, f"console, {await place.inner_text()}", ("phone",))
    await page.keyboard.press("n")
    await page.get_by_role("dialog").wait_for()
    await clean(page, "a new vote")


async def test_putting_people_out_has_no_barriers(stage: Stage, clean: Judge) -> None:
    phone = await stage.enter("小安")
    await say(phone, "我来捣乱")
    console = await shown(stage, await stage.link("host"), ".console")
    face = console.get_by_role("button", name="小安：查看和处理").first
    dialog = console.get_by_role("dialog")
    await face.click()
    await clean(console, "about somebody")
    await dialog.get_by_role("button", name="请出房间").click()
    await phone.get_by_role("button", name="重新进入").wait_for()
    await clean(phone, "put out")
    await phone.get_by_role("button", name="重新进入").click()
    await phone.locator(".composer textarea").wait_for()

    await console.set_viewport_size(SIZES["desk"]["viewport"])
    await face.click()
    await dialog.get_by_role("button", name="封禁").click()
    await dialog.get_by_text("封禁“小安”？").wait_for()
    await clean(console, "banning")
    await console.set_viewport_size(SIZES["desk"]["viewport"])
    await dialog.get_by_role("button", name="封禁").click()
    await console.locator(".toast").get_by_role("button", name="撤销").wait_for()
    await to(console, "更多")
    await console.get_by_role("button", name="解除封禁").wait_for()
    await clean(console, "the banned, and the way back", ("desk",))
    await console.set_viewport_size(SIZES["phone"]["viewport"])
    await console.locator(".tabs").get_by_role("button", name="更多").click()
    await console.get_by_role("button", name="解除封禁").scroll_into_view_if_needed()
    await clean(console, "the banned", ("phone",))
    await phone.get_by_text("你已被禁止进入这个房间").wait_for()
    await clean(phone, "banned")


async def test_a_role_that_was_given_and_taken_has_no_barriers(stage: Stage, clean: Judge) -> None:
    phone = await stage.enter("小丁")
    await say(phone, "我来帮忙")
    await phone.locator(".message.own .state").wait_for()
    joined = await stage.host.request("room.join", {"id": stage.host.new_id(), "room": stage.room})
    user = joined["view"]["chat"]["messages"][-1]["by"]["id"]
    for given in ("moderator", "attendee"):
        answer = await stage.host.send("person.role", {"user": user, "name": "小丁", "role": given})
        assert answer["ok"], answer
        if given == "moderator":
            await phone.get_by_role("link", name="打开控制台").wait_for()
            await clean(phone, "given a role")
            await phone.get_by_role("link", name="打开控制台").click()
            await phone.locator(".console").wait_for()
    await phone.get_by_text("你不再管理这个房间了").wait_for()
    await clean(phone, "the role taken back")


async def test_the_wall_has_no_barriers(stage: Stage, clean: Judge) -> None:
    wall: tuple[Kind, ...] = ("wall",)
    await clean(await shown(stage, f"{stage.server.url}/wall", ".pair-code b", "wall"), "pairing", wall)
    page = await shown(stage, await stage.link("wall"), ".cover", "wall")
    await clean(page, "cover", wall)
    answer = await stage.host.send("chat.send", {"text": "大家好"})
    assert answer["ok"], answer
    await page.locator(".talk").wait_for()
    await clean(page, "talk", wall)
    photo = await hang(stage, pictures.phone(), "积木大象")
    await page.locator(".photo-scene img").wait_for()
    await clean(page, "photos", wall)
    await open_vote(stage, ["城堡", "恐龙"])
    await page.locator(".towers").wait_for()
    await clean(page, "vote", wall)
    await open_vote(stage, ["城堡", "1 号作品"], photos=[None, photo])
    await page.locator(".entry-grid img").wait_for()
    await clean(page, "a vote on photos", wall)


async def test_the_way_in_for_staff_has_no_barriers(stage: Stage, clean: Judge) -> None:
    base = named(stage.server)
    page = await shown(stage, f"{base}/staff", "input[name=login]")
    await clean(page, "sign-in")
    await page.locator("input[name=login]").fill("nobody")
    await page.locator("input[type=password]").fill("nothing-of-the-kind")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await clean(page, "not let in")
    await clean(await shown(stage, await invitation(stage.server), "input[name=login]"), "invitation")
    await clean(await shown(stage, f"{base}/staff#invitation=nothing", ".empty b"), "used invitation")


async def test_the_staffs_pages_have_no_barriers(stage: Stage, clean: Judge) -> None:
    base = named(stage.server)
    page = await owner(stage, "axe")
    await clean(page, "lobby")
    await page.get_by_role("button", name="新建房间").first.click()
    await page.locator(".pick-one").nth(1).wait_for()
    await clean(page, "a new room")
    await page.get_by_role("dialog").get_by_text("新品直播演示").click()
    await page.get_by_role("button", name="建好房间").click()
    await page.get_by_role("link", name="去主持").wait_for()
    room = page.url.rsplit("/", 1)[1]
    for path, wait in (
        ("/lobby", ".block"),
        (f"/lobby/rooms/{room}/sheet", ".paper"),
        ("/lobby/rooms/nowhere", ".empty b"),
        ("/staff", ".lines li"),
        ("/staff/audit", ".entry"),
        (f"/lobby/rooms/{room}", ".results .sums"),
    ):
        await clean(await went(page, f"{base}{path}", wait), path)
    for button in ("连接大屏", "复制房间", "存为模板"):
        await page.get_by_role("button", name=button).first.click()
        await page.get_by_role("dialog").wait_for()
        await clean(page, button)
        await page.keyboard.press("Escape")
    await clean(await went(page, f"{base}/staff/people", ".member"), "people")
    await page.get_by_role("button", name="邀请店员").click()
    await page.get_by_role("dialog").wait_for()
    await clean(page, "inviting")
