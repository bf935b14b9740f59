from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from httpx import Response

from protocols.messages import Role
from server.http.callers import COOKIE
from tests.server.http.api.staffed import ORIGIN, PASSWORD, Staffed, refusal
from tests.server.http.house import House
from tests.server.staff.authenticator import Authenticator

SIGN_IN = {"login": "mei", "password": PASSWORD}


@pytest.fixture
async def at(house: House) -> Staffed:
    return await Staffed(house).open()


def cookie(answer: Response) -> SimpleCookie:
    return SimpleCookie(answer.headers["set-cookie"])


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(at: Staffed) -> None:
    answer = await at.anyone("POST", "/staff/session", SIGN_IN, origin=ORIGIN)
    assert answer.status_code == 200
    me = answer.json()
    assert me == {
        "id": "st_mei",
        "login": "mei",
        "name": "St_Mei",
        "role": "manager",
        "shops": [{"id": "s1", "name": "Shop s1"}],
        "session": me["session"],
        "password": True,
        "passkeys": 0,
    }
    set_cookie = cookie(answer)[COOKIE]
    assert set_cookie["httponly"]
    assert (set_cookie["samesite"], set_cookie["path"], set_cookie["secure"]) == ("lax", "/", "")
    assert set_cookie["domain"] == ""
    at.house.client.cookies.clear()
    again = await at.anyone("GET", "/staff/session", cookie=f"{COOKIE}={set_cookie.value}")
    assert again.json() == me
    assert ("st_mei", "staff.signed_in", "st_mei") in at.acts()


async def test_by_https_the_cookie_stays_there(at: Staffed) -> None:
    answer = await at.anyone("POST", "/staff/session", SIGN_IN, origin="https://showfloor.test")
    assert cookie(answer)[COOKIE]["secure"]


@pytest.mark.parametrize(
    "wrong", [{"login": "mei", "password": "wrong-horse-7"}, {"login": "nobody", "password": PASSWORD}]
)
async def test_what_is_wrong_is_not_told(at: Staffed, wrong: dict[str, str]) -> None:
    answer = await at.anyone("POST", "/staff/session", wrong)
    assert answer.status_code == 401
    assert answer.json()["error"] == {
        "code": "unauthorized",
        "message": "Login or password is wrong.",
        "retry": False,
    }
    assert "set-cookie" not in answer.headers


async def test_many_failures_are_slowed(at: Staffed) -> None:
    for _ in range(5):
        await at.anyone("POST", "/staff/session", {"login": "mei", "password": "wrong-horse-7"})
    answer = await at.anyone("POST", "/staff/session", SIGN_IN)
    assert refusal(answer) == (429, "rate_limited")
    assert answer.json()["error"]["retry_after_ms"] > 0
    assert int(answer.headers["retry-after"]) >= 1
    assert (await at.anyone("POST", "/staff/session", {"login": "olga", "password": PASSWORD})).status_code == 200


async def test_nobody_signed_in_is_unauthorized(at: Staffed) -> None:
    at.house.client.cookies.clear()
    assert refusal(await at.anyone("GET", "/staff/session")) == (401, "unauthorized")
    assert refusal(await at.anyone("GET", "/staff/session", cookie=f"{COOKIE}=nonsense")) == (401, "unauthorized")


async def test_a_key_and_a_token_are_no_session(at: Staffed) -> None:
    for headers in (at.house.by_key(), at.house.by(Role.HOST)):
        assert refusal(await at.anyone("GET", "/staff/session", **headers)) == (403, "forbidden")


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://showfloor.test:81"])
async def test_what_another_page_sends_by_the_cookie_is_refused(at: Staffed, origin: str | None) -> None:
    for method, path in [("DELETE", "/staff/sessions"), ("PUT", "/staff/password"), ("POST", "/rooms/r1/close")]:
        answer = await at.house.client.request(method, f"/api/v1{path}", headers=at.headers("st_olga", origin))
        assert refusal(answer) == (403, "forbidden"), (method, path)
    assert at.house.tables.audit.rows == []
    read = await at.house.client.get("/api/v1/staff/session", headers=at.headers("st_olga", origin))
    assert read.status_code == 200


async def test_another_page_signs_nobody_in(at: Staffed) -> None:
    answer = await at.anyone("POST", "/staff/session", SIGN_IN, origin="https://evil.example")
    assert refusal(answer) == (403, "forbidden")
    assert "set-cookie" not in answer.headers


async def test_signing_out(at: Staffed) -> None:
    answer = await at.as_("st_mei", "DELETE", "/staff/session")
    assert answer.status_code == 204
    assert cookie(answer)[COOKIE].value == ""
    assert refusal(await at.as_("st_mei", "GET", "/staff/session")) == (401, "unauthorized")
    assert at.acts() == [("st_mei", "staff.signed_out", at.sessions["st_mei"])]


async def test_where_one_is_signed_in(at: Staffed) -> None:
    first = at.sessions["st_mei"]
    own = await at.sign_in("st_mei")
    listed = (await at.as_("st_mei", "GET", "/staff/sessions")).json()["sessions"]
    assert {(each["id"], each["current"], each["agent"]) for each in listed} == {
        (own, True, "Test/1"),
        (first, False, "Test/1"),
    }
    assert (await at.as_("st_mei", "DELETE", f"/staff/sessions/{first}")).status_code == 204
    assert refusal(await at.as_("st_mei", "DELETE", f"/staff/sessions/{first}")) == (404, "not_found")
    others = at.sessions["st_zoe"]
    assert refusal(await at.as_("st_mei", "DELETE", f"/staff/sessions/{others}")) == (404, "not_found")
    await at.sign_in("st_mei")
    assert (await at.as_("st_mei", "DELETE", "/staff/sessions")).status_code == 204
    assert len((await at.as_("st_mei", "GET", "/staff/sessions")).json()["sessions"]) == 1


async def test_signing_in_by_passkey(at: Staffed) -> None:
    phone = Authenticator(ORIGIN)
    offer = (await at.as_("st_mei", "POST", "/staff/passkeys/options", {})).json()
    made = {"challenge": offer["challenge"], "credential": phone.create(offer["options"]), "label": "手机"}
    assert (await at.as_("st_mei", "POST", "/staff/passkeys", made)).status_code == 201

    asked = (await at.anyone("POST", "/staff/session/passkey/options", {}, origin=ORIGIN)).json()
    shown = {"challenge": asked["challenge"], "credential": phone.get(asked["options"])}
    answer = await at.anyone("POST", "/staff/session/passkey", shown, origin=ORIGIN)
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["passkeys"]) == ("st_mei", 1)
    assert COOKIE in cookie(answer)
    at.house.client.cookies.clear()
    assert refusal(await at.anyone("POST", "/staff/session/passkey", shown, origin=ORIGIN)) == (401, "expired")

    rows = at.house.tables.accounts.rows
    rows["st_mei"] = replace(rows["st_mei"], disabled_at=1)
    asked = (await at.anyone("POST", "/staff/session/passkey/options", {}, origin=ORIGIN)).json()
    shown = {"challenge": asked["challenge"], "credential": phone.get(asked["options"])}
    answer = await at.anyone("POST", "/staff/session/passkey", shown, origin=ORIGIN)
    assert refusal(answer) == (401, "unauthorized")
