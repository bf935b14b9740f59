"""Photos over HTTP: from an upload to a picture that only those see who may."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from protocols.messages import By, Role
from server.check_http import HttpImageCheck
from server.checks import Checks
from server.image_check import ImageChecks
from server.outside import Finding
from server.photos.addresses import HOSTS_STEP_S, STEP_S
from server.photos.containers import Developed
from server.photos.darkroom import EACH_PER_MINUTE
from tests.server.http.house import House
from tests.server.image_service import ImageService
from tests.server.photos import pictures

BASE = "/api/v1/rooms/r1"
HOST = By("h", "Host", Role.HOST)


async def uploaded(house: House, data: bytes, who: dict[str, str]) -> str:
    upload: str = (await house.client.post(f"{BASE}/uploads", json={"size": len(data)}, headers=who)).json()["upload"]
    answer = await house.client.patch(f"{BASE}/uploads/{upload}", content=data, headers={**who, "upload-offset": "0"})
    assert answer.status_code == 204, answer.text
    return upload


async def added(house: House, data: bytes, who: dict[str, str], **more: Any) -> httpx.Response:
    body = {"id": "a1", "upload": await uploaded(house, data, who)} | more
    return await house.client.post(f"{BASE}/photos", json=body, headers=who)


async def linked(house: House, photo: str, who: dict[str, str]) -> dict[str, str]:
    answer = await house.client.post(f"{BASE}/photos/links", json={"photos": [photo]}, headers=who)
    found: dict[str, str] = answer.json()["links"].get(photo, {})
    return found


async def test_from_an_upload_to_a_picture(house: House) -> None:
    ann, ben = house.by(Role.ATTENDEE), house.by(Role.ATTENDEE, user="u2")
    answer = await added(house, pictures.phone(), ann, caption=" my castle ")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["width"], told["height"], told["shown"]) == (240, 320, False)
    photo = told["photo"]
    assert await house.uploads.pieces("r1") == frozenset(), "the upload is gone, and with it where it was taken"

    assert await linked(house, photo, ben) == {}
    own = await linked(house, photo, ann)
    hosts = await linked(house, photo, house.by(Role.HOST))
    assert set(own) == {"2048", "640", "160"}
    picture = await house.client.get(own["640"])
    assert picture.status_code == 200
    assert picture.content.startswith(b"RIFF")
    assert b"Secret" not in picture.content
    assert picture.headers["content-type"] == "image/webp"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["content-disposition"] == 'inline; filename="photo-640.webp"'
    assert picture.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "immutable" in picture.headers["cache-control"]
    assert (await house.client.get(hosts["160"])).status_code == 200

    await house.do("photo.approve", HOST, photo=photo)
    everyone = await linked(house, photo, ben)
    assert (await house.client.get(everyone["160"])).status_code == 200
    await house.do("photo.hide", HOST, photo=photo)
    assert [(await house.client.get(each["160"])).status_code for each in (everyone, own, hosts)] == [404, 404, 200]
    await house.do("photo.delete", HOST, photo=photo)
    assert (await house.client.get(hosts["160"])).status_code == 404


async def test_sent_again_it_is_one_photo(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    upload = await uploaded(house, pictures.phone(), ann)
    body = {"id": "a1", "upload": upload}
    first = await house.client.post(f"{BASE}/photos", json=body, headers=ann)
    again = await house.client.post(f"{BASE}/photos", json=body, headers=ann)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["photo"] == again.json()["photo"]
    assert [each.type for each in house.host().records].count("photo.offered") == 1


async def test_asked_twice_at_once_it_is_one_photo(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    upload = await uploaded(house, pictures.phone(), ann)
    bodies = [{"id": each, "upload": upload} for each in ("a1", "a1", "a2")]
    answers = await asyncio.gather(*(house.client.post(f"{BASE}/photos", json=body, headers=ann) for body in bodies))
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["photo"] for answer in answers}) == 1
    assert [each.type for each in house.host().records].count("photo.offered") == 1


async def test_one_who_is_refused_again_and_again_has_no_more_of_them_decoded(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    upload = await uploaded(house, pictures.phone(), ann)
    await house.do("person.mute", HOST, user="u1")
    decoded: list[int] = []

    async def develop(_file: object) -> Developed:
        decoded.append(len(decoded))
        return Developed(1, 1, "#000000", {})

    house.darkroom.develop = develop  # type: ignore[method-assign, assignment]
    body = {"id": "a1", "upload": upload}
    codes = [
        (await house.client.post(f"{BASE}/photos", json=body, headers=ann)).json()["error"]["code"]
        for _ in range(EACH_PER_MINUTE + 5)
    ]
    assert codes == ["muted"] * EACH_PER_MINUTE + ["rate_limited"] * 5
    assert decoded == [], "what is refused is not decoded first"
    await house.do("person.unmute", HOST, user="u1")
    await house.do("room.close", HOST)
    house.now += 60
    answer = await house.client.post(f"{BASE}/photos", json=body, headers=ann)
    assert (answer.json()["error"]["code"], decoded) == ("closed", [])


ATTACKS = {
    "svg": (pictures.svg(), 422),
    "archive": (pictures.archive(), 422),
    "polyglot": (pictures.phone() + pictures.archive(), 422),
    "bomb": (pictures.bomb(), 413),
    "truncated": (pictures.phone()[:-900], 422),
    "moving": (pictures.animated("PNG"), 422),
    "gif": (pictures.animated("GIF"), 422),
    "page": (b"<html><script>alert(1)</script></html>", 422),
    "tiny": (pictures.encoded("PNG", pictures.picture(4, 4)), 422),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_what_is_no_photo_gets_one_clear_error_and_leaves_nothing(house: House, name: str) -> None:
    data, status = ATTACKS[name]
    before = len(house.host().records)
    answer = await added(house, data, house.by(Role.ATTENDEE))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "too_large" if status == 413 else "invalid")
    assert len(house.host().records) == before
    assert [blob async for some in house.blobs.list() for blob in some] == []


async def checked(house: House, service: ImageService, default: Finding = Finding.HOLD) -> Callable[..., Any]:
    """Who sends a photo to a room that shows them at once, while the service looks at them."""
    await house.do("room.configure", HOST, settings={"photos_approved": False})
    checks = ImageChecks(HttpImageCheck(service.endpoint()), default=default)
    house.have(outside=Checks(image=checks))

    async def send(user: str, role: Role = Role.ATTENDEE) -> tuple[int, str | bool]:
        answer = await added(house, pictures.phone(), house.by(role, user=user), id=f"add-{user}")
        told = answer.json()
        return answer.status_code, told["shown"] if answer.status_code == 201 else told["error"]["code"]

    return send


async def test_a_check_outside_sees_photos_before_anybody_else(house: House) -> None:
    service = ImageService("secret")
    send = await checked(house, service)
    assert await send("u1") == (201, True)
    service.finding = Finding.HOLD
    assert await send("u2") == (201, False)
    service.finding = Finding.REFUSE
    records, files = len(house.host().records), len([blob async for some in house.blobs.list() for blob in some])
    assert await send("u3") == (422, "picture")
    assert len(house.host().records) == records
    assert len([blob async for some in house.blobs.list() for blob in some]) == files, "the upload is gone as well"
    assert await send("staff", Role.HOST) == (201, True)
    assert (len(service.seen), service.faults) == (3, []), "staff is not looked at"
    assert {room for room, _ in service.seen} == {"r1"}


@pytest.mark.parametrize(
    ("default", "told"), [("fine", (201, True)), ("hold", (201, False)), ("refuse", (422, "picture"))]
)
async def test_what_holds_when_the_check_fails(house: House, default: str, told: tuple[int, object]) -> None:
    service = ImageService("secret", httpx.ConnectError("nobody there"))
    send = await checked(house, service, Finding(default))
    assert await send("u1") == told


async def test_half_an_upload_is_no_photo(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    data = pictures.phone()
    begun = await house.client.post(f"{BASE}/uploads", json={"size": len(data)}, headers=ann)
    upload = begun.json()["upload"]
    await house.client.patch(f"{BASE}/uploads/{upload}", content=data[:100], headers={**ann, "upload-offset": "0"})
    answer = await house.client.post(f"{BASE}/photos", json={"id": "a1", "upload": upload}, headers=ann)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    # It goes on where it stands.
    await house.client.patch(f"{BASE}/uploads/{upload}", content=data[100:], headers={**ann, "upload-offset": "100"})
    answer = await house.client.post(f"{BASE}/photos", json={"id": "a1", "upload": upload}, headers=ann)
    assert answer.status_code == 201


async def test_nobody_makes_a_photo_of_anothers_upload(house: House) -> None:
    upload = await uploaded(house, pictures.phone(), house.by(Role.ATTENDEE))
    body = {"id": "a1", "upload": upload}
    for who, status in ((house.by(Role.ATTENDEE, user="u2"), 404), (house.by_key(), 403), ({}, 401)):
        assert (await house.client.post(f"{BASE}/photos", json=body, headers=who)).status_code == status


async def test_addresses_that_were_not_given_out(house: House) -> None:
    photo = (await added(house, pictures.phone(), house.by(Role.ATTENDEE))).json()["photo"]
    good = (await linked(house, photo, house.by(Role.HOST, user="lin")))["160"]
    assert "for=hosts&who=lin&" in good
    bad = [
        good.replace("who=lin", "who=ann"),
        good.replace("who=lin&", ""),
        good.replace("160.webp", "2048.webp"),
        good.replace("for=hosts", "for=everyone"),
        good.replace(photo, "x"),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
    ]
    assert [(await house.client.get(each)).status_code for each in bad] == [403] * 6
    assert (await house.client.get(good.split("?")[0])).status_code == 422
    assert (await house.client.get(good.replace("/160.webp", "/..%2F160.webp"))).status_code in {404, 422}
    house.now += 2 * HOSTS_STEP_S
    assert (await house.client.get(good)).status_code == 401


async def test_who_hosts_no_more_opens_nothing_that_waits(house: House) -> None:
    photo = (await added(house, pictures.phone(), house.by(Role.ATTENDEE))).json()["photo"]
    urls = {}
    for user in ("lin", "bo", "mei"):
        urls[user] = (await linked(house, photo, house.by(Role.MODERATOR, user=user)))["160"]
        assert (await house.client.get(urls[user])).status_code == 200
    await house.do("person.role", HOST, user="lin", role="attendee")
    await house.do("person.ban", HOST, user="bo")
    assert [(await house.client.get(each)).status_code for each in urls.values()] == [403, 403, 200]


async def test_what_everyone_sees_stays_in_browsers_for_hours_and_says_what_it_is(house: House) -> None:
    photo = (await added(house, pictures.phone(), house.by(Role.ATTENDEE), caption="my castle")).json()["photo"]
    asked = {"photos": [photo, "gone"]}
    lin, ben = house.by(Role.HOST, user="lin"), house.by(Role.ATTENDEE, user="u2")
    waiting = (await house.client.post(f"{BASE}/photos/links", json=asked, headers=lin)).json()
    assert waiting["good_ms"] <= 2 * HOSTS_STEP_S * 1000
    nothing = (await house.client.post(f"{BASE}/photos/links", json=asked, headers=ben)).json()
    assert (nothing["links"], nothing["photos"]) == ({}, {})

    await house.do("photo.approve", HOST, photo=photo)
    for who in (lin, ben):
        told = (await house.client.post(f"{BASE}/photos/links", json=asked, headers=who)).json()
        assert told["good_ms"] >= STEP_S * 1000
        assert "for=everyone&until=" in told["links"][photo]["160"]
        assert (told["photos"][photo]["caption"], told["photos"][photo]["by"]["id"]) == ("my castle", "u1")
