import asyncio

import pytest

from server.http import health
from tests.server.http.house import House


async def test_the_process_is_alive(house: House) -> None:
    house.checks["log"] = lambda: "the log cannot be written"
    answer = await house.client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_ready_means_that_every_part_says_so(house: House) -> None:
    async def fine() -> str | None:
        return None

    house.checks["database"] = fine
    answer = await house.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": {}, "degraded": {}})

    house.checks["log"] = lambda: "the log cannot be written"
    answer = await house.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "reasons": {"log": "the log cannot be written"},
        "degraded": {},
    }

    house.checks["log"] = lambda: None
    assert (await house.client.get("/readyz")).status_code == 200


async def test_a_check_that_fails_or_hangs_is_a_reason(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    def fails() -> str | None:
        raise OSError("canary-8817")

    monkeypatch.setattr(health, "CHECK_S", 0.01)
    house.checks.update(hanging=hangs, failing=fails)
    answer = await house.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == {"hanging": "no answer in time", "failing": "check failed"}


async def test_a_probe_may_ask_for_the_head_alone(house: House) -> None:
    house.checks["log"] = lambda: "the log cannot be written"
    for path, status in (("/livez", 200), ("/readyz", 503)):
        answer = await house.client.head(path)
        assert (answer.status_code, answer.content) == (status, b"")
