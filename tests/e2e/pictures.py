"""Take the screenshots in docs/pictures anew: python -m tests.e2e.pictures

A room with a few people in it, in the middle of a vote and after it, at 360, 1440 and 1920 pixels; what staff see; and
together.png, a phone, the console and the wall in one.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, expect

from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.rig import start_all, stop_all
from loadtests.serving import ROOT
from tests.e2e.backstage import named, owner
from tests.e2e.stage import Stage, close_vote, draft_and_open, say, staged, to
from tests.e2e.together import compose

PICTURES = ROOT / "docs" / "pictures"
NAME = "live.example"
ADDRESS = f"https://{NAME}"  # what the pictures' codes and links say
OPTIONS = ["海边城堡", "绿色恐龙", "登月火箭", "消防小队"]
TALK = [
    ("朵朵妈妈", "今天的主题是什么呀？"),
    ("阿哲", "海边城堡的塔楼是怎么立起来的？"),
    ("小满", "刚刚那一步看清楚了，谢谢！"),
    ("Leo", "The dinosaur can move its jaw, so cool"),
    ("糖糖", "我家孩子也想来店里搭一个"),
    ("老周", "火箭用了多少块？"),
    ("阿哲", "门店还有那款绿色的底板吗"),
    ("小满", "恐龙恐龙恐龙！"),
]
BALLOTS = [0, 0, 1, 1, 1, 2, 3, 0, 1, 2, 0, 1]


async def people(stage: Stage) -> dict[str, Client]:
    """Those who talk, and others who only vote."""
    names = [*dict.fromkeys(name for name, _ in TALK), *(f"观众{number}" for number in range(len(BALLOTS) - 6))]
    crowd = {
        name: Client(
            stage.server.url,
            stage.server.token(stage.room, f"p{number}", name=name),
            stage.room,
            user=f"p{number}",
            settings=Settings(diary=False),
        )
        for number, name in enumerate(names)
    }
    await start_all(list(crowd.values()))
    return crowd


async def take(page: Page, name: str) -> None:
    """One picture, once fonts and pictures are there and nothing moves."""
    await page.evaluate("document.fonts.ready")
    await expect(page.locator(".toast")).to_have_count(0)
    await page.mouse.move(0, 0)
    await page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
    sys.stdout.write(f"docs/pictures/{name}.png\n")


async def vote(stage: Stage, crowd: dict[str, Client], poll: str) -> None:
    for client, choice in zip(crowd.values(), BALLOTS, strict=False):
        answer = await client.send("poll.vote", {"poll": poll, "choices": [choice]})
        assert answer["ok"], answer


async def newest_poll(stage: Stage) -> str:
    """The id of the poll that was made last, from a host's view."""
    answer = await stage.host.request("room.join", {"id": stage.host.new_id(), "room": stage.room})
    poll: str = answer["view"]["polls"]["polls"][-1]["poll"]
    return poll


async def empty_and_door(stage: Stage) -> None:
    """Before anybody is there."""
    door = await stage.open(stage.address, "phone")
    await door.get_by_role("textbox").wait_for()
    await take(door, "door-360")
    await door.context.close()


async def story(stage: Stage) -> None:
    await empty_and_door(stage)
    crowd = await people(stage)
    console = await stage.open(await stage.link("host"), "desk")
    pocket = await stage.open(await stage.link("host"), "phone")
    wall = await stage.open(await stage.link("wall"), "wall")
    phone = await stage.enter("小安")
    english = await stage.enter("Ann", language="en", theme="dark")

    for name, text in TALK:
        answer = await crowd[name].send("chat.send", {"text": text})
        assert answer["ok"], answer
    await say(phone, "城堡真好看")
    await expect(phone.locator(".message.own .state")).to_have_count(1)
    await expect(wall.locator(".talk", has_text="城堡真好看")).to_have_count(1)
    await take(wall, "wall-chat-1920")

    await draft_and_open(console, "你觉得哪件最好？", OPTIONS)
    await vote(stage, crowd, await newest_poll(stage))
    await phone.get_by_role("radio", name=OPTIONS[0]).click()
    await english.get_by_role("radio", name=OPTIONS[1]).click()
    voted = len(crowd) + 2
    for page, where in ((console, ".on-now .turnout"), (wall, ".vote .voters"), (phone, ".card")):
        await expect(page.locator(where).first).to_contain_text(f"{voted}")
    await take(phone, "audience-360")
    await take(english, "audience-dark-en-360")
    await take(pocket, "console-360")
    await take(console, "console-1440")
    await take(wall, "wall-1920")
    wide = await stage.open(stage.address, "desk")
    await wide.get_by_role("textbox").fill("小宽")
    await wide.get_by_role("button", name="进入房间").click()
    await wide.locator(".composer textarea").wait_for()
    await wide.locator(".occupancy").wait_for()
    await take(wide, "audience-1440")

    await close_vote(console)
    await phone.locator(".card .bars").wait_for()
    await wall.locator(".ended").wait_for()
    await take(phone, "audience-result-360")
    await take(wall, "wall-result-1920")
    await queue_and_mine(stage, crowd, pocket, phone)
    await stop_all(list(crowd.values()))


async def queue_and_mine(stage: Stage, crowd: dict[str, Client], pocket: Page, phone: Page) -> None:
    """What waits for the host, and what is a guest's own."""
    await phone.get_by_role("tab", name="提问").click()
    for question in ("塔楼是怎么立起来的？", "下次什么时候再办？"):
        await phone.locator(".ask textarea").fill(question)
        await phone.locator(".ask button[type=submit]").click()
        await phone.locator(".asked.own", has_text=question).wait_for()
    settings = {"approve_questions": True, "approve_chat": True}
    answer = await stage.host.send("room.configure", {"settings": settings})
    assert answer["ok"], answer
    for name, kind, text in (
        ("朵朵妈妈", "chat.send", "孩子说要搭一个更大的"),
        ("老周", "question.ask", "门店还有那款绿色的底板吗？"),
        ("Leo", "question.ask", "Can we buy the rocket as a set?"),
    ):
        answer = await crowd[name].send(kind, {"text": text})
        assert answer["ok"], answer
    await to(pocket, "待处理")
    await expect(pocket.locator(".queue .item")).to_have_count(3)
    await take(pocket, "console-queue-360")
    await phone.get_by_role("tab", name="我的").click()
    await phone.locator(".mine-questions").wait_for()
    await phone.locator(".card.on").get_by_role("button", name="收起").first.click()
    await take(phone, "audience-mine-360")


MAKE = """async ([title, template, close]) => {
  const headers = { "content-type": "application/json" };
  const ask = async (path, body) => {
    const answer = await fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return answer.json();
  };
  const { shops } = await (await fetch("/api/v1/shops")).json();
  const { id } = await ask("/rooms", { title, shop: shops[0].id, template });
  if (close) await ask(`/rooms/${id}/close`, {});
  return id;
}"""
SHOWS = [
    ("节日派发 · 十月", "give-away", True),
    ("新品直播：海港吊车", "live-demo", True),
    ("周末拼装大赛", "build-contest", False),
]


async def ballots(stage: Stage, room: str) -> None:
    """Two votes in that room, with what people chose: one has ended, one is on."""
    host = stage.server.client(room, "st_pictures", role="host")
    await host.start()
    joined = await host.request("room.join", {"id": host.new_id(), "room": room})
    voters = [stage.server.client(room, f"v{number}") for number in range(len(BALLOTS))]
    await start_all(voters)
    for turn, poll in enumerate(joined["view"]["polls"]["polls"][:2]):
        answer = await host.send("poll.open", {"poll": poll["poll"]})
        assert answer["ok"], answer
        for voter, choice in zip(voters, BALLOTS, strict=True):
            choices = [(choice + turn) % len(poll["options"])]
            answer = await voter.send("poll.vote", {"poll": poll["poll"], "choices": choices})
            assert answer["ok"], answer
        if turn == 0:
            await host.send("poll.close", {"poll": poll["poll"]})
    await stop_all([*voters, host])


async def backstage(stage: Stage) -> None:
    """What staff see: signing in, the lobby, a room and its sheet, a screen to be paired."""
    door = await stage.open(f"{named(stage.server)}/staff", "phone")
    await door.locator("input[name=login]").wait_for()
    await take(door, "sign-in-360")
    page = await owner(stage, "lin")
    rooms = [await page.evaluate(MAKE, show) for show in SHOWS]
    await ballots(stage, rooms[-1])

    await page.goto(f"{named(stage.server)}/lobby")
    await expect(page.locator(".block")).to_have_count(1 + len(SHOWS))
    await take(page, "lobby-1440")
    await page.goto(f"{named(stage.server)}/lobby/rooms/{rooms[-1]}")
    await expect(page.locator("article.outcome")).to_have_count(2)
    await take(page, "room-1440")
    await page.goto(f"{named(stage.server)}/lobby/rooms/{rooms[-1]}/sheet")
    await page.locator(".paper").wait_for()
    await page.evaluate("document.fonts.ready")
    await page.locator(".paper").screenshot(path=PICTURES / "print-sheet.png")
    sys.stdout.write("docs/pictures/print-sheet.png\n")

    wall = await stage.open(f"http://{NAME}/wall", "wall")
    await expect(wall.locator(".pair-code b")).to_have_count(6)
    await take(wall, "pairing-1920")


async def together(stage: Stage) -> None:
    """The three of them during the vote."""
    three = {"phone": "audience-360", "console": "console-1440", "wall": "wall-1920"}
    await compose(
        stage.browser, {name: PICTURES / f"{file}.png" for name, file in three.items()}, PICTURES / "together.png"
    )
    sys.stdout.write("docs/pictures/together.png\n")


async def take_all(data: Path) -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with staged(data, env={"SHOWFLOOR_PUBLIC_URL": ADDRESS}, name=NAME) as stage:
        await story(stage)
        await together(stage)
        await backstage(stage)
        # Who is not signed in is told so, and plain http under a name has no opener policy: the browser notes both.
        troubles = [one for one in stage.troubles if "401" not in one and "Opener-Policy" not in one]
        for trouble in troubles:
            sys.stderr.write(f"{trouble}\n")
        return 1 if troubles else 0


def main() -> int:
    argparse.ArgumentParser(prog="python -m tests.e2e.pictures", description=(__doc__ or "").split(":")[0]).parse_args()
    with tempfile.TemporaryDirectory(prefix="showfloor-pictures-") as data:
        return asyncio.run(take_all(Path(data)))


if __name__ == "__main__":
    raise SystemExit(main())
