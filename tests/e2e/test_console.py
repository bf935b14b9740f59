"""The console's smaller promises: no vote over another by a slip, results as files, a room that has ended."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.stage import Stage, open_vote, to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_vote_opens_over_another_only_if_that_is_meant(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙"], question="第一个？")
    answer = await stage.host.send("poll.create", {"question": "第二个？", "kind": "single", "options": ["甲", "乙"]})
    assert answer["ok"], answer
    console = await stage.open(await stage.link("host"), "phone")
    await to(console, "投票")
    draft = console.locator(".item.draft")
    await draft.get_by_role("button", name="开始投票").click()
    question = console.get_by_role("dialog")
    await expect(question).to_contain_text("第一个？")
    await question.get_by_role("button", name="取消").click()
    await expect(draft).to_have_count(1)
    await draft.get_by_role("button", name="开始投票").click()
    await question.get_by_role("button", name="仍然开始").click()
    await expect(draft).to_have_count(0)
    await expect(console.locator(".item.open")).to_have_count(2)
    assert stage.troubles == []


async def test_a_host_by_link_keeps_the_results_as_a_file(stage: Stage) -> None:
    await open_vote(stage, ["城堡", "恐龙"])
    console = await stage.open(await stage.link("host"), "phone")
    await to(console, "更多")
    for button, name in (("投票结果（CSV）", f"{stage.room}-results.csv"), ("全部记录（JSON）", f"{stage.room}.json")):
        async with console.expect_download() as download:
            await console.get_by_role("button", name=button).click()
        file = await download.value
        assert file.suggested_filename == name
        path = await file.path()
        assert "城堡" in await asyncio.to_thread(path.read_text, "utf-8-sig")
    assert stage.troubles == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_room_that_has_ended_says_so_in_full(stage: Stage, language: str) -> None:
    phone = await stage.enter("小安", language=language)
    answer = await stage.host.send("room.close", {})
    assert answer["ok"], answer
    field = phone.locator(".composer textarea")
    await expect(field).to_be_disabled()
    await expect(phone.locator(".composer button[type=submit]")).to_be_hidden()
    # As wide as its words are, measured in the field's own type.
    words, room = await field.evaluate(
        """(one) => {
          const pen = document.createElement("canvas").getContext("2d");
          const style = getComputedStyle(one);
          pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
          const space = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
          return [pen.measureText(one.placeholder).width, one.clientWidth - space];
        }"""
    )
    assert 0 < words <= room
    answer = await stage.host.send("room.open", {})
    assert answer["ok"], answer
    await expect(phone.locator(".composer button[type=submit]")).to_be_visible()
