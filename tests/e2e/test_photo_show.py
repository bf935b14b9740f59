"""A photo's way: sent from a phone, approved at the console, on the wall, in a vote, deleted by who sent it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.stage import Stage
from tests.e2e.test_questions import listen
from tests.server.photos import pictures

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def choose(phone: Page, name: str, data: bytes) -> None:
    """As if taken with the camera: the form is open."""
    await phone.get_by_role("tab", name="照片").click()
    await phone.locator(".photo-bar input").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    await phone.get_by_role("dialog").get_by_label("说一句").wait_for()


async def go(console: Page, tab: str, place: str) -> None:
    """To one of the places under a tab of the console, on a phone."""
    await console.locator("nav.tabs").get_by_role("button", name=tab).click()
    await console.locator("nav.places").get_by_role("button", name=place).click()


async def send(phone: Page, caption: str) -> None:
    form = phone.get_by_role("dialog")
    await form.get_by_label("说一句").fill(caption)
    await form.get_by_role("button", name="发送").click()
    await expect(form).to_be_hidden()
    await expect(phone.locator("#kind-photos .own-photo .tag.warn")).to_have_text("等店员确认后上墙")


async def sizes(page: Page, where: str) -> tuple[int, int]:
    """Of a picture that has come, in its own pixels."""
    image = page.locator(where).first
    await expect(image).to_be_visible()
    width, height = await image.evaluate("async one => (await one.decode(), [one.naturalWidth, one.naturalHeight])")
    return int(width), int(height)


async def test_from_phone_to_wall_to_vote_and_away(stage: Stage) -> None:
    console = await stage.open(await stage.link("host"), "phone")
    wall = await stage.open(await stage.link("wall"), "wall")
    ben = await stage.open("about:blank", "phone")
    hears = listen(ben)
    await ben.goto(stage.address)
    await ben.get_by_role("textbox").fill("小本")
    await ben.get_by_role("button", name="进入房间").click()
    await ben.locator(".composer textarea").wait_for()
    ann = await stage.enter("小安")

    # What the phone tells of it stays on the way; whether it is a JPEG, its content says and not its name.
    await choose(ann, "IMG_0001.bin", pictures.phone())
    assert await sizes(ann, ".photo-stage img") == (240, 320)
    await ann.get_by_role("dialog").get_by_role("button", name="1:1").click()
    await ann.get_by_role("button", name="拖动照片").press("ArrowDown")
    await ann.get_by_role("dialog").get_by_role("button", name="不裁").click()
    await send(ann, "海边城堡")
    await go(console, "队列", "待处理")
    waiting = console.locator(".photo-card.pending")
    await expect(waiting).to_contain_text("海边城堡")
    assert "海边城堡" not in hears()
    await waiting.get_by_role("button", name="上墙", exact=True).click()
    await expect(ann.locator("#kind-photos .own-photo .tag.good")).to_have_text("已上墙")
    assert await sizes(wall, ".photo-scene img") == (240, 320)
    await expect(wall.locator(".photo-scene .name")).to_have_text("小* · 海边城堡")
    source = await wall.locator(".photo-scene img").first.get_attribute("src")
    shown = await ann.request.get(f"{stage.server.url}{source}")
    assert shown.ok
    body = await shown.body()
    assert not any(secret in body for secret in (pictures.SECRET_PLACE, b"Secret Phone", b"Exif", b"EXIF"))

    # Chromium cannot show HEIC; the server can.
    await choose(ben, "IMG_0002.jpg", pictures.heic())
    await expect(ben.locator(".photo-blind")).to_be_visible()
    await send(ben, "绿色恐龙")
    await waiting.get_by_role("button", name="上墙", exact=True).click()
    await expect(wall.locator(".photo-scene .mosaic li")).to_have_count(2)

    # Both into one new vote, the second into the draft of the first.
    await go(console, "队列", "照片")
    cards = console.locator(".photo-card.shown")
    for caption, number in (("海边城堡", 1), ("绿色恐龙", 2)):
        card = cards.filter(has_text=caption)
        await card.get_by_role("button", name="加入投票").click()
        await expect(card.get_by_role("button", name=f"投票里的 {number} 号")).to_be_visible()
    await go(console, "投票", "投票")
    await console.get_by_role("button", name="开始投票").first.click()
    option = ben.get_by_role("radio", name="海边城堡")
    await expect(option).to_contain_text("小*")
    await sizes(ben, ".option.entry img")
    await option.click()
    await expect(ben.locator(".counted")).to_be_visible()
    entry = wall.locator(".entry-grid > li").first
    await expect(entry).to_contain_text("100%")
    await sizes(wall, ".entry-grid img")

    # Deleted by who sent it: the picture goes everywhere, the option and its ballot stay.
    await ann.locator("#kind-photos .own-photo").get_by_role("button", name="删除").click()
    await ann.get_by_role("dialog").get_by_role("button", name="删除").click()
    await expect(ann.locator("#kind-photos .own-photo")).to_have_count(0)
    await expect(entry.locator(".entry-picture.gone")).to_be_visible()
    await expect(entry).to_contain_text("1 号作品")
    await expect(entry).to_contain_text("100%")
    await expect(ben.get_by_role("radio", name="1 号作品")).to_be_checked()
    assert (await ann.request.get(shown.url)).status == 404
    assert stage.troubles == []
