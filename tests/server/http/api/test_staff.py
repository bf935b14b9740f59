from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import By, Role
from rooms.activities.room import RoomCreate
from tests.server.http.api.staffed import PASSWORD, Staffed, refusal
from tests.server.http.house import House


@pytest.fixture
async def at(house: House) -> Staffed:
    return await Staffed(house).open()


async def test_everybody_sees_those_of_their_shops(at: Staffed) -> None:
    async def seen(name: str) -> dict[str, list[str]]:
        listed = (await at.as_(name, "GET", "/staff")).json()["staff"]
        return {each["id"]: [shop["id"] for shop in each["shops"]] for each in listed}

    assert len(await seen("st_olga")) == 5
    assert await seen("st_mei") == {"st_mei": ["s1"], "st_max": ["s1"], "st_sam": ["s1"]}
    assert await seen("st_zoe") == {"st_max": ["s2"], "st_zoe": ["s2"]}
    assert PASSWORD not in str((await at.as_("st_olga", "GET", "/staff")).json())


@pytest.mark.parametrize(
    ("by", "whom", "body", "answer"),
    [
        ("st_sam", "st_mei", {"disabled": True}, (403, "forbidden")),
        ("st_mei", "st_zoe", {"disabled": True}, (404, "not_found")),
        ("st_mei", "st_olga", {"disabled": True}, (404, "not_found")),
        ("st_mei", "st_sam", {"role": "owner"}, (403, "forbidden")),
        ("st_mei", "st_sam", {"shops": ["s2"]}, (403, "forbidden")),
        ("st_mei", "st_mei", {"role": "owner"}, (403, "forbidden")),
        ("st_olga", "st_olga", {"disabled": True}, (409, "conflict")),
        ("st_olga", "st_olga", {"role": "staff", "shops": ["s1"]}, (409, "conflict")),
        ("st_olga", "st_sam", {"shops": ["s9"]}, (422, "invalid")),
        ("st_olga", "st_sam", {"name": "x"}, (422, "invalid")),
    ],
)
async def test_changes_that_are_refused(
    at: Staffed, by: str, whom: str, body: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert refusal(await at.as_(by, "PATCH", f"/staff/{whom}", body)) == answer
    assert at.acts() == []


async def test_who_is_disabled_is_out_at_once(at: Staffed) -> None:
    ended: list[str] = []
    at.house.staff.sessions.on_ended(ended.append)
    token = at.house.identity.issue(
        user="st_sam", name="Sam", role=Role.HOST, room="r1", session=at.sessions["st_sam"]
    ).token
    answer = await at.as_("st_mei", "PATCH", "/staff/st_sam", {"disabled": True})
    assert answer.json()["disabled"] is True
    assert ended == [at.sessions["st_sam"]]
    assert refusal(await at.as_("st_sam", "GET", "/staff/session")) == (401, "unauthorized")
    with pytest.raises(Refused) as refused:
        at.house.identity.verify(token)
    assert refused.value.code is Code.REVOKED
    history = await at.anyone("GET", "/rooms/r1/history", authorization=f"Bearer {token}")
    assert refusal(history) == (401, "revoked")
    sign_in = {"login": "sam", "password": PASSWORD}
    assert refusal(await at.anyone("POST", "/staff/session", sign_in)) == (401, "unauthorized")
    assert (await at.as_("st_mei", "PATCH", "/staff/st_sam", {"disabled": False})).json()["disabled"] is False
    assert refusal(await at.as_("st_sam", "GET", "/staff/session")) == (401, "unauthorized")
    assert (await at.anyone("POST", "/staff/session", sign_in)).status_code == 200
    assert [act[:2] for act in at.acts()[:2]] == [("st_mei", "staff.changed")] * 2


async def test_who_loses_a_shop_signs_in_anew_and_their_invitations_end(at: Staffed) -> None:
    made = await at.as_("st_max", "POST", "/staff/invitations", {"role": "staff", "shops": ["s2"]})
    assert made.status_code == 201
    changed = await at.as_("st_olga", "PATCH", "/staff/st_max", {"shops": ["s1"]})
    assert [shop["id"] for shop in changed.json()["shops"]] == ["s1"]
    assert (await at.as_("st_max", "GET", "/staff/session")).status_code == 401
    assert (await at.as_("st_olga", "GET", "/staff/invitations")).json()["invitations"] == []


async def test_who_wins_one_stays_signed_in(at: Staffed) -> None:
    await at.as_("st_olga", "PATCH", "/staff/st_sam", {"role": "manager", "shops": ["s1", "s2"]})
    me = (await at.as_("st_sam", "GET", "/staff/session")).json()
    assert (me["role"], [shop["id"] for shop in me["shops"]]) == ("manager", ["s1", "s2"])


async def test_a_new_way_in_ends_the_earlier_ones(at: Staffed) -> None:
    answer = await at.as_("st_mei", "POST", "/staff/st_sam/invitation")
    assert answer.status_code == 201
    value = answer.json()["url"].partition("#invitation=")[2]
    read = (await at.anyone("POST", "/staff/invitations/read", {"invitation": value})).json()
    assert read["login"] == "sam"
    body = {"invitation": value, "login": "sam", "name": "Sam", "password": "a-better-horse-8"}
    wrong = await at.anyone("POST", "/staff/invitations/accept", {**body, "login": "tom"})
    assert refusal(wrong) == (422, "invalid")
    joined = await at.anyone("POST", "/staff/invitations/accept", body)
    assert (joined.json()["id"], joined.json()["role"]) == ("st_sam", "staff")
    at.house.client.cookies.clear()
    assert (await at.as_("st_sam", "GET", "/staff/session")).status_code == 401, "the earlier session is gone"
    assert [act[1] for act in at.acts()] == ["staff.reset", "staff.renewed"]


@pytest.mark.parametrize(
    ("by", "whom", "answer"),
    [
        ("st_max", "st_mei", (403, "forbidden")),  # one manager could be the other
        ("st_sam", "st_mei", (403, "forbidden")),
        ("st_mei", "st_zoe", (404, "not_found")),
        ("st_mei", "st_olga", (404, "not_found")),
        ("st_olga", "st_none", (404, "not_found")),
    ],
)
async def test_a_new_way_in_that_is_refused(at: Staffed, by: str, whom: str, answer: tuple[int, str]) -> None:
    assert refusal(await at.as_(by, "POST", f"/staff/{whom}/invitation")) == answer


async def test_a_new_way_into_an_account_does_not_grow_with_it(at: Staffed) -> None:
    """Else a manager who kept one would get into the shops that the owner gives this person."""
    answer = await at.as_("st_mei", "POST", "/staff/st_sam/invitation")
    value = answer.json()["url"].partition("#invitation=")[2]
    assert (await at.as_("st_olga", "PATCH", "/staff/st_sam", {"shops": ["s1", "s2"]})).status_code == 200
    body = {"invitation": value, "login": "sam", "name": "Sam", "password": "a-better-horse-8"}
    assert refusal(await at.anyone("POST", "/staff/invitations/accept", body)) == (401, "revoked")
    # Without a change it stays good.
    answer = await at.as_("st_olga", "POST", "/staff/st_sam/invitation")
    assert (await at.as_("st_olga", "PATCH", "/staff/st_sam", {"shops": ["s1", "s2"]})).status_code == 200
    value = answer.json()["url"].partition("#invitation=")[2]
    body["invitation"] = value
    assert (await at.anyone("POST", "/staff/invitations/accept", body)).status_code == 200


async def links_of_sam(at: Staffed) -> dict[str, str]:
    """What Sam made in shop1, by the page, and by the token of the console; what each opens, by a name for it."""
    made: dict[str, str] = {}
    await at.house.directory.create(RoomCreate(id="c1", room="shop1", title="One", shop="s1"), By("api", "", Role.HOST))
    for role in ("host", "attendee", "wall"):
        answer = await at.as_("st_sam", "POST", "/rooms/shop1/links", {"role": role})
        made[role] = answer.json()["link"]
    token = (await at.as_("st_sam", "POST", "/rooms/shop1/enter")).json()["token"]
    answer = await at.anyone("POST", "/rooms/shop1/links", {"role": "moderator"}, authorization=f"Bearer {token}")
    made["moderator"] = answer.json()["link"]
    answer = await at.as_("st_mei", "POST", "/rooms/shop1/links", {"role": "host"})
    made["mei's"] = answer.json()["link"]
    return made


async def opened(at: Staffed, links: dict[str, str]) -> set[str]:
    answers = {
        name: await at.anyone(
            "POST", "/links/exchange", {"link": link, "nickname": "Ann" if name == "attendee" else "Bea"}
        )
        for name, link in links.items()
    }
    return {name for name, answer in answers.items() if answer.status_code == 200}


@pytest.mark.parametrize("change", [{"disabled": True}, {"shops": ["s2"]}])
async def test_who_goes_keeps_no_link_to_run_a_room_by(at: Staffed, change: dict[str, Any]) -> None:
    links = await links_of_sam(at)
    assert await opened(at, links) == set(links)
    host = (await at.anyone("POST", "/links/exchange", {"link": links["host"]})).json()["token"]
    assert (await at.as_("st_olga", "PATCH", "/staff/st_sam", change)).status_code == 200
    assert await opened(at, links) == {"attendee", "wall", "mei's"}, "what hangs in the shop, and others' links, stay"
    history = await at.anyone("GET", "/rooms/shop1/history", authorization=f"Bearer {host}")
    assert refusal(history) == (401, "revoked")
    assert [act for act in at.acts() if act[1] == "link.withdrawn"] == [("st_olga", "link.withdrawn", "shop1")] * 2


async def test_who_gains_a_shop_keeps_their_links(at: Staffed) -> None:
    links = await links_of_sam(at)
    for change in ({"shops": ["s1", "s2"]}, {"role": "manager"}, {"shops": ["s1"]}):
        assert (await at.as_("st_olga", "PATCH", "/staff/st_sam", change)).status_code == 200
    assert await opened(at, links) == set(links)
