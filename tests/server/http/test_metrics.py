from pathlib import Path

from tests.server.http.house import House


async def test_metrics_are_open_unless_a_token_is_set(house: House) -> None:
    house.services.metrics.add("gateway", lambda: {"connections": 3})
    answer = await house.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "showfloor_gateway_connections 3.0" in answer.text


async def test_metrics_ask_for_their_own_token(pages: Path) -> None:
    house = await House(pages, metrics_token="metrics-8817").open("r1")
    wrong = [{}, house.by_key(), {"authorization": "metrics-8817"}, {"authorization": "Bearer é".encode("latin-1")}]
    for headers in wrong:
        answer = await house.client.get("/metrics", headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    answer = await house.client.get("/metrics", headers={"authorization": "bearer metrics-8817"})
    assert answer.status_code == 200
