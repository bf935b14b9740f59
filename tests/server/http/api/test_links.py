import time
from typing import Any

import pytest

from protocols.messages import By, Role
from tests.server.http.house import House


async def make(house: House, **body: Any) -> dict[str, Any]:
    answer = await house.client.post("/api/v1/rooms/r1/links", json={"role": "host", **body}, headers=house.by_key())
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def exchange(house: House, link: str, **body: Any) -> Any:
    return (await house.client.post("/api/v1/links/exchange", json={"link": link, **body})).json()


async def guest(house: House, room: str = "r1", **body: Any) -> Any:
    return (await house.client.post(f"/api/v1/rooms/{room}/guest", json={"nickname": "小王", **body})).json()


async def test_a_link_is_exchanged_for_a_token(house: House) -> None:
    made = await make(house, role="moderator", label="小美")
    assert made["url"] == f"/host/r1#link={made['link']}"
    got = await exchange(house, made["link"])
    assert got.keys() == {"token", "device", "room", "role", "user", "name", "expires_at"}
    assert (got["room"], got["role"], got["name"]) == ("r1", "moderator", "小美")
    viewer = house.identity.verify(got["token"])
    assert (viewer.user, viewer.link) == (got["user"], made["id"])
    assert 0 < got["expires_at"] - time.time() * 1000 <= 12 * 3600 * 1000

    again = await exchange(house, made["link"], device=got["device"], nickname="美美")
    assert (again["user"], again["name"]) == (got["user"], "美美")


async def test_a_rooms_host_makes_and_lists_links(house: House) -> None:
    headers = house.by(Role.HOST)
    expires = int(time.time() * 1000) + 60_000
    answer = await house.client.post(
        "/api/v1/rooms/r1/links", json={"role": "wall", "expires_at": expires}, headers=headers
    )
    listed = (await house.client.get("/api/v1/rooms/r1/links", headers=headers)).json()["links"]
    assert listed == [answer.json()]
    got = await exchange(house, answer.json()["link"])
    assert (got["role"], got["expires_at"]) == ("wall", expires // 1000 * 1000)


async def test_a_guest_who_was_made_a_host_takes_no_way_to_stay_one(house: House) -> None:
    own = await make(house, role="host")
    come = await guest(house)
    headers = {"authorization": f"Bearer {come['token']}"}
    host = By("u-host", "Host", Role.HOST)
    await house.do("person.role", host, user=come["user"], role="host")
    path = "/api/v1/rooms/r1/links"
    for role in ("host", "moderator", "bot"):
        answer = await house.client.post(path, json={"role": role}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    made = await house.client.post(path, json={"role": "attendee"}, headers=headers)
    assert made.status_code == 201
    assert (await house.client.get(path, headers=headers)).json()["links"] == [made.json()]
    # Nor do they take it from those who came to run it.
    assert (await house.client.delete(f"{path}/{own['id']}", headers=headers)).status_code == 404
    assert own in (await house.client.get(path, headers=house.by(Role.HOST))).json()["links"]

    await house.do("person.role", host, user=come["user"], role="attendee")
    assert (await house.client.get(path, headers=headers)).status_code == 403


async def test_a_withdrawn_link_ends_what_rests_on_it(house: House) -> None:
    made = await make(house)
    got = await exchange(house, made["link"])
    path = f"/api/v1/rooms/r1/links/{made['id']}"
    for _ in range(2):
        answer = await house.client.delete(path, headers=house.by_key())
        assert (answer.status_code, answer.content) == (204, b"")
    assert (await exchange(house, made["link"]))["error"]["code"] == "revoked"
    headers = {"authorization": f"Bearer {got['token']}"}
    close = await house.client.post("/api/v1/rooms/r1/close", headers=headers)
    assert (close.status_code, close.json()["error"]["code"]) == (401, "revoked")
    other = await house.client.delete(path.replace("r1", "r2"), headers=house.by(Role.HOST, "r2"))
    assert other.status_code == 404


async def test_a_guest_needs_a_nickname_and_stays_the_same(house: House) -> None:
    got = await guest(house)
    assert (got["role"], got["name"], got["room"]) == ("attendee", "小王", "r1")
    assert house.identity.verify(got["token"]).guest
    assert (await guest(house, device=got["device"]))["user"] == got["user"]
    assert (await guest(house))["user"] != got["user"]
    assert (await guest(house, room="none"))["error"]["code"] == "not_found"


async def test_a_guest_cannot_pass_for_the_staff(house: House) -> None:
    made = await make(house, label="Ann Toy")
    await exchange(house, made["link"], nickname="店长老李")
    for nickname in ("Ann Toy", "ann-toy", "Аnn Tоy", "店长老李", "主持人", "x\u202ey", "x\u0000y", " "):
        got = await guest(house, nickname=nickname)
        assert got["error"]["code"] == "invalid", nickname
        assert nickname not in got["error"]["message"].replace("nickname: ", "") or nickname == " "
    assert (await guest(house, nickname="Anna"))["name"] == "Anna"


async def test_an_attendees_link_asks_for_a_nickname(house: House) -> None:
    made = await make(house, role="attendee")
    assert (await exchange(house, made["link"]))["error"]["code"] == "invalid"
    assert (await exchange(house, made["link"], nickname="主持人"))["error"]["code"] == "invalid"
    assert (await exchange(house, made["link"], nickname="小王"))["role"] == "attendee"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"role": "admin"},
        {"role": ["host"]},
        {"role": "host", "room": "r2"},
        {"role": "host", "id": "l1"},
        {"role": "host", "created_at": 1},
        {"role": "host", "label": ""},
        {"role": "host", "label": "a\u0000"},
        {"role": "host", "label": "n" * 33},
        {"role": "host", "expires_at": 1},
        {"role": "host", "expires_at": -1},
        {"role": "host", "expires_at": "2030-01-01"},
        {"role": "host", "expires_at": 1e18},
        {"role": "host", "expires_at": 10**400},
    ],
)
async def test_a_link_that_does_not_fit_is_not_made(house: House, body: dict[str, Any]) -> None:
    answer = await house.client.post("/api/v1/rooms/r1/links", json=body, headers=house.by_key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert not await house.links.of_room("r1")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("links/exchange", {}),
        ("links/exchange", {"link": 7}),
        ("links/exchange", {"link": ""}),
        ("links/exchange", {"link": "x" * 129}),
        ("links/exchange", {"link": "x", "role": "host"}),
        ("rooms/r1/guest", {}),
        ("rooms/r1/guest", {"nickname": 7}),
        ("rooms/r1/guest", {"nickname": "小王", "role": "host"}),
        ("rooms/r1/guest", {"nickname": "小王", "user": "guest-1"}),
        ("rooms/r1/guest", {"nickname": "小王", "bound": True}),
        ("rooms/r1/guest", {"nickname": "小王", "device": "x" * 129}),
        ("rooms/r1/guest", {"nickname": "小王", "device": ["x"]}),
    ],
)
async def test_nobody_chooses_who_they_are(house: House, path: str, body: dict[str, Any]) -> None:
    answer = await house.client.post(f"/api/v1/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


async def test_a_link_that_we_did_not_sign_opens_nothing(house: House) -> None:
    for link in ("x", "x.y", "é", (await make(house))["link"][:-1]):
        assert (await exchange(house, link))["error"]["code"] == "unauthorized"


async def test_an_address_brings_so_many_guests_and_no_more(house: House) -> None:
    for _ in range(house.settings.guests_per_minute):
        await house.services.admissions.take("127.0.0.1")
    answer = await house.client.post("/api/v1/rooms/r1/guest", json={"nickname": "小王"})
    assert answer.status_code == 429
    error = answer.json()["error"]
    assert (error["code"], error["retry"]) == ("rate_limited", True)
    assert 0 < error["retry_after_ms"] <= 1000
    assert answer.headers["retry-after"] == "1"


async def test_a_guest_comes_in_in_a_shop_that_takes_part(house: House) -> None:
    shops = [{"id": "east", "name": "东店"}]
    assert "shops" not in (await house.client.get("/api/v1/rooms/r1")).json()
    await house.do("room.configure", By("u-host", "Host", Role.HOST), settings={"shops": shops})
    assert (await house.client.get("/api/v1/rooms/r1")).json()["shops"] == shops
    come = await guest(house, shop="east")
    assert house.identity.verify(come["token"]).shop == "east"
    again = await guest(house, shop="gone", device=come["device"])
    assert (again["user"], house.identity.verify(again["token"]).shop) == (come["user"], None)
    made = await make(house, role="attendee")
    by_link = await exchange(house, made["link"], nickname="小李", shop="east")
    assert house.identity.verify(by_link["token"]).shop == "east"
    assert (await guest(house, shop="a/b"))["error"]["code"] == "invalid"
