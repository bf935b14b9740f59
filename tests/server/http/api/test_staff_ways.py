from dataclasses import replace
from typing import Any

import pytest

from tests.server.http.api.staffed import ORIGIN, PASSWORD, Staffed, refusal
from tests.server.http.house import House
from tests.server.staff.authenticator import Authenticator

NEW = "a-better-horse-8"


@pytest.fixture
async def at(house: House) -> Staffed:
    return await Staffed(house).open()


async def made(at: Staffed, name: str, phone: Authenticator) -> dict[str, Any]:
    offer = (await at.as_(name, "POST", "/staff/passkeys/options", {})).json()
    return {"challenge": offer["challenge"], "credential": phone.create(offer["options"]), "label": "手机"}


def grow_old(at: Staffed, name: str, ms: int) -> None:
    """Make their session so much older."""
    rows = at.house.tables.sessions.rows
    session = rows[at.sessions[name]]
    rows[session.id] = replace(session, created_at=session.created_at - ms)


async def test_a_new_password_signs_out_everywhere_else(at: Staffed) -> None:
    old = at.headers("st_mei")
    await at.sign_in("st_mei")
    changed = await at.as_("st_mei", "PUT", "/staff/password", {"current": PASSWORD, "password": NEW})
    assert changed.status_code == 204
    assert (await at.house.client.get("/api/v1/staff/session", headers=old)).status_code == 401
    assert (await at.as_("st_mei", "GET", "/staff/session")).status_code == 200
    assert (await at.anyone("POST", "/staff/session", {"login": "mei", "password": PASSWORD})).status_code == 401
    assert (await at.anyone("POST", "/staff/session", {"login": "mei", "password": NEW})).status_code == 200
    assert at.acts()[0] == ("st_mei", "staff.password_changed", "st_mei")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"password": NEW}, (403, "forbidden")),
        ({"current": "wrong-horse-7", "password": NEW}, (403, "forbidden")),
        ({"current": PASSWORD, "password": "short"}, (422, "invalid")),
        ({"current": PASSWORD, "password": "1234567890"}, (422, "invalid")),
        ({"current": PASSWORD, "password": "x" * 201}, (422, "invalid")),
        ({"current": PASSWORD}, (422, "invalid")),
    ],
)
async def test_a_password_that_is_not_changed(at: Staffed, body: dict[str, str], answer: tuple[int, str]) -> None:
    before = at.now("st_mei").password
    assert refusal(await at.as_("st_mei", "PUT", "/staff/password", body)) == answer
    assert at.now("st_mei").password == before
    assert at.acts() == []


async def test_passkeys_are_added_listed_and_removed(at: Staffed) -> None:
    phone = Authenticator(ORIGIN)
    body = await made(at, "st_mei", phone)
    added = await at.as_("st_mei", "POST", "/staff/passkeys", body)
    assert added.status_code == 201
    assert added.json()["label"] == "手机"
    listed = (await at.as_("st_mei", "GET", "/staff/passkeys")).json()["passkeys"]
    assert listed == [added.json()]
    assert refusal(await at.as_("st_mei", "POST", "/staff/passkeys", body)) == (401, "expired")
    path = f"/staff/passkeys/{added.json()['id']}"
    assert refusal(await at.as_("st_zoe", "DELETE", path)) == (404, "not_found")
    assert (await at.as_("st_mei", "DELETE", path)).status_code == 204
    assert [action for _, action, _ in at.acts()] == ["staff.passkey_added", "staff.passkey_removed"]


async def test_a_passkey_that_was_made_for_another_is_refused(at: Staffed) -> None:
    body = await made(at, "st_mei", Authenticator(ORIGIN))
    assert refusal(await at.as_("st_zoe", "POST", "/staff/passkeys", body)) == (422, "invalid")


async def test_a_passkey_of_another_page_is_refused(at: Staffed) -> None:
    body = await made(at, "st_mei", Authenticator("https://evil.example"))
    assert refusal(await at.as_("st_mei", "POST", "/staff/passkeys", body)) == (422, "invalid")
    assert at.house.tables.passkeys.rows == {}


async def test_a_stolen_session_makes_no_way_in(at: Staffed) -> None:
    """Who found a page open an hour later neither sets a first password nor adds or removes passkeys."""
    own = await at.as_("st_mei", "POST", "/staff/passkeys", await made(at, "st_mei", Authenticator(ORIGIN)))
    body = await made(at, "st_mei", Authenticator(ORIGIN))
    rows = at.house.tables.accounts.rows
    rows["st_mei"] = replace(rows["st_mei"], password=None)
    grow_old(at, "st_mei", 10 * 60_000 + 1_000)
    before = rows["st_mei"], dict(at.house.tables.passkeys.rows)
    for method, path, sent in (
        ("PUT", "/staff/password", {"password": NEW}),
        ("POST", "/staff/passkeys/options", {}),
        ("POST", "/staff/passkeys", body),
        ("DELETE", f"/staff/passkeys/{own.json()['id']}", None),
    ):
        assert refusal(await at.as_("st_mei", method, path, sent)) == (401, "unauthorized"), path
    assert (rows["st_mei"], dict(at.house.tables.passkeys.rows)) == before
    assert (await at.as_("st_mei", "GET", "/staff/session")).status_code == 200, "it is still signed in"

    await at.sign_in("st_mei")
    assert (await at.as_("st_mei", "POST", "/staff/passkeys", body)).status_code == 201
    assert (await at.as_("st_mei", "PUT", "/staff/password", {"password": NEW})).status_code == 204


async def test_who_shows_their_password_needs_no_fresh_sign_in(at: Staffed) -> None:
    grow_old(at, "st_mei", 86_400_000)
    body = {"current": PASSWORD, "password": NEW}
    assert (await at.as_("st_mei", "PUT", "/staff/password", body)).status_code == 204
