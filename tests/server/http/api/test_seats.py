import asyncio
from typing import Any

import pytest

from protocols.limits import DAY_MS
from protocols.messages import By, Role
from server.seats import LIFE_MS
from tests.server.http.api.staffed import refusal
from tests.server.http.house import House

TRIES = 5  # wrong ones without a wait in this house


async def come(house: House, nickname: str = "小王", room: str = "r1") -> dict[str, Any]:
    answer = await house.client.post(f"/api/v1/rooms/{room}/guest", json={"nickname": nickname})
    admitted: dict[str, Any] = answer.json()
    return admitted


def as_(admitted: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {admitted['token']}"}


async def show(house: House, admitted: dict[str, Any], **body: Any) -> Any:
    sent = {"device": admitted["device"], **body}
    path = f"/api/v1/rooms/{admitted['room']}/seat-code"
    return await house.client.post(path, json=sent, headers=as_(admitted))


async def sit(house: House, code: str, room: str = "r1") -> Any:
    return await house.client.post(f"/api/v1/rooms/{room}/seat", json={"code": code})


async def test_a_seat_is_found_again_with_name_device_and_ballot(house: House) -> None:
    admitted = await come(house)
    host = By("host-1", "H", Role.HOST)
    await house.do("poll.create", host, question="Best?", kind="single", options=["a", "b"])
    poll = house.host().records[-1].data.poll  # type: ignore[union-attr]
    await house.do("poll.open", host, poll=poll)
    await house.do("poll.vote", house.identity.verify(admitted["token"]).by, poll=poll, choices=[1])
    shown = (await show(house, admitted)).json()
    assert shown["expires_at"] == house.now * 1000 + LIFE_MS

    found = (await sit(house, shown["code"].lower())).json()
    assert {key: found[key] for key in ("user", "name", "device", "room", "role")} == {
        key: admitted[key] for key in ("user", "name", "device", "room", "role")
    }
    viewer = house.identity.verify(found["token"])
    assert viewer.guest
    assert house.host().room.mine(viewer.user)["polls"] == {"ballots": {poll: [1]}}
    # And they stay themselves with the device alone.
    body = {"nickname": "小王", "device": found["device"]}
    again = (await house.client.post("/api/v1/rooms/r1/guest", json=body)).json()
    assert again["user"] == admitted["user"]


async def test_the_same_code_is_shown_again_also_to_two_at_once(house: House) -> None:
    admitted = await come(house)
    answers = await asyncio.gather(*(show(house, admitted) for _ in range(4)))
    assert len({answer.json()["code"] for answer in answers}) == 1
    for _ in range(2):
        assert (await sit(house, answers[0].json()["code"])).json()["user"] == admitted["user"]


async def test_a_code_is_good_in_its_room_and_for_its_time(house: House) -> None:
    code = (await show(house, await come(house))).json()["code"]
    assert refusal(await sit(house, code, "r2")) == (404, "not_found")
    assert refusal(await sit(house, code, "none")) == (404, "not_found")
    house.now += LIFE_MS / 1000
    assert refusal(await sit(house, code)) == (404, "not_found")


async def test_a_room_that_forgets_early_keeps_no_seat_for_longer(house: House) -> None:
    await house.do("room.configure", By("host-1", "H", Role.HOST), settings={"retention_days": 1})
    assert (await show(house, await come(house))).json()["expires_at"] == house.now * 1000 + DAY_MS


async def test_nobody_takes_the_seat_of_another_by_naming_them(house: House) -> None:
    ann, ben = await come(house, "Ann"), await come(house, "Ben")
    # Ben's token with Ann's device, and the other way round.
    assert refusal(await show(house, ben, device=ann["device"])) == (422, "invalid")
    assert refusal(await show(house, ben, device=ann["device"][:-1])) == (422, "invalid")
    assert refusal(await show(house, ben, user=ann["user"])) == (422, "invalid")
    for headers in (house.by(Role.HOST), house.by(Role.WALL), house.by_key()):
        body = {"device": ann["device"]}
        answer = await house.client.post("/api/v1/rooms/r1/seat-code", json=body, headers=headers)
        assert refusal(answer) == (403, "forbidden")
    answer = await house.client.post("/api/v1/rooms/r2/seat-code", json={"device": ann["device"]}, headers=as_(ann))
    assert refusal(answer) == (403, "forbidden")
    assert refusal(await house.client.post("/api/v1/rooms/r1/seat-code", json={"device": "x"})) == (401, "unauthorized")


async def test_guessing_is_slowed_also_many_at_once(house: House) -> None:
    code = (await show(house, await come(house))).json()["code"]
    answers = await asyncio.gather(*(sit(house, "ABCD-EFGH") for _ in range(4 * TRIES)))
    codes = [answer.json()["error"]["code"] for answer in answers]
    assert codes.count("not_found") == TRIES
    assert codes.count("rate_limited") == 3 * TRIES
    # Whoever guesses does not learn whether this one is right.
    assert refusal(await sit(house, code)) == (429, "rate_limited")
    house.now += 3
    assert (await sit(house, code)).status_code == 200


async def test_one_right_code_does_not_buy_guesses(house: House) -> None:
    code = (await show(house, await come(house))).json()["code"]
    for _ in range(TRIES):
        assert (await sit(house, code)).status_code == 200
        assert refusal(await sit(house, "ABCD-EFGH")) == (404, "not_found")
    assert refusal(await sit(house, code)) == (429, "rate_limited")


async def test_a_seat_ends_with_the_link_that_it_rests_on(house: House) -> None:
    made = await house.links.create("r1", Role.ATTENDEE)
    body = {"link": house.links.signed(made), "nickname": "小王"}
    admitted = (await house.client.post("/api/v1/links/exchange", json=body)).json()
    code = (await show(house, admitted)).json()["code"]
    found = (await sit(house, code)).json()
    assert (found["user"], house.identity.verify(found["token"]).link) == (admitted["user"], made.id)
    await house.links.revoke("r1", made.id)
    assert refusal(await sit(house, code)) == (401, "revoked")


async def test_a_banned_persons_code_brings_nobody_in(house: House) -> None:
    admitted = await come(house)
    code = (await show(house, admitted)).json()["code"]
    await house.do("person.ban", By("host-1", "H", Role.HOST), user=admitted["user"])
    assert (await sit(house, code)).json()["error"]["code"] == "banned"


async def test_an_erased_persons_code_is_gone(house: House) -> None:
    admitted = await come(house)
    code = (await show(house, admitted)).json()["code"]
    path = f"/api/v1/rooms/r1/people/{admitted['user']}"
    # They said nothing: the log knows nothing of them, but the seat does.
    for _ in range(2):
        answer = await house.client.delete(path, headers=house.by_key())
        assert answer.status_code == 200
    assert refusal(await sit(house, code)) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7}, {"code": "x" * 33}, {"code": "A", "user": "guest-1"}])
async def test_a_body_that_does_not_fit_seats_nobody(house: House, body: Any) -> None:
    assert refusal(await house.client.post("/api/v1/rooms/r1/seat", json=body)) == (422, "invalid")
