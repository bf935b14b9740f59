import pytest

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


async def test_a_withdrawn_key_opens_nothing(house: House) -> None:
    await house.keys.revoke(house.key.split("_")[1])
    answer = await house.client.post("/api/v1/rooms/r1/close", headers=house.by_key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "revoked")


async def test_a_token_in_the_address_counts_for_nothing(house: House) -> None:
    token = house.by(Role.HOST)["authorization"].removeprefix("Bearer ")
    answer = await house.client.post(f"/api/v1/rooms/r1/close?token={token}&access_token={token}")
    assert answer.status_code == 401
