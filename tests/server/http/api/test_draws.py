"""A frozen draw can be read whole by whoever is in the room, and says no more than it may."""

from collections.abc import AsyncIterator

from protocols.messages import By, Record, Role
from rooms.lot import commitment, drawn_order, roll_digest
from server.http.api.exports import as_json, authors, row
from tests.server.http.api.staffed import refusal
from tests.server.http.house import House

HOST = By("host-1", "H", Role.HOST)


async def opened(house: House) -> str:
    await house.do("draw.create", HOST, title="Lot", winners=2)
    draw: str = house.host().records[-1].data.draw  # type: ignore[union-attr]
    await house.do("draw.open", HOST, draw=draw)
    for number in range(5):
        await house.do("draw.enter", By(f"g{number}", f"¤Guest{number}", Role.ATTENDEE), draw=draw)
    return draw


async def test_a_frozen_draw_is_read_by_the_audience_and_bears_out_its_commitment(house: House) -> None:
    draw = await opened(house)
    address, headers = f"/api/v1/rooms/r1/draws/{draw}", house.by(Role.ATTENDEE)
    assert refusal(await house.client.get(address, headers=headers)) == (404, "not_found")
    await house.do("draw.freeze", HOST, draw=draw)
    frozen = (await house.client.get(address, headers=headers)).json()
    assert (frozen["status"], frozen["seed"], frozen["won"], len(frozen["tickets"])) == ("frozen", None, [], 5)
    assert frozen["roll"] == roll_digest(frozen["tickets"])

    tag = {"if-none-match": (await house.client.get(address, headers=headers)).headers["etag"]}
    same = await house.client.get(address, headers=headers | tag)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag["if-none-match"])
    assert (await house.client.get(address, headers=tag)).status_code == 401

    await house.do("draw.reveal", HOST, draw=draw)
    answer = await house.client.get(address, headers=headers | tag)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    assert answer.headers["etag"] != tag["if-none-match"]
    drawn = answer.json()
    assert drawn["commitment"] == frozen["commitment"] == commitment(drawn["seed"], draw, 2, drawn["roll"])
    assert [each["ticket"] for each in drawn["won"]] == drawn_order(drawn["seed"], drawn["tickets"])[:2]
    assert "Guest" not in answer.text


async def test_no_export_says_the_seed_before_the_draw(house: House) -> None:
    draw = await opened(house)
    await house.do("draw.freeze", HOST, draw=draw)
    sealed = next(record for record in house.host().records if record.type == "draw.sealed")
    assert sealed.data is not None
    seed = sealed.data.dump()["seed"]
    author = authors("secret", "r1")
    assert seed not in "".join(row(sealed, author))

    async def chunks() -> AsyncIterator[list[Record]]:
        yield house.host().records

    whole = b"".join([piece async for piece in as_json(chunks(), author, {"room": "r1"})]).decode()
    assert "draw.sealed" in whole
    assert seed not in whole


async def test_only_who_may_read_the_room_reads_its_draws(house: House) -> None:
    draw = await opened(house)
    await house.do("draw.freeze", HOST, draw=draw)
    address = f"/api/v1/rooms/r1/draws/{draw}"
    assert refusal(await house.client.get(address)) == (401, "unauthorized")
    assert refusal(await house.client.get(address, headers=house.by(Role.HOST, "r2"))) == (403, "forbidden")
    assert refusal(await house.client.get("/api/v1/rooms/r1/draws/none", headers=house.by_key())) == (404, "not_found")
