from pathlib import Path

import pytest

from tests.server.http.house import House

WRONG = ["/nothing/here", "/api/v1/nothing", "/api/v1/rooms/none", "/r1.html", "/%00", "/api/v1/rooms/%2e%2e"]


@pytest.mark.parametrize("path", WRONG)
async def test_an_unknown_address_is_answered_in_the_one_shape(house: House, path: str) -> None:
    answer = await house.client.get(path)
    assert answer.status_code in {404, 422}
    error = answer.json()["error"]
    assert error.keys() == {"code", "message", "retry"}


async def test_another_method_is_told_which_there_are(house: House) -> None:
    answer = await house.client.put("/api/v1/rooms/r1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "invalid")
    assert answer.headers["allow"]


async def test_pages_of_other_sites_may_ask_only_if_allowed(pages: Path) -> None:
    headers = {"origin": "https://shop.example"}
    closed = await House(pages).open("r1")
    answer = await closed.client.get("/api/v1/rooms/r1", headers=headers)
    assert "access-control-allow-origin" not in answer.headers

    opened = await House(pages, allowed_origins="https://shop.example").open("r1")
    answer = await opened.client.get("/api/v1/rooms/r1", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-credentials" not in answer.headers
    asked = {**headers, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    answer = await opened.client.options("/api/v1/rooms", headers=asked)
    assert answer.status_code == 200
    answer = await opened.client.get("/api/v1/rooms/r1", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
