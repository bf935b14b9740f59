"""Staff sign in: by an invitation, a password, a passkey; they see their devices, people and what was done."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.backstage import PASSWORD, authenticator, here, invitation, join_by_password, named, owner
from tests.e2e.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sign_in(page: Page, login: str, password: str) -> None:
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("密码", exact=True).fill(password)
    await page.get_by_role("button", name="登录", exact=True).click()


async def test_an_invitation_opens_an_account_once(stage: Stage) -> None:
    link = await invitation(stage.server)
    first = await stage.open(link, "phone")
    await expect(first.get_by_role("heading", name="欢迎加入")).to_be_visible()
    assert "invitation" not in first.url  # a key does not stay in the address bar
    await join_by_password(first, "anna", "安娜")
    await expect(first).to_have_url(f"{named(stage.server)}/lobby")

    second = await stage.open(link, "phone")
    await expect(second.get_by_text("邀请链接已失效")).to_be_visible()
    stage.troubles = [trouble for trouble in stage.troubles if "401" not in trouble]
    assert stage.troubles == []


async def test_a_password_signs_in_where_one_wanted_to_go(stage: Stage) -> None:
    page = await owner(stage, "bert")
    await page.goto(f"{named(stage.server)}/staff")
    await page.get_by_role("button", name="退出登录").click()
    await expect(page.get_by_role("heading", name="店员登录")).to_be_visible()

    # The console asks who it is, and is there after that.
    await page.goto(f"{named(stage.server)}/host/{stage.room}")
    await page.get_by_role("heading", name="店员登录").wait_for()
    await sign_in(page, "bert", "not-" + PASSWORD)
    await expect(page.get_by_role("alert")).to_have_text("登录名或密码不对")
    await sign_in(page, "bert", PASSWORD)
    await page.wait_for_url(f"**/host/{stage.room}")
    await page.locator(".console").wait_for()
    assert [one for one in stage.troubles if "401" not in one] == []


async def test_a_passkey_makes_the_account_and_signs_in(stage: Stage) -> None:
    page = await stage.open("about:blank", "desk")
    session, key_holder = await authenticator(page)
    await page.goto(await invitation(stage.server))
    await page.get_by_label("你的姓名").fill("小林")
    await page.get_by_label("登录名").fill("xiaolin")
    await page.get_by_role("button", name="创建通行密钥并加入").click()
    await page.get_by_role("heading", name="房间", exact=True).wait_for()
    held = await session.send("WebAuthn.getCredentials", {"authenticatorId": key_holder})
    assert len(held["credentials"]) == 1

    await page.goto(f"{named(stage.server)}/staff")
    await expect(page.locator(".lines li", has_text="Chrome").first).to_be_visible()
    await page.get_by_role("button", name="退出登录").click()
    await page.get_by_role("button", name="用通行密钥登录").click()
    await page.get_by_role("heading", name="房间", exact=True).wait_for()

    # The only way in stays.
    await page.goto(f"{named(stage.server)}/staff")
    await page.get_by_role("button", name="删除 Chrome").click()
    await page.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("唯一的登录方式")
    # With a password beside it, it may go.
    await page.get_by_label("新密码").fill(PASSWORD)
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    await page.get_by_role("button", name="删除 Chrome").click()
    await page.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
    await expect(page.get_by_text("还没有通行密钥")).to_be_visible()
    assert [one for one in stage.troubles if "401" not in one and "409" not in one] == []


async def test_another_device_can_be_signed_out(stage: Stage) -> None:
    here_page = await owner(stage, "dora")
    other = await stage.open(f"{named(stage.server)}/staff", "phone")
    await sign_in(other, "dora", PASSWORD)
    await other.get_by_role("heading", name="房间", exact=True).wait_for()
    await other.goto(f"{named(stage.server)}/host/{stage.room}")
    await other.locator(".console").wait_for()

    await here_page.goto(f"{named(stage.server)}/staff")
    await expect(here_page.locator(".tag", has_text="这台设备")).to_have_count(1)
    await here_page.get_by_role("button", name="退出其他所有设备").click()
    await here_page.get_by_role("dialog").get_by_role("button", name="退出其他所有设备").click()
    # Out of the room too, at once, and told what to do.
    await expect(other.get_by_text("你已退出登录")).to_be_visible()
    await other.get_by_role("link", name="重新登录").click()
    await other.get_by_role("heading", name="店员登录").wait_for()


async def test_an_owner_invites_a_colleague_and_sees_what_was_done(stage: Stage) -> None:
    page = await owner(stage, "emil")
    await page.get_by_role("link", name="店员与门店").click()
    await page.get_by_role("button", name="邀请店员").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("姓名").fill("小周")
    shop_tick = form.get_by_label("中山店")
    if not await shop_tick.is_checked():
        await shop_tick.check()
    await form.get_by_role("button", name="生成邀请链接").click()
    link = await form.locator(".address input").input_value()
    await form.get_by_role("button", name="关闭").click()
    await expect(page.get_by_text("给小周", exact=True)).to_be_visible()

    colleague = await stage.open(here(stage.server, link), "phone")
    await expect(colleague.get_by_label("你的姓名")).to_have_value("小周")
    await join_by_password(colleague, "zhou", "小周")
    # Staff run rooms; people and shops are not theirs.
    await expect(colleague.get_by_role("link", name="店员与门店")).to_have_count(0)

    await page.reload()
    member = page.locator(".member", has_text="小周")
    await member.get_by_role("button", name="修改").click()
    await page.get_by_role("dialog").get_by_role("button", name="停用账号").click()
    await page.get_by_role("dialog").get_by_role("button", name="停用账号").click()
    await expect(member.locator(".tag", has_text="已停用")).to_be_visible()
    await colleague.reload()
    await expect(colleague.get_by_role("heading", name="店员登录")).to_be_visible()

    await page.get_by_role("link", name="操作记录").click()
    await expect(page.locator(".entry", has_text="发出邀请").first).to_be_visible()
    await expect(page.locator(".entry", has_text="修改店员").first).to_contain_text("林店长")
