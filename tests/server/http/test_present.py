"""A room's token is held to what the room decides, in every request."""

from protocols.errors import Code, Refused
from protocols.messages import By, Role
from tests.server.http.house import House

HOST = By("host-1", "H", Role.HOST)


async def status(house: House, path: str, headers: dict[str, str]) -> int:
    return (await house.client.get(f"/api/v1/rooms/r1/{path}", headers=headers)).status_code


async def test_who_is_banned_reads_nothing(house: House) -> None:
    headers = house.by(Role.ATTENDEE, user="guest-1")
    assert await status(house, "history", headers) == 200
    await house.do("person.ban", HOST, user="guest-1")
    answer = await house.client.get("/api/v1/rooms/r1/history", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "banned")
    await house.do("person.unban", HOST, user="guest-1")
    assert await status(house, "history", headers) == 200


async def test_who_is_no_host_any_more_does_nothing_as_one(house: House) -> None:
    headers = house.by(Role.HOST, user="two")
    for path in ("history", "export.csv", "export.json", "links"):
        assert await status(house, path, headers) == 200
    await house.do("person.kick", HOST, user="somebody")
    await house.do("person.role", HOST, user="two", role="attendee")
    for path in ("export.csv", "export.json", "links"):
        assert await status(house, path, headers) == 403
    told = (await house.client.get("/api/v1/rooms/r1/history", headers=headers)).json()
    assert [event["type"] for event in told["events"]] == ["room.created"]
    assert (await house.client.post("/api/v1/rooms/r1/close", json={}, headers=headers)).status_code == 403


async def test_who_was_made_a_host_is_one(house: House) -> None:
    headers = house.by(Role.ATTENDEE, user="guest-1")
    assert await status(house, "links", headers) == 403
    await house.do("person.role", HOST, user="guest-1", role="host")
    assert await status(house, "links", headers) == 200


async def test_a_banned_guest_is_not_let_in_and_another_is(house: House) -> None:
    async def come(**body: str) -> dict[str, dict[str, str]]:
        got: dict[str, dict[str, str]] = (
            await house.client.post("/api/v1/rooms/r1/guest", json={"nickname": "小王", **body})
        ).json()
        return got

    first = await come()
    await house.do("person.ban", HOST, user=str(first["user"]))
    assert (await come(device=str(first["device"])))["error"]["code"] == "banned"
    assert "token" in await come()


async def test_a_token_for_a_room_that_is_not_there_is_as_good_as_it_says(house: House) -> None:
    answer = await house.client.get("/api/v1/rooms/none/history", headers=house.by(Role.HOST, room="none"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_where_the_room_cannot_be_asked_nobody_is_let_through(house: House) -> None:
    house.directory.fault = Refused(Code.UNAVAILABLE)
    assert await status(house, "links", house.by(Role.HOST)) == 503
