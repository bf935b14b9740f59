"""The wall: large enough to be read from afar, awake, without a cursor, and calm when the network is not."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from loadtests.waiting import until
from tests.e2e.stage import WITHIN, Stage, open_vote

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY, HEADLINE = 48, 96
# Signs, badges and the mark of a break are drawings more than words. An address of a long name may be smaller,
# and is measured by itself.
SMALL = ".sign, .face, .tag, .broken, .short"
WORDS = """(small) => {
  const found = [];
  const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    const { width, height } = one.getBoundingClientRect();
    if (!walker.currentNode.textContent.trim() || one.closest(small) || width < 2 || height < 2) continue;
    const headline = one.closest("main h1, main h2") !== null;
    found.push([walker.currentNode.textContent.trim(), parseFloat(getComputedStyle(one).fontSize), headline]);
  }
  return found;
}"""
INSIDE = """() => {
  const { innerWidth: width, innerHeight: height } = window;
  const all = "#page h1, #page h2, .qr, .short, .crowd, .label, .pair-code b, .pairing li";
  return Array.from(document.querySelectorAll(all))
    .filter((one) => {
      const { right, bottom, left, top } = one.getBoundingClientRect();
      return right > width + 1 || bottom > height + 1 || left < -1 || top < -1;
    })
    .map((one) => `${one.tagName}.${one.className}: ${one.textContent}`);
}"""
# Each part of the address is one line, inside its column and as large as that allows.
WHOLE = """() => {
  const lines = Array.from(document.querySelectorAll(".short span"));
  const room = document.querySelector(".short").clientWidth;
  const widest = Math.max(...lines.map((line) => line.getBoundingClientRect().width));
  const lined = (line) => line.getBoundingClientRect().height < 1.5 * parseFloat(getComputedStyle(line).fontSize);
  return lines.length === 2 && lines.every(lined) && widest <= room && widest > 0.9 * room;
}"""
# A screen lock that the test can take away.
LOCKS = """
window.locks = [];
const request = async () => {
  const lock = new EventTarget();
  lock.released = false;
  lock.release = () => { lock.released = true; lock.dispatchEvent(new Event("release")); };
  window.locks.push(lock);
  return lock;
};
Object.defineProperty(navigator, "wakeLock", { value: { request } });
"""
SCREENS = {"1080p": (1920, 1080), "4K": (3840, 2160), "portrait": (1080, 1920)}


async def sized(page: Page, screen: str) -> float:
    """Set the screen; how many times larger than at 1080p it is."""
    width, height = SCREENS[screen]
    await page.set_viewport_size({"width": width, "height": height})
    return min(width, height) / 1080


async def readable(page: Page, screen: str) -> None:
    """Wait until it is: what is fitted to a screen is so some frames after that has changed."""
    factor = await sized(page, screen)
    found: list[object] = []

    async def well() -> bool:
        words = await page.evaluate(WORDS, SMALL)
        assert words
        small = [one for one in words if one[1] < (HEADLINE if one[2] else BODY) * factor - 0.1]
        found[:] = [*small, *await page.evaluate(INSIDE)]
        return not found

    assert await until(well, WITHIN / 1000, every=0.1), (screen, found)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_words_are_large_enough_on_every_screen(stage: Stage, language: str) -> None:
    wall = await stage.open(await stage.link("wall"), "wall", language=language)
    for text in ("城堡真好看", "The dinosaur can move its jaw"):
        answer = await stage.host.send("chat.send", {"text": text})
        assert answer["ok"], answer
    await expect(wall.locator(".talk li")).to_have_count(2)
    for screen in SCREENS:
        await readable(wall, screen)

    await open_vote(stage, ["海边城堡", "绿色恐龙", "登月火箭"])
    await wall.locator(".towers").wait_for()
    for screen in SCREENS:
        await readable(wall, screen)

    await open_vote(
        stage, [f"第 {number} 号作品" for number in range(1, 21)], question="二十件作品里，你最喜欢哪一件？"
    )
    await wall.locator(".rows.many").wait_for()
    for screen in SCREENS:
        await readable(wall, screen)
    assert stage.troubles == []


async def test_the_code_of_a_screen_without_a_room_is_read_from_afar(stage: Stage) -> None:
    for language in ("zh-CN", "en"):
        wall = await stage.open(f"{stage.server.url}/wall", "wall", language=language)
        await expect(wall.locator(".pair-code b")).to_have_count(6)
        for screen in SCREENS:
            await readable(wall, screen)
    assert stage.troubles == []


async def test_the_address_under_the_code_can_be_read(stage: Stage) -> None:
    wall = await stage.open(await stage.link("wall"), "wall")
    short = wall.locator(".short")
    await expect(short).to_contain_text(stage.room)
    size = await short.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 32
    code = await wall.locator(".invitation .qr").bounding_box()
    assert code is not None
    assert code["width"] >= 300
    # Nothing of it is cut off.
    fits = "one => Array.from(one.children).every((line) => line.scrollWidth <= line.clientWidth + 1)"
    assert await short.evaluate(fits)


async def test_an_address_of_any_length_stands_whole_on_every_screen(stage: Stage) -> None:
    wall = await stage.open("about:blank", "wall")
    told = {"id": stage.room, "title": "", "status": "open", "url": f"http://192.168.100.123:18000/r/{stage.room}"}
    await wall.route(f"**/api/v1/rooms/{stage.room}", lambda route: route.fulfill(json=told))
    await wall.goto(await stage.link("wall"))
    short = wall.locator(".short")
    await expect(short).to_contain_text("192.168.100.123:18000")
    for width, height in (*SCREENS.values(), (1440, 900)):
        await wall.set_viewport_size({"width": width, "height": height})
        await wall.wait_for_function(WHOLE)


async def test_a_tower_of_nobody_stands_on_a_plate(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙"])
    wall = await stage.open(await stage.link("wall"), "wall")
    plates = wall.locator(".tower.none")
    await expect(plates).to_have_count(2)
    for plate in await plates.all():
        box = await plate.bounding_box()
        assert box is not None
        assert box["height"] >= 16
        assert box["width"] >= 100


async def test_the_screen_stays_awake_and_shows_no_cursor(stage: Stage) -> None:
    link = await stage.link("wall")
    wall = await stage.open("about:blank", "wall")
    await wall.add_init_script(LOCKS)
    await wall.goto(link)
    await wall.locator(".cover, .talk").first.wait_for()
    await wall.wait_for_function("window.locks.length === 1")
    await wall.evaluate("window.locks[0].release()")
    await wall.wait_for_function("window.locks.length === 2 && !window.locks[1].released")
    assert await wall.evaluate("getComputedStyle(document.body).cursor") == "none"


async def test_a_break_leaves_the_last_good_frame(stage: Stage) -> None:
    wall = await stage.open(await stage.link("wall"), "wall")
    await open_vote(stage, ["城堡", "恐龙"])
    await wall.locator(".towers").wait_for()
    frame = wall.locator(".scene")  # what may rise over it is loaded later
    before = await frame.inner_html()

    await stage.server.kill()
    mark = wall.locator(".broken")
    await expect(mark).to_be_visible()
    box = await mark.bounding_box()
    assert box is not None
    assert box["height"] <= 40, "a break is a small mark, no more"
    assert await frame.inner_html() == before
    await expect(wall.locator(".qr")).to_be_visible()
    assert await wall.locator("text=/error|错误|失败/i").count() == 0

    await stage.server.start()
    await expect(mark).to_have_count(0, timeout=2 * WITHIN)
    await expect(wall.locator(".towers")).to_be_visible()
    assert stage.troubles == []
