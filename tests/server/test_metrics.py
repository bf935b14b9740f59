from collections.abc import Mapping

from server.metrics import Metrics


def values(metrics: Metrics) -> dict[str, float]:
    lines = (line for line in metrics.text().decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_numbers_of_the_parts_are_read_when_asked() -> None:
    metrics = Metrics()
    numbers = {"connections": 2, "sent_total": 10, "outbox": {"bytes": 7, "slow_total": 1}, "node": "n1", "up": True}
    metrics.add("gateway", lambda: numbers)
    numbers["connections"] = 3
    found = values(metrics)
    assert found["showfloor_gateway_connections"] == 3
    assert found["showfloor_gateway_sent_total"] == 10
    assert found["showfloor_gateway_outbox_bytes"] == 7
    assert found["showfloor_gateway_outbox_slow_total"] == 1
    assert found["showfloor_gateway_up"] == 1
    assert not any("node" in name for name in found if name.startswith("showfloor_"))
    text = metrics.text().decode()
    assert "# TYPE showfloor_gateway_sent_total counter" in text
    assert "# TYPE showfloor_gateway_connections gauge" in text


def test_a_part_that_cannot_count_hides_no_other() -> None:
    def broken() -> Mapping[str, object]:
        raise OSError("gone")

    metrics = Metrics()
    metrics.add("broker", broken)
    metrics.add("gateway", lambda: {"connections": 1})
    assert values(metrics)["showfloor_gateway_connections"] == 1


def test_requests_are_counted_by_route() -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics.answered("GET", "/api/v1/rooms/{room}", 200, 0.004)
    metrics.answered("GET", "/api/v1/rooms/{room}", 404, 0.004)
    found = values(metrics)
    route = 'method="GET",route="/api/v1/rooms/{room}"'
    assert found[f'showfloor_http_requests_total{{{route},status="200"}}'] == 3
    assert found[f'showfloor_http_requests_total{{{route},status="404"}}'] == 1
    assert found['showfloor_http_request_seconds_count{route="/api/v1/rooms/{room}"}'] == 4
    assert len(metrics._counted) == 2


def test_two_servers_in_one_process_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.answered("GET", "/", 200, 0.1)
    assert not any(name.startswith("showfloor_http_requests_total") for name in values(second))
