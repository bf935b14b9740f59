"""A real HLS stream from another site: it plays on a phone, and the host sees how late it comes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.cdn import streaming
from tests.e2e.stage import open_vote, played, theatre

PATIENCE = 60_000  # ms; the picture comes when the machine has time for it
DECODES = "MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.4d401e,mp4a.40.2\"')"


async def moves(phone: Page) -> None:
    """Wait until so many more pictures of the film have been shown."""
    shown = "document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    before = await phone.evaluate(shown)
    await phone.wait_for_function(f"(before) => {shown} > before + 5", arg=before, timeout=PATIENCE)


ROOMY = """() => {
  const high = (one) => document.querySelector(one).getBoundingClientRect().height / innerHeight;
  return high(".chat .scroll") >= 0.33 && high("#kind-chat") >= 0.4;
}"""


async def talk_has_room(phone: Page) -> None:
    """Wait until the list of what is said has a third of the height, and the talk with its field 40 %."""
    await phone.wait_for_function(ROOMY, timeout=PATIENCE)


@pytest.mark.timeout(300)  # a film needs the machine all the time; on a busy one it falters
async def test_a_stream_plays_beside_the_talk_and_the_host_sees_how_late_it_comes(tmp_path: Path) -> None:
    async with (
        streaming(tmp_path / "cdn") as cdn,
        theatre(tmp_path / "data", {"SHOWFLOOR_STREAM_HOSTS": cdn.url}) as both,
        played(*both, "live") as stage,
    ):
        console = await stage.open(await stage.link("host"), "phone")
        phone = await stage.enter("小安")
        if not await phone.evaluate(DECODES):
            pytest.skip("this Chromium decodes no H.264")
        for page in (console, phone):
            page.set_default_timeout(PATIENCE)
        fetched: list[str] = []
        phone.on("request", lambda request: fetched.append(request.url))

        await console.get_by_role("navigation").get_by_role("button", name="更多").click()
        address = console.get_by_label("直播地址")
        await address.fill("https://other.example/a.m3u8")
        await console.get_by_role("button", name="开始直播").click()
        await expect(console.get_by_text("还不能播放 other.example 的直播")).to_be_visible(timeout=PATIENCE)
        assert fetched == []

        await address.fill(cdn.address)
        await console.get_by_label("标题").fill("搭建台")
        await console.get_by_role("button", name="开始直播").click()
        await moves(phone)
        assert any("hls" in url for url in fetched)
        await expect(console.locator(".stream-health")).to_contain_text("1 人在看", timeout=PATIENCE)
        # The delay is measured by the times in the stream.
        await expect(console.locator(".stream-health")).to_contain_text("直播延迟", timeout=PATIENCE)
        said = await console.locator(".stream-health").inner_text()
        assert 0 < float(said.split("直播延迟 ")[1].split(" ")[0]) < 60

        await talk_has_room(phone)
        await open_vote(stage, ["城堡", "恐龙", "火箭", "小车"])
        # A vote needs the room; once it is given, it is a line, and the stream is large again.
        await expect(phone.locator(".stream.folded video")).to_be_visible(timeout=PATIENCE)
        await expect(phone.get_by_role("radio", name="小车")).to_be_in_viewport(ratio=1)
        await talk_has_room(phone)
        await phone.get_by_role("radio", name="恐龙").click()
        await expect(phone.locator(".ballot-card.folded")).to_contain_text("已计票", timeout=PATIENCE)
        await expect(phone.locator(".stream:not(.folded)")).to_be_visible(timeout=PATIENCE)
        await talk_has_room(phone)

        await phone.get_by_role("button", name="打开声音").click()
        assert await phone.evaluate("document.querySelector('video').muted") is False
        await phone.locator(".composer textarea").focus()
        await expect(phone.locator(".stream.folded video")).to_be_visible(timeout=PATIENCE)
        await phone.set_viewport_size({"width": 360, "height": 420})  # as a keyboard leaves it
        await talk_has_room(phone)
        await moves(phone)

        await console.get_by_role("button", name="暂停显示").click()
        await expect(phone.get_by_text("直播暂停一下")).to_be_visible(timeout=PATIENCE)
        assert stage.troubles == []
