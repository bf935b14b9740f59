import pytest

from protocols.limits import READS_PER_MINUTE
from protocols.messages import Role
from server.http.callers import bearer
from tests.server.http.house import House


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Bearer x", "x"),
        ("bearer  x ", "x"),
        ("Bearer", ""),
        ("Basic x", None),
        ("", None),
        (None, None),
    ],
)
def test_credentials_are_those_of_the_kind_bearer(header: str | None, found: str | None) -> None:
    assert bearer(header) == found


async def test_credentials_that_are_not_good_are_refused_even_where_none_are_needed(house: House) -> None:
    for credentials in ("x.y.z", "sfk_0_0", "é"):
        headers = {"authorization": f"Bearer {credentials}".encode("latin-1")}
        answer = await house.client.get("/api/v1/rooms/r1", headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


async def test_one_person_in_a_room_reads_so_often_and_no_more(house: House) -> None:
    ann, address = house.by(Role.ATTENDEE), "/api/v1/rooms/r1/history"
    for _ in range(READS_PER_MINUTE):
        assert (await house.client.get(address, headers=ann)).status_code == 200
    refused = await house.client.get(address, headers=ann)
    assert (refused.status_code, refused.json()["error"]["code"], refused.headers["retry-after"]) == (
        429,
        "rate_limited",
        "1",
    )
    links = await house.client.post("/api/v1/rooms/r1/photos/links", json={"photos": ["p"]}, headers=ann)
    assert links.status_code == 429
    assert (await house.client.get(address, headers=house.by(Role.ATTENDEE, user="u2"))).status_code == 200
    assert (await house.client.get(address, headers=house.by_key())).status_code == 200
    house.now += 1
    assert (await house.client.get(address, headers=ann)).status_code == 200


async def test_a_withdrawn_key_opens_nothing(house: House) -> None:
    await house.keys.revoke(house.key.split("_")[1])
    answer = await house.client.post("/api/v1/rooms/r1/close", headers=house.by_key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "revoked")


async def test_a_token_in_the_address_counts_for_nothing(house: House) -> None:
    token = house.by(Role.HOST)["authorization"].removeprefix("Bearer ")
    answer = await house.client.post(f"/api/v1/rooms/r1/close?token={token}&access_token={token}")
    assert answer.status_code == 401
