from typing import Any

import pytest

from protocols.messages import Audience, By, Role
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import House

HOST = By("host-1", "H", Role.HOST)


@pytest.fixture
async def staffed(house: House) -> Staffed:
    made = await Staffed(house).open()
    for room, shop in (("toys", "s1"), ("games", "s2")):
        await made.as_("st_max", "POST", "/rooms", {"id": room, "title": room, "shop": shop})
    return made


async def keep(staffed: Staffed, name: str = "st_sam", room: str = "toys", shop: str = "s1") -> Any:
    return await staffed.as_(name, "POST", "/templates", {"room": room, "title": "Ours", "shop": shop})


async def ids(staffed: Staffed, name: str) -> list[str]:
    told = (await staffed.as_(name, "GET", "/templates")).json()["templates"]
    return [each["id"] for each in told if each["shop"] is not None]


async def test_what_is_built_in_comes_in_both_languages(staffed: Staffed) -> None:
    chinese = (await staffed.as_("st_sam", "GET", "/templates")).json()["templates"]
    english = (await staffed.as_("st_sam", "GET", "/templates?lang=en")).json()["templates"]
    assert [(each["id"], each["shop"], each["title"]) for each in chinese] == [
        ("live-demo", None, "新品直播演示"),
        ("build-contest", None, "拼装大赛"),
        ("give-away", None, "节日派发"),
    ]
    assert [each["id"] for each in english] == [each["id"] for each in chinese]
    assert english[0]["polls"][0]["question"].isascii()
    assert refusal(await staffed.as_("st_sam", "GET", "/templates?lang=xx")) == (422, "invalid")


async def test_a_shop_keeps_a_room_as_a_template(staffed: Staffed, house: House) -> None:
    await house.do_in("toys", "room.configure", HOST, settings={"text_length": 123})
    await house.do_in("toys", "poll.create", HOST, question="Ours?", kind="multi", options=["x", "y"], max_choices=2)
    answer = await keep(staffed)
    assert answer.status_code == 201
    kept = answer.json()
    assert (kept["shop"], kept["title"], kept["polls"][0]["question"]) == ("s1", "Ours", "Ours?")
    assert await ids(staffed, "st_mei") == [kept["id"]]
    assert await ids(staffed, "st_zoe") == []
    assert await ids(staffed, "st_olga") == [kept["id"]]

    body = {"id": "next", "template": kept["id"], "shop": "s1", "settings": {"slow_mode_ms": 1000}}
    made = (await staffed.as_("st_mei", "POST", "/rooms", body)).json()
    assert (made["title"], made["settings"]["text_length"], made["settings"]["slow_mode_ms"]) == ("Ours", 123, 1000)
    (poll,) = house.host("next").room.view(Audience.HOSTS)["polls"]["polls"]
    assert (poll["question"], poll["status"], poll["max_choices"]) == ("Ours?", "draft", 2)


async def test_templates_of_another_shop_are_not_there(staffed: Staffed) -> None:
    kept = (await keep(staffed)).json()["id"]
    body = {"template": kept, "shop": "s2"}
    assert refusal(await staffed.as_("st_zoe", "POST", "/rooms", body)) == (404, "not_found")
    assert refusal(await staffed.as_("st_zoe", "DELETE", f"/templates/{kept}")) == (404, "not_found")
    assert refusal(await keep(staffed, "st_zoe", "toys", "s2")) == (403, "forbidden")
    assert refusal(await keep(staffed, "st_zoe", "games", "s1")) == (403, "forbidden")
    assert refusal(await keep(staffed, "st_olga", "games", "none")) == (422, "invalid")
    assert refusal(await keep(staffed, "st_sam", "none", "s1")) == (404, "not_found")
    assert await ids(staffed, "st_olga") == [kept]


async def test_a_template_is_removed_once_and_noted(staffed: Staffed) -> None:
    kept = (await keep(staffed)).json()["id"]
    answer = await staffed.as_("st_mei", "DELETE", f"/templates/{kept}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(await staffed.as_("st_mei", "DELETE", f"/templates/{kept}")) == (404, "not_found")
    assert refusal(await staffed.as_("st_olga", "DELETE", "/templates/live-demo")) == (403, "forbidden")
    assert staffed.acts()[-2:] == [("st_sam", "template.kept", kept), ("st_mei", "template.removed", kept)]


async def test_templates_are_not_for_the_people_of_one_room(house: House) -> None:
    assert refusal(await house.client.get("/api/v1/templates")) == (401, "unauthorized")
    body = {"room": "r1", "title": "T", "shop": "s1"}
    for role in Role:
        headers = house.by(role)
        assert refusal(await house.client.get("/api/v1/templates", headers=headers)) == (403, "forbidden")
        assert refusal(await house.client.post("/api/v1/templates", json=body, headers=headers)) == (403, "forbidden")
        answer = await house.client.delete("/api/v1/templates/live-demo", headers=headers)
        assert refusal(answer) == (403, "forbidden")
