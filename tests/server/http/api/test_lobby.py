"""The rooms of a shop: listed, made, made again."""

import asyncio
from typing import Any

import pytest

from protocols.messages import Audience, By, Role
from server.lobby import Listed
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import AT, House

HOST = By("host-1", "H", Role.HOST)


@pytest.fixture
async def staffed(house: House) -> Staffed:
    made = await Staffed(house).open()
    for room, shop in (("toys", "s1"), ("games", "s2")):
        await made.as_("st_max", "POST", "/rooms", {"id": room, "title": room, "shop": shop})
    return made


async def listed(staffed: Staffed, name: str, query: str = "") -> list[str]:
    answer = await staffed.as_(name, "GET", f"/rooms{query}")
    assert answer.status_code == 200, answer.text
    return sorted(room["id"] for room in answer.json()["rooms"])


def polls(house: House, room: str) -> list[dict[str, Any]]:
    view: list[dict[str, Any]] = house.host(room).room.view(Audience.HOSTS)["polls"]["polls"]
    return view


async def test_staff_sees_the_rooms_of_its_shops(staffed: Staffed, house: House) -> None:
    house.rooms.rows = [Listed("old", "Old", "closed", "s1", 1, 2), Listed("house", "House", "open", None, 1, 3)]
    for name in ("st_sam", "st_mei"):
        assert await listed(staffed, name) == ["old", "toys"]
    assert await listed(staffed, "st_zoe") == ["games"]
    assert await listed(staffed, "st_max") == ["games", "old", "toys"]
    assert await listed(staffed, "st_olga") == ["games", "house", "old", "r1", "r2", "toys"]
    assert await listed(staffed, "st_max", "?shop=s1&status=closed") == ["old"]
    assert await listed(staffed, "st_olga", "?shop=s2") == ["games"]
    assert refusal(await staffed.as_("st_sam", "GET", "/rooms?shop=s2")) == (403, "forbidden")


async def test_a_list_says_what_a_lobby_shows(staffed: Staffed, house: House) -> None:
    house.people["toys"] = 12
    answer = await staffed.as_("st_sam", "GET", "/rooms")
    assert answer.json() == {
        "rooms": [
            {
                "id": "toys",
                "title": "toys",
                "status": "open",
                "shop": "s1",
                "created_at": AT,
                "active_at": AT,
                "people": 12,
            }
        ],
        "more": False,
    }


async def test_lists_have_pages(staffed: Staffed, house: House) -> None:
    house.rooms.rows = [Listed(f"k{at}", "T", "open", "s1", at, at) for at in range(1, 6)]
    seen: list[str] = []
    query, more = "?limit=2", True
    while more:
        page = (await staffed.as_("st_sam", "GET", f"/rooms{query}")).json()
        seen += [room["id"] for room in page["rooms"]]
        query, more = f"?limit=2&before={page['rooms'][-1]['active_at']}", page["more"]
    assert seen == ["toys", "k5", "k4", "k3", "k2", "k1"]


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?before=0", "?before=x", "?status=draft", "?shop=a%20b"])
async def test_a_query_that_does_not_fit_is_refused(staffed: Staffed, query: str) -> None:
    assert refusal(await staffed.as_("st_sam", "GET", f"/rooms{query}")) == (422, "invalid")


async def test_lists_are_not_for_the_people_of_one_room(house: House) -> None:
    assert refusal(await house.client.get("/api/v1/rooms")) == (401, "unauthorized")
    for role in Role:
        answer = await house.client.get("/api/v1/rooms", headers=house.by(role))
        assert refusal(answer) == (403, "forbidden")
    assert len((await house.client.get("/api/v1/rooms", headers=house.by_key())).json()["rooms"]) == 2


async def test_staff_makes_rooms_in_its_shops_only(staffed: Staffed, house: House) -> None:
    made = (await staffed.as_("st_sam", "POST", "/rooms", {"title": "新品", "shop": "s1"})).json()
    assert (made["title"], made["shop"]) == ("新品", "s1")
    assert house.host(made["id"]).room.shop == "s1"
    assert house.host(made["id"]).commands[0][1].id == "st_sam"
    assert ("st_sam", "room.created", made["id"]) in staffed.acts()
    before = set(house.directory.hosts)
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms", {"title": "T", "shop": "s2"})) == (403, "forbidden")
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms", {"title": "T"})) == (422, "invalid")
    assert refusal(await staffed.as_("st_olga", "POST", "/rooms", {"title": "T", "shop": "s9"})) == (422, "invalid")
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms", {"shop": "s1"})) == (422, "invalid")
    assert set(house.directory.hosts) == before
    # The house's own rooms are made by owners.
    assert (await staffed.as_("st_olga", "POST", "/rooms", {"title": "T"})).json().get("shop") is None


async def test_a_room_of_the_house_is_run_by_owners(staffed: Staffed, house: House) -> None:
    for name in ("st_sam", "st_max"):
        assert refusal(await staffed.as_(name, "POST", "/rooms/r1/close")) == (403, "forbidden")
        assert refusal(await staffed.as_(name, "POST", "/rooms/r1/duplicate", {"shop": "s1"})) == (403, "forbidden")
        assert "settings" not in (await staffed.as_(name, "GET", "/rooms/r1")).json()
    assert "settings" in (await staffed.as_("st_olga", "GET", "/rooms/r1")).json()
    assert (await staffed.as_("st_olga", "POST", "/rooms/r1/close")).status_code == 200
    assert house.host().room.status == "closed"


async def test_a_cookie_makes_nothing_for_a_page_of_another_site(staffed: Staffed, house: House) -> None:
    before = set(house.directory.hosts)
    for origin in (None, "https://evil.example", "null"):
        headers = staffed.headers("st_sam", origin)
        answer = await house.client.post("/api/v1/rooms", json={"title": "T", "shop": "s1"}, headers=headers)
        assert refusal(answer) == (403, "forbidden")
    assert set(house.directory.hosts) == before


@pytest.mark.parametrize(("lang", "title"), [("zh", "拼装大赛"), ("en", "Building contest")])
async def test_a_room_begins_with_a_template(staffed: Staffed, house: House, lang: str, title: str) -> None:
    body = {"id": "show", "template": "build-contest", "shop": "s1", "lang": lang}
    made = (await staffed.as_("st_sam", "POST", "/rooms", body)).json()
    assert made["title"] == title
    drafts = polls(house, "show")
    assert [poll["status"] for poll in drafts] == ["draft"] * 4
    assert [poll["kind"] for poll in drafts] == ["single", "single", "multi", "rating"]
    assert house.host("show").room.view(Audience.EVERYONE)["polls"]["polls"] == []

    body = {"id": "mine", "template": "give-away", "title": "中秋", "shop": "s1"}
    assert (await staffed.as_("st_sam", "POST", "/rooms", body)).json()["title"] == "中秋"
    body = {"template": "none", "shop": "s1"}
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms", body)) == (404, "not_found")


async def test_a_copy_has_settings_and_drafts_and_nothing_of_people(staffed: Staffed, house: House) -> None:
    await house.do_in("toys", "room.configure", HOST, settings={"text_length": 123, "languages": ["en"]})
    await house.do_in("toys", "poll.create", HOST, question="Best?", kind="single", options=["a", "b"], hidden=True)
    (poll,) = polls(house, "toys")
    house.rooms.hidden = {poll["poll"]: True}
    await house.do_in("toys", "poll.open", HOST, poll=poll["poll"], duration_ms=60_000)
    guest = By("guest-8817", "小王-8817", Role.ATTENDEE, guest=True)
    await house.do_in("toys", "poll.vote", guest, poll=poll["poll"], choices=[1])
    await house.do_in("toys", "chat.send", guest, text="hello-8817")
    await house.do_in("toys", "poll.reveal", HOST, poll=poll["poll"])
    await house.do_in("toys", "room.close", HOST)

    answer = await staffed.as_("st_sam", "POST", "/rooms/toys/duplicate", {"title": "下一场"})
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/rooms/{made['id']}"
    assert (made["title"], made["status"], made["shop"]) == ("下一场", "open", "s1")
    assert (made["settings"]["text_length"], made["settings"]["languages"]) == (123, ["en"])
    (copy,) = polls(house, made["id"])
    assert (copy["question"], copy["options"], copy["status"]) == ("Best?", ["a", "b"], "draft")
    # As it was drafted: the result was shown at the end of the first show.
    assert (copy["hidden"], copy["duration_ms"], copy["result"]["voters"]) == (True, 60_000, 0)
    assert "8817" not in repr(house.host(made["id"]).room.dump())


async def test_a_copy_keeps_title_and_shop_unless_others_are_given(staffed: Staffed, house: House) -> None:
    same = (await staffed.as_("st_max", "POST", "/rooms/toys/duplicate")).json()
    assert (same["title"], same["shop"]) == ("toys", "s1")
    other = (await staffed.as_("st_max", "POST", "/rooms/toys/duplicate", {"shop": "s2"})).json()
    assert other["shop"] == "s2"
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms/toys/duplicate", {"shop": "s2"})) == (403, "forbidden")
    assert refusal(await staffed.as_("st_zoe", "POST", "/rooms/toys/duplicate", {"shop": "s2"})) == (403, "forbidden")
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms/none/duplicate")) == (404, "not_found")
    assert refusal(await staffed.as_("st_sam", "POST", "/rooms/toys/duplicate", {"polls": []})) == (422, "invalid")
    answer = await house.client.post("/api/v1/rooms/r1/duplicate", headers=house.by(Role.HOST))
    assert refusal(answer) == (403, "forbidden")
    answer = await house.client.post("/api/v1/rooms/r1/duplicate", headers=house.by_key())
    assert answer.status_code == 201


async def test_copies_made_at_once_are_as_many_rooms(staffed: Staffed) -> None:
    answers = await asyncio.gather(*(staffed.as_("st_sam", "POST", "/rooms/toys/duplicate") for _ in range(5)))
    assert len({answer.json()["id"] for answer in answers}) == 5
