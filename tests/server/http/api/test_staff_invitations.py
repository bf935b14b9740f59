from dataclasses import replace
from typing import Any

import pytest

from server.http.callers import COOKIE
from server.staff.invitations import LIFE_MS
from tests.server.http.api.staffed import ORIGIN, PASSWORD, Staffed, refusal
from tests.server.http.house import House
from tests.server.staff.authenticator import Authenticator


@pytest.fixture
async def at(house: House) -> Staffed:
    return await Staffed(house).open()


async def invited(at: Staffed, by: str = "st_olga", **body: Any) -> str:
    answer = await at.as_(by, "POST", "/staff/invitations", {"role": "staff", "shops": ["s1"], **body})
    assert answer.status_code == 201
    origin, _, value = answer.json()["url"].partition("/staff#invitation=")
    assert origin == ORIGIN
    return str(value)


def joining(value: str, **more: Any) -> dict[str, Any]:
    return {"invitation": value, "login": "Sue", "name": "苏", "password": PASSWORD, **more}


async def test_somebody_joins_by_password(at: Staffed) -> None:
    value = await invited(at, name="Sue")
    read = (await at.anyone("POST", "/staff/invitations/read", {"invitation": value})).json()
    assert (read["name"], read["login"], read["role"]) == ("Sue", None, "staff")
    assert read["shops"] == [{"id": "s1", "name": "Shop s1"}]
    answer = await at.anyone("POST", "/staff/invitations/accept", joining(value), origin=ORIGIN)
    assert answer.status_code == 200
    me = answer.json()
    assert (me["login"], me["name"], me["role"], me["password"], me["passkeys"]) == ("sue", "苏", "staff", True, 0)
    assert COOKIE in answer.headers["set-cookie"]
    assert (await at.anyone("POST", "/staff/session", {"login": "sue", "password": PASSWORD})).status_code == 200
    again = await at.anyone("POST", "/staff/invitations/accept", joining(value, login="tom"))
    assert refusal(again) == (401, "revoked")
    acts = at.acts()
    assert [act[:2] for act in acts[:2]] == [("st_olga", "staff.invited"), (me["id"], "staff.joined")]


async def test_somebody_joins_by_passkey_alone(at: Staffed) -> None:
    value, phone = await invited(at), Authenticator(ORIGIN)
    who = {"invitation": value, "login": "Sue", "name": "苏"}
    offer = (await at.anyone("POST", "/staff/invitations/passkey", who, origin=ORIGIN)).json()
    assert offer["options"]["user"]["name"] == "sue"
    body = {**who, "challenge": offer["challenge"], "credential": phone.create(offer["options"]), "label": "手机"}
    me = (await at.anyone("POST", "/staff/invitations/passkey/accept", body, origin=ORIGIN)).json()
    assert (me["login"], me["password"], me["passkeys"]) == ("sue", False, 1)
    assert phone.keys[0].user.decode() == me["id"], "so that the passkey finds its account"

    asked = (await at.anyone("POST", "/staff/session/passkey/options", {}, origin=ORIGIN)).json()
    shown = {"challenge": asked["challenge"], "credential": phone.get(asked["options"])}
    assert (await at.anyone("POST", "/staff/session/passkey", shown, origin=ORIGIN)).json()["id"] == me["id"]
    refused = await at.anyone("POST", "/staff/session", {"login": "sue", "password": PASSWORD})
    assert refusal(refused) == (401, "unauthorized")


async def test_a_passkey_offered_for_one_invitation_is_not_good_for_another(at: Staffed) -> None:
    first, second, phone = await invited(at), await invited(at), Authenticator(ORIGIN)
    who = {"login": "Sue", "name": "苏"}
    offer = (await at.anyone("POST", "/staff/invitations/passkey", {"invitation": first, **who}, origin=ORIGIN)).json()
    body = {"challenge": offer["challenge"], "credential": phone.create(offer["options"]), "label": "x", **who}
    answer = await at.anyone("POST", "/staff/invitations/passkey/accept", {"invitation": second, **body}, origin=ORIGIN)
    assert refusal(answer) == (422, "invalid")


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"login": "mei"}, (409, "conflict")),
        ({"login": "a b"}, (422, "invalid")),
        ({"password": "short"}, (422, "invalid")),
        ({"login": "sue.sue.sue", "password": "sue.sue.sue"}, (422, "invalid")),
        ({"name": "\u200b"}, (422, "invalid")),
        ({"invitation": "x"}, (401, "unauthorized")),
    ],
)
async def test_what_is_refused_leaves_the_invitation_open(
    at: Staffed, more: dict[str, str], answer: tuple[int, str]
) -> None:
    value, accounts = await invited(at), dict(at.house.tables.accounts.rows)
    assert refusal(await at.anyone("POST", "/staff/invitations/accept", joining(value, **more))) == answer
    assert at.house.tables.accounts.rows == accounts
    assert (await at.anyone("POST", "/staff/invitations/accept", joining(value))).status_code == 200


async def test_a_login_that_is_taken_is_said_before_a_passkey_is_made(at: Staffed) -> None:
    who = {"invitation": await invited(at), "login": "Mei", "name": "x"}
    answer = await at.anyone("POST", "/staff/invitations/passkey", who, origin=ORIGIN)
    assert refusal(answer) == (409, "conflict")


async def test_a_bare_address_has_no_passkeys(at: Staffed) -> None:
    who = {"invitation": await invited(at), "login": "Sue", "name": "x"}
    answer = await at.anyone("POST", "/staff/invitations/passkey", who, host="127.0.0.1:8000")
    assert refusal(answer) == (409, "conflict")
    assert "localhost" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("by", "body", "answer"),
    [
        ("st_mei", {"role": "owner"}, (403, "forbidden")),
        ("st_mei", {"role": "staff", "shops": ["s2"]}, (403, "forbidden")),
        ("st_mei", {"role": "staff", "shops": ["s1", "s2"]}, (403, "forbidden")),
        ("st_mei", {"role": "staff", "shops": []}, (422, "invalid")),
        ("st_sam", {"role": "staff", "shops": ["s1"]}, (403, "forbidden")),
        ("st_olga", {"role": "staff", "shops": ["s9"]}, (422, "invalid")),
        ("st_olga", {"role": "boss", "shops": ["s1"]}, (422, "invalid")),
    ],
)
async def test_nobody_invites_above_themselves_or_elsewhere(
    at: Staffed, by: str, body: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert refusal(await at.as_(by, "POST", "/staff/invitations", body)) == answer
    assert at.house.tables.invitations.rows == {}
    assert at.acts() == []


async def test_open_invitations_are_listed_and_withdrawn_by_those_who_may(at: Staffed) -> None:
    value = await invited(at, "st_mei", role="manager")
    await invited(at, role="staff", shops=["s2"])
    await invited(at, role="owner", shops=[])
    mine = (await at.as_("st_mei", "GET", "/staff/invitations")).json()["invitations"]
    assert [(each["role"], each["created_by"], each["shops"]) for each in mine] == [
        ("manager", "st_mei", [{"id": "s1", "name": "Shop s1"}])
    ]
    everything = (await at.as_("st_olga", "GET", "/staff/invitations")).json()["invitations"]
    assert len(everything) == 3
    assert value not in str(everything)
    assert (await at.as_("st_sam", "GET", "/staff/invitations")).json()["invitations"] == []
    path = f"/staff/invitations/{mine[0]['id']}"
    assert refusal(await at.as_("st_zoe", "DELETE", path)) == (404, "not_found")
    assert (await at.as_("st_mei", "DELETE", path)).status_code == 204
    assert refusal(await at.as_("st_mei", "DELETE", path)) == (404, "not_found")
    assert refusal(await at.anyone("POST", "/staff/invitations/accept", joining(value))) == (401, "revoked")


async def test_an_old_one_has_expired(at: Staffed) -> None:
    value = await invited(at)
    rows = at.house.tables.invitations.rows
    rows.update({key: replace(each, expires_at=each.expires_at - LIFE_MS) for key, each in rows.items()})
    assert refusal(await at.anyone("POST", "/staff/invitations/read", {"invitation": value})) == (401, "expired")
