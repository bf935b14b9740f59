import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Command, Role
from server import demo_stream
from server.config import Settings
from server.demo import (
    HOST,
    DemoLinks,
    Reach,
    demo_links,
    ensure_room,
    ensure_shop,
    named,
    offer_stream,
    print_links,
    reach,
    staff_door,
)
from server.links import Links
from server.staff.desk import Staff
from server.staff.roles import StaffRole
from tests.server.http.house import House
from tests.server.staff.tables import MemoryStaff, staff_on
from tests.server.stores import MemoryLinks

SECRET = "k3J-v9Qx_2mZ7wLp0Tn4Rb8Yc1Hd6Sf5"
LINKS = DemoLinks("/r/demo", "/host/demo#link=h", "/wall/demo#link=w", "/staff#invitation=i")
LAN = ["192.168.7.20", "10.0.0.3"]


def settings(**given: Any) -> Settings:
    return Settings.load({}, secret=SECRET, **given)


@pytest.mark.parametrize(
    ("given", "addresses", "here", "people"),
    [
        ({}, LAN, "http://127.0.0.1:8000", "http://localhost:8000"),
        ({"host": "0.0.0.0"}, LAN, "http://127.0.0.1:8000", "http://192.168.7.20:8000"),
        ({"host": "0.0.0.0"}, [], "http://127.0.0.1:8000", "http://localhost:8000"),
        ({"host": "::1"}, LAN, "http://[::1]:8000", "http://[::1]:8000"),
        ({"public_url": "https://live.example"}, LAN, "http://127.0.0.1:8000", "https://live.example"),
        (
            {"public_url": "https://live.example", "host": "0.0.0.0"},
            LAN,
            "http://127.0.0.1:8000",
            "https://live.example",
        ),
    ],
)
def test_people_are_sent_where_they_reach_it(
    given: dict[str, Any], addresses: Sequence[str], here: str, people: str
) -> None:
    assert reach(settings(**given), 8000, addresses) == Reach(here, people)


def test_a_certificate_makes_it_https(tmp_path: Path) -> None:
    given = settings(host="0.0.0.0", tls_certificate=tmp_path / "c", tls_key=tmp_path / "k")
    assert reach(given, 9000, LAN) == Reach("https://127.0.0.1:9000", "https://192.168.7.20:9000")


def printed(where: Reach, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
    print_links(LINKS, where, out)
    return raw.getvalue().decode(encoding)


def test_all_links_and_a_code_are_printed() -> None:
    text = printed(Reach("http://127.0.0.1:8000", "https://live.example"))
    for link in (
        "https://live.example/r/demo\n",
        "https://live.example/host/demo#link=h\n",
        "https://live.example/wall/demo#link=w\n",
        "https://live.example/staff#invitation=i\n",
        "http://127.0.0.1:8000/r/demo\n",
    ):
        assert f"  {link}" in text
    assert "█" in text


def test_a_terminal_that_cannot_show_blocks_gets_none() -> None:
    text = printed(Reach("http://127.0.0.1:8000", "http://127.0.0.1:8000"), "ascii")
    assert "http://127.0.0.1:8000/r/demo" in text
    assert "█" not in text
    assert "???" not in text.replace("?? audience", "").replace("?? ", "")


async def test_links_stay_the_same_until_they_are_withdrawn() -> None:
    table = MemoryLinks()
    links = Links(table, SECRET)
    staff = staff_on(MemoryStaff(), secret=SECRET)
    first = await demo_links(links, staff)
    assert first.audience == "/r/demo"
    assert first.host.startswith("/host/demo#link=")
    assert first.wall.startswith("/wall/demo#link=")
    assert replace(await demo_links(Links(table, SECRET), staff), staff=first.staff) == first

    (host,) = [link for link in table.rows.values() if link.role is Role.HOST]
    await links.revoke("demo", host.id)
    again = await demo_links(links, staff)
    assert again.host != first.host
    assert again.wall == first.wall


class Directory:
    def __init__(self, refusal: Code | None) -> None:
        self.refusal = refusal
        self.made: list[Command] = []

    async def create(self, command: Command, by: By) -> None:
        if self.refusal:
            raise Refused(self.refusal)
        assert by.role is Role.HOST
        self.made.append(command)


class OnlyDirectory:
    def __init__(self, refusal: Code | None = None) -> None:
        self.directory = Directory(refusal)


async def test_the_room_is_made_at_the_first_start_alone() -> None:
    new = OnlyDirectory()
    await ensure_room(new)  # type: ignore[arg-type]
    assert [(command.room, command.shop) for command in new.directory.made] == [("demo", "demo")]  # type: ignore[attr-defined]
    await ensure_room(OnlyDirectory(Code.CONFLICT))  # type: ignore[arg-type]


async def test_a_store_that_fails_is_not_taken_for_a_room_that_is_there() -> None:
    with pytest.raises(Refused):
        await ensure_room(OnlyDirectory(Code.UNAVAILABLE))  # type: ignore[arg-type]


async def test_the_demo_s_stream_is_shown_unless_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await House(tmp_path / "dist", data=tmp_path).open("demo")
    monkeypatch.setattr(demo_stream, "make", lambda _folder, _given_up: None)
    await offer_stream(house.services)
    live = house.host("demo").room
    assert live.view(Audience.EVERYONE)["stream"]["stream"]["address"] == "/streams/demo.m3u8"
    await house.do_in("demo", "stream.pause", HOST)
    await offer_stream(house.services)
    assert live.view(Audience.EVERYONE)["stream"]["stream"]["status"] == "paused"
    await house.do_in("demo", "stream.clear", HOST)

    def fail(_folder: Path, _given_up: object) -> None:
        raise demo_stream.NoFfmpeg("none was found")

    monkeypatch.setattr(demo_stream, "make", fail)
    await offer_stream(house.services)
    assert live.view(Audience.EVERYONE)["stream"]["stream"] is None


class OnlyStaff:
    def __init__(self, staff: Staff) -> None:
        self.staff = staff


async def test_the_shop_is_made_once() -> None:
    tables = MemoryStaff()
    services = OnlyStaff(staff_on(tables, secret=SECRET))
    for _ in range(2):
        await ensure_shop(services)  # type: ignore[arg-type]
    assert list(tables.accounts.places) == ["demo"]


async def test_somebody_is_invited_to_own_the_house_until_somebody_does() -> None:
    tables = MemoryStaff()
    staff = staff_on(tables, secret=SECRET)
    first, second = await staff_door(staff), await staff_door(staff)
    with pytest.raises(Refused):
        await staff.invitations.read(first.removeprefix("/staff#invitation="))
    invitation = await staff.invitations.read(second.removeprefix("/staff#invitation="))
    assert invitation.standing.everywhere
    tables.member("st_olga", StaffRole.OWNER)
    assert await staff_door(staff) == "/lobby"


def test_staff_is_sent_to_a_name_that_passkeys_can_be_made_for() -> None:
    here = "http://127.0.0.1:8000"
    assert named(here) == "http://localhost:8000"
    assert named("https://live.example") == "https://live.example"
