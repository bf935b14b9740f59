"""Uploads over HTTP: in pieces, resumed, one's own, bounded."""

import httpx
import pytest

from protocols.messages import By, Role
from server.http.api.uploads import PIECES_EACH
from server.photos.uploads import BEGUN_PER_MINUTE, PATCH_MOST
from tests.server.http.house import House

BASE = "/api/v1/rooms/r1/uploads"


def code(answer: httpx.Response) -> str:
    found: str = answer.json()["error"]["code"]
    return found


async def begun(house: House, size: int, who: dict[str, str]) -> str:
    answer = await house.client.post(BASE, json={"size": size}, headers=who)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["offset"], told["size"], told["piece"]) == (0, size, PATCH_MOST)
    return f"{BASE}/{told['upload']}"


async def sent(house: House, at: str, offset: int, data: bytes, who: dict[str, str]) -> httpx.Response:
    return await house.client.patch(at, content=data, headers={**who, "upload-offset": str(offset)})


async def test_a_file_comes_in_pieces(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    at = await begun(house, 300_000, ann)
    answer = await sent(house, at, 0, bytes(200_000), ann)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "200000")
    where = await house.client.head(at, headers=ann)
    assert (where.status_code, where.headers["upload-offset"], where.headers["upload-length"]) == (
        200,
        "200000",
        "300000",
    )
    wrong = await sent(house, at, 0, bytes(10), ann)
    assert (wrong.status_code, code(wrong)) == (409, "conflict")
    assert (await sent(house, at, 200_000, bytes(100_000), ann)).headers["upload-offset"] == "300000"
    too_much = await sent(house, at, 300_000, b"x", ann)
    assert (too_much.status_code, code(too_much)) == (413, "too_large")


async def test_a_piece_has_a_bound(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    at = await begun(house, 2 * PATCH_MOST, ann)
    answer = await sent(house, at, 0, bytes(PATCH_MOST + 1), ann)
    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert (await house.client.head(at, headers=ann)).headers["upload-offset"] == "0"
    nowhere = await house.client.patch(at, content=b"x", headers=ann)
    assert (nowhere.status_code, code(nowhere)) == (422, "invalid")


async def test_other_bodies_have_the_bound_that_they_had(house: House) -> None:
    answer = await house.client.post(BASE, content=bytes(20_000), headers=house.by(Role.ATTENDEE))
    assert answer.status_code == 413
    # A path that looks like one of uploads is served by nobody.
    answer = await house.client.patch("/api/v1/rooms/r1/uploads/", content=bytes(50_000))
    assert answer.status_code in {404, 405}


@pytest.mark.parametrize("size", [0, -1, 20 * 1024 * 1024 + 1, 2**40, "7", None, 1.5])
async def test_sizes_that_are_refused(house: House, size: object) -> None:
    answer = await house.client.post(BASE, json={"size": size}, headers=house.by(Role.ATTENDEE))
    assert (answer.status_code, code(answer)) in {(422, "invalid"), (413, "too_large")}


async def test_whose_it_is(house: House) -> None:
    ann, ben = house.by(Role.ATTENDEE), house.by(Role.ATTENDEE, user="u2")
    at = await begun(house, 100, ann)
    for who, status in ((ben, 404), (house.by(Role.ATTENDEE, room="r2"), 403), (house.by_key(), 403), ({}, 401)):
        assert (await sent(house, at, 0, bytes(10), who)).status_code == status
        assert (await house.client.head(at, headers=who)).status_code == status
        assert (await house.client.delete(at, headers=who)).status_code == status
    assert (await house.client.head(at, headers=ann)).headers["upload-offset"] == "0"
    wall = await house.client.post(BASE, json={"size": 5}, headers=house.by(Role.WALL))
    assert (wall.status_code, code(wall)) == (403, "forbidden")


async def test_it_can_be_given_up(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    at = await begun(house, 100, ann)
    await sent(house, at, 0, bytes(10), ann)
    assert (await house.client.delete(at, headers=ann)).status_code == 204
    assert (await house.client.head(at, headers=ann)).headers["upload-offset"] == "0"


async def test_one_who_begins_many_waits(house: House) -> None:
    ann = house.by(Role.ATTENDEE)
    for _ in range(BEGUN_PER_MINUTE):
        await begun(house, 100, ann)
    answer = await house.client.post(BASE, json={"size": 100}, headers=ann)
    assert (answer.status_code, code(answer)) == (429, "rate_limited")
    await begun(house, 100, house.by(Role.ATTENDEE, user="u2"))


async def test_nothing_is_sent_where_it_would_not_be_taken(house: House) -> None:
    host = By("h", "Host", Role.HOST)
    await house.do("room.configure", host, settings={"photos_open": False})
    answer = await house.client.post(BASE, json={"size": 100}, headers=house.by(Role.ATTENDEE))
    assert (answer.status_code, code(answer)) == (409, "closed")
    await begun(house, 100, house.by(Role.HOST))


async def test_one_who_sends_many_pieces_at_once_keeps_nobody_else_out(house: House) -> None:
    """Such as slow ones, of which each has a minute."""
    ann, ben = house.by(Role.ATTENDEE), house.by(Role.ATTENDEE, user="u2")
    at, other = await begun(house, 100, ann), await begun(house, 100, ben)
    slots = house.pieces()
    for _ in range(PIECES_EACH):
        slots.take("r1 u1")
    refused = await sent(house, at, 0, b"x", ann)
    assert (refused.status_code, code(refused)) == (503, "overloaded")
    assert (await sent(house, other, 0, b"x", ben)).status_code == 204
    slots.give("r1 u1")
    assert (await sent(house, at, 0, b"x", ann)).status_code == 204
