"""Where staff come in: an owner, made on the command line, in a browser that has passkeys."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx
from playwright.async_api import CDPSession, Page

from loadtests.serving import Serving
from server.http.callers import COOKIE
from tests.e2e.stage import House, Kind

PASSWORD = "six-red-bricks-in-a-row"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def named(server: Serving) -> str:
    """The server under a name: a passkey belongs to one, and an address of figures has none."""
    return f"http://localhost:{server.port}"


def here(server: Serving, url: str) -> str:
    """An address that the server made, under the name that it has in these tests."""
    parts = urlsplit(url)
    return f"{named(server)}{parts.path}#{parts.fragment}"


# Of each server, the cookie of an owner: the first is invited on the command line, which costs a second of a core.
_first: WeakKeyDictionary[Serving, str] = WeakKeyDictionary()


async def invitation(server: Serving) -> str:
    """The link of a new invitation for an owner."""
    headers = {"origin": named(server)}
    async with httpx.AsyncClient(base_url=f"{named(server)}/api/v1/staff", headers=headers, timeout=30) as http:
        if server not in _first:
            printed = await server.command("staff", "add", "--data", str(server.data), "--role", "owner")
            found = re.search(r"https?://\S+#invitation=(\S+)", printed)
            assert found, printed
            joining = {"invitation": found[1], "login": "first", "name": "First", "password": PASSWORD}
            accepted = await http.post("/invitations/accept", json=joining)
            _first[server] = accepted.raise_for_status().cookies[COOKIE]
        http.cookies.set(COOKIE, _first[server])
        invited = await http.post("/invitations", json={"role": "owner"})
    return here(server, invited.raise_for_status().json()["url"])


async def authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the page's browser a place for passkeys; its protocol session and id."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session, added["authenticatorId"]


async def join_by_password(page: Page, login: str, name: str, password: str = PASSWORD) -> None:
    """Take up the invitation that is open, in Chinese; ends in the lobby."""
    await page.get_by_label("你的姓名").fill(name)
    await page.get_by_label("登录名").fill(login)
    await page.get_by_role("button", name="密码", exact=True).click()
    await page.get_by_label("新密码").fill(password)
    await page.get_by_role("button", name="加入", exact=True).click()
    await page.get_by_role("heading", name="房间", exact=True).wait_for()


async def owner(house: House, login: str, kind: Kind = "desk", **wishes: str) -> Page:
    """A page in whose browser a new owner is signed in; the shop 中山店 is there."""
    page = await house.open(await invitation(house.server), kind, **wishes)
    await join_by_password(page, login, "林店长")
    await shop(page, "中山店")
    return page


async def shop(page: Page, name: str) -> None:
    """Make sure that there is a shop of that name, by whoever is signed in."""
    await page.evaluate(
        """async (name) => {
          const { shops } = await (await fetch("/api/v1/shops")).json();
          if (shops.some((shop) => shop.name === name)) return;
          const headers = { "content-type": "application/json" };
          const made = await fetch("/api/v1/shops", { method: "POST", headers, body: JSON.stringify({ name }) });
          if (!made.ok) throw new Error(await made.text());
        }""",
        name,
    )
    await page.reload()
    await page.get_by_role("button", name="新建房间").first.wait_for()
