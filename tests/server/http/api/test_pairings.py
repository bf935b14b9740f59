import asyncio
from typing import Any

import pytest

from protocols.messages import Role
from server.pairings import OPEN_MS, PAIRINGS_PER_MINUTE
from server.tries import FREE
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import House


async def begin(house: House) -> dict[str, Any]:
    answer = await house.client.post("/api/v1/pairings", json={})
    assert answer.status_code == 201
    begun: dict[str, Any] = answer.json()
    return begun


async def collect(house: House, pairing: str) -> Any:
    return (await house.client.post("/api/v1/pairings/collect", json={"pairing": pairing})).json()


async def pair(house: House, code: str, headers: dict[str, str] | None = None, room: str = "r1", **body: Any) -> Any:
    sent = {"code": code, **body}
    headers = house.by_key() if headers is None else headers
    return await house.client.post(f"/api/v1/rooms/{room}/pairings", json=sent, headers=headers)


async def test_a_wall_gets_in_by_its_code(house: House) -> None:
    begun = await begin(house)
    assert begun["expires_at"] == house.now * 1000 + OPEN_MS
    waits = asyncio.create_task(collect(house, begun["pairing"]))
    let_in = (await pair(house, begun["code"].lower(), house.by(Role.HOST), label="橱窗")).json()
    assert let_in["label"] == "橱窗"
    collected = await waits
    assert (collected["paired"], collected["room"]) == (True, "r1")
    # The answer may have been lost on the way to the wall.
    assert await collect(house, begun["pairing"]) == collected

    admitted = (await house.client.post("/api/v1/links/exchange", json={"link": collected["link"]})).json()
    assert (admitted["room"], admitted["role"]) == ("r1", "wall")
    assert house.identity.verify(admitted["token"]).link == let_in["link_id"]
    (link,) = await house.links.of_room("r1")
    assert (link.id, link.label) == (let_in["link_id"], "橱窗")


async def test_nobody_else_pairs_a_wall(house: House) -> None:
    begun = await begin(house)
    assert refusal(await pair(house, begun["code"], {})) == (401, "unauthorized")
    for headers in (house.by(Role.MODERATOR), house.by(Role.ATTENDEE), house.by(Role.HOST, "r2")):
        assert refusal(await pair(house, begun["code"], headers)) == (403, "forbidden")
    assert not await house.links.of_room("r1")
    assert (await pair(house, begun["code"])).status_code == 201


async def test_staff_of_the_shop_pair_a_wall_and_it_is_noted(house: House) -> None:
    staffed = await Staffed(house).open()
    await staffed.as_("st_sam", "POST", "/rooms", {"id": "toys", "title": "T", "shop": "s1"})
    begun = await begin(house)
    path = "/rooms/toys/pairings"
    assert refusal(await staffed.as_("st_zoe", "POST", path, {"code": begun["code"]})) == (403, "forbidden")
    assert (await staffed.as_("st_sam", "POST", path, {"code": begun["code"]})).status_code == 201
    assert ("st_sam", "wall.paired", "toys") in staffed.acts()


async def test_a_code_lets_in_one_room_however_many_try(house: House) -> None:
    begun = await begin(house)
    answers = await asyncio.gather(*(pair(house, begun["code"], room=room) for room in ("r1", "r2", "r1")))
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404]
    links = [*await house.links.of_room("r1"), *await house.links.of_room("r2")]
    assert len(links) == 1
    assert (await collect(house, begun["pairing"]))["room"] == links[0].room


async def test_a_code_that_ran_out_lets_nobody_in(house: House) -> None:
    begun = await begin(house)
    house.now += OPEN_MS / 1000
    assert refusal(await pair(house, begun["code"])) == (404, "not_found")
    assert (await collect(house, begun["pairing"]))["error"]["code"] == "not_found"
    assert not await house.links.of_room("r1")


async def test_wrong_codes_are_slowed_by_whoever_types_them(house: House) -> None:
    begun = await begin(house)
    for _ in range(FREE):
        assert refusal(await pair(house, "ABC-DEF")) == (404, "not_found")
    answer = await pair(house, begun["code"])
    assert refusal(answer) == (429, "rate_limited")
    assert answer.json()["error"]["retry_after_ms"] > 1_000
    # Nor from the same place as somebody else.
    assert refusal(await pair(house, begun["code"], house.by(Role.HOST))) == (429, "rate_limited")
    house.now += 3
    assert (await pair(house, begun["code"])).status_code == 201


async def test_right_codes_are_not_slowed(house: House) -> None:
    for _ in range(2 * FREE):
        assert (await pair(house, (await begin(house))["code"])).status_code == 201


async def test_an_address_begins_so_many(house: House) -> None:
    for _ in range(PAIRINGS_PER_MINUTE):
        await begin(house)
    answer = await house.client.post("/api/v1/pairings", json={})
    assert refusal(answer) == (429, "rate_limited")
    house.now += 60 / PAIRINGS_PER_MINUTE
    await begin(house)


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7}, {"code": "x" * 33}, {"code": "ABCDEF", "room": "r2"}])
async def test_a_body_that_does_not_fit_lets_nobody_in(house: House, body: Any) -> None:
    answer = await house.client.post("/api/v1/rooms/r1/pairings", json=body, headers=house.by_key())
    assert refusal(answer) == (422, "invalid")


@pytest.mark.parametrize("body", [{}, {"pairing": ""}, {"pairing": 7}, {"pairing": "x" * 65}])
async def test_what_is_no_pairing_collects_nothing(house: House, body: Any) -> None:
    assert refusal(await house.client.post("/api/v1/pairings/collect", json=body)) == (422, "invalid")
