import json
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError

from protocols.errors import MEANINGS, Code, Refused
from server.http.errors import answer, by_status, described
from tests.server.http.house import House


@pytest.mark.parametrize("code", Code)
def test_every_code_has_its_status_and_the_one_shape(code: Code) -> None:
    told = answer(Refused(code))
    assert told.status_code == MEANINGS[code].status
    assert json.loads(bytes(told.body)) == {
        "error": {"code": code.value, "message": MEANINGS[code].message, "retry": MEANINGS[code].retry}
    }
    assert ("www-authenticate" in told.headers) == (told.status_code == 401)


def test_how_long_to_wait_is_told_to_programs_and_proxies() -> None:
    told = answer(Refused(Code.RATE_LIMITED, retry_after_ms=1001))
    assert told.headers["retry-after"] == "2"
    assert json.loads(bytes(told.body))["error"]["retry_after_ms"] == 1001


@pytest.mark.parametrize("status", [400, 404, 405, 408, 413, 418, 431, 500, 502])
def test_what_the_framework_refuses_keeps_its_status(status: int) -> None:
    told = by_status(status, {"allow": "GET"})
    assert told.status_code == status
    assert told.headers["allow"] == "GET"
    assert json.loads(bytes(told.body))["error"].keys() == {"code", "message", "retry"}


def fault(*place: str | int, kind: str = "missing", msg: str = "Field required") -> Any:
    return {"type": kind, "loc": place, "msg": msg, "input": "canary-8817"}


def test_a_fault_names_its_field_and_not_what_was_sent() -> None:
    told = described(RequestValidationError([fault("body", "settings", "text_length")]))
    assert told.message == "settings.text_length: Field required"
    assert told.code is Code.INVALID
    assert described(RequestValidationError([fault("body")])).message == "request: Field required"
    assert described(RequestValidationError([])).message == MEANINGS[Code.INVALID].message


def test_a_field_that_the_sender_made_up_does_no_harm() -> None:
    told = described(RequestValidationError([fault("body", "\ud800\u202e\n" + "x" * 500)]))
    assert len(told.message) < 120
    assert told.message.startswith("???x")
    assert answer(told).body


async def test_a_database_that_is_away_is_no_fault_of_the_request(house: House) -> None:
    house.directory.fault = OperationalError("SELECT canary-8817", {}, OSError("canary-8817"))
    told = await house.client.get("/api/v1/rooms/r1")
    assert (told.status_code, told.json()["error"]["code"]) == (503, "unavailable")
    assert told.json()["error"]["retry"] is True
    assert "8817" not in told.text
