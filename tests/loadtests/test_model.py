"""The model counts what the units say, grows with the load, and says where it does not fit."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.model import (
    GATEWAY_SHARE,
    KEPT_FIGURES,
    LOG_RECORDS,
    REDIS_SHARE,
    Costs,
    Load,
    Units,
    batches,
    lines,
    main,
    needs,
    plan,
    read,
    size,
    spread,
)

NOTHING = Units(**{each.name: 0.0 for each in fields(Units)})
SOME = Units(**{each.name: 10.0 for each in fields(Units)})


def alike(units: Units) -> Costs:
    return Costs(units, units)


LOADS = st.builds(
    Load,
    rooms=st.integers(1, 5_000),
    people=st.integers(1, 5_000),
    messages=st.floats(0.01, 50),
    votes=st.floats(0, 100),
    joins=st.floats(0, 10),
    moving=st.booleans(),
    quiet=st.integers(0, 10_000),
)


def test_a_delivery_costs_a_write() -> None:
    found = needs(alike(replace(NOTHING, write_us=8.0)), Load(rooms=2, people=100, messages=10, window_ms=0), 1)
    assert found.deliveries == 2_000
    assert found.gateways_cpu == pytest.approx(2_000 * 8e-6)


def test_events_that_come_together_share_a_write() -> None:
    units = replace(NOTHING, write_us=8.0, frame_us=1.0)
    found = needs(alike(units), Load(rooms=1, people=1, messages=1_000, window_ms=9), 1)
    # A thousand a second in batches of ten.
    assert found.gateways_cpu == pytest.approx((100 * 8 + 900 * 1) * 1e-6)


def test_one_node_needs_no_redis_and_sends_nothing_on() -> None:
    found = needs(alike(SOME), Load(rooms=3, people=10, messages=1), 1, 5)
    assert (found.shards, found.redis_cpu, found.shard_most, found.redis_bytes) == (0, 0.0, 0.0, 0.0)
    sent_on = replace(NOTHING, sender_us=50.0, owner_us=50.0, heard_us=50.0, followed_us=50.0, neighbour_us=50.0)
    assert needs(alike(sent_on), Load(rooms=3, people=10, messages=1), 1).gateways_cpu == 0


def test_a_room_is_followed_where_its_people_are() -> None:
    units = replace(NOTHING, followed_us=1e6)
    assert needs(alike(units), Load(rooms=7, people=1), 4).gateways_cpu == pytest.approx(0)
    assert needs(alike(units), Load(rooms=7, people=10_000), 4).gateways_cpu == pytest.approx(7 * 3)
    assert spread(2, 2) == pytest.approx(1.5)


def test_people_who_come_to_one_gateway_are_followed_by_none() -> None:
    units = replace(NOTHING, followed_us=1e6, sender_us=1e6)
    assert needs(alike(units), Load(rooms=50, people=100, messages=1, over=1), 10).gateways_cpu == 0
    some = needs(alike(units), Load(rooms=50, people=100, messages=1, over=3), 10).gateways_cpu
    assert 0 < some < needs(alike(units), Load(rooms=50, people=100, messages=1), 10).gateways_cpu


def test_what_no_number_of_gateways_bears_is_planned_for_the_rest() -> None:
    units = replace(NOTHING, vote_us=1_000.0, write_us=10.0)
    found = plan(alike(units), Load(rooms=1, people=10_000, messages=10, votes=2_000))
    assert found.tight
    assert found.gateways_cpu / found.nodes <= GATEWAY_SHARE
    assert found.nodes < 20


def test_quiet_rooms_cost_every_node() -> None:
    units = replace(NOTHING, quiet_us=1.0)
    at_two = needs(alike(units), Load(quiet=1_000), 2)
    assert at_two.gateways_cpu == pytest.approx(2 * 1_000e-6)
    assert needs(alike(units), Load(quiet=1_000), 4).gateways_cpu == pytest.approx(2 * at_two.gateways_cpu)


def test_a_room_has_one_owner_who_is_the_busiest() -> None:
    units = replace(NOTHING, event_us=100.0)
    found = needs(alike(units), Load(rooms=1, people=0, messages=1_000, window_ms=0), 10)
    assert found.gateway_most == pytest.approx(0.1)
    assert found.gateways_cpu == pytest.approx(0.1)


def test_what_is_kept_at_hand_is_bounded() -> None:
    units = replace(NOTHING, kept_bytes=1.0)
    assert needs(alike(units), Load(rooms=1, people=1, messages=1), 1).gateway_bytes == pytest.approx(150)
    assert needs(alike(units), Load(rooms=1, people=1, messages=1_000), 1).gateway_bytes == pytest.approx(2_000)


def test_redis_holds_some_days_of_events_and_at_least_so_many() -> None:
    units = replace(NOTHING, redis_event_bytes=1.0, redis_room_bytes=100.0)

    def held(**load: float) -> float:
        return needs(alike(units), Load(rooms=2, quiet=3, **load), 2).redis_bytes  # type: ignore[arg-type]

    assert held(messages=1.0, hours=1.0, days=2.0) == pytest.approx(2 * 7_200 + 500)
    assert held(messages=0.01, hours=1.0, days=2.0) == pytest.approx(2 * LOG_RECORDS + 500)
    assert held(messages=0.0) == pytest.approx(500)


@given(LOADS, st.integers(1, 50), st.integers(1, 20))
def test_more_costs_more(load: Load, nodes: int, shards: int) -> None:
    found = needs(alike(SOME), load, nodes, shards)
    for name in ("rooms", "people", "messages", "votes", "joins", "quiet"):
        more = needs(alike(SOME), replace(load, **{name: getattr(load, name) * 2 + 1}), nodes, shards)
        for each in ("gateways_cpu", "gateway_most", "redis_cpu", "gateway_bytes", "redis_bytes", "network"):
            assert getattr(more, each) >= getattr(found, each) * 0.999_999, (name, each)


@given(LOADS, st.integers(1, 50))
def test_the_busiest_is_busier_than_the_mean(load: Load, nodes: int) -> None:
    found = needs(alike(SOME), load, nodes, 3)
    assert found.gateway_most >= found.gateways_cpu / nodes * 0.999_999
    assert found.shard_most >= found.redis_cpu / 3 * 0.999_999


def test_a_plan_has_headroom_or_says_what_does_not_fit() -> None:
    units = replace(SOME, node_us=1_000.0)
    found = plan(alike(units), Load(rooms=500, people=200, messages=5))
    assert found.gateway_most <= GATEWAY_SHARE
    assert found.shard_most <= REDIS_SHARE
    assert not found.tight
    one_fewer = needs(alike(units), Load(rooms=500, people=200, messages=5), int(found.nodes / 1.06))
    assert one_fewer.gateway_most > GATEWAY_SHARE
    # One room has one owner, and one Redis.
    assert "gateway" in plan(alike(replace(units, vote_us=1_000.0)), Load(rooms=1, votes=10_000)).tight
    assert (
        "Redis" in plan(alike(replace(units, redis_event_us=1_000.0)), Load(rooms=1, people=10**5, votes=10_000)).tight
    )


def test_batches_grow_with_the_rate_only() -> None:
    assert batches(10, 0) == 10
    assert batches(1_000, 1) == pytest.approx(500)
    assert batches(1e9, 2) < 500.1


def test_sizes_are_told_to_people() -> None:
    assert [size(count) for count in (0, 999, 12_345, 5e6, 7.25e9, 2e13)] == [
        "0 B",
        "999 B",
        "12.3 kB",
        "5 MB",
        "7.25 GB",
        "20 TB",
    ]


def test_a_missing_figure_is_an_error() -> None:
    figures = asdict(SOME)
    assert Costs.of(figures) == alike(SOME)
    # A difference of two measurements may come out below zero; nothing costs less than nothing.
    assert Costs.of(figures | {"owner_us": -3.0}).shared.owner_us == 0
    del figures["write_us"]
    with pytest.raises(KeyError, match="write_us"):
        Costs.of(figures)


def test_a_node_alone_may_cost_something_else() -> None:
    costs = Costs.of(asdict(NOTHING) | {"alone_batch_us": 100.0, "shared_batch_us": 300.0})
    load = Load(rooms=1, people=0, messages=10, window_ms=0)
    assert needs(costs, load, 1).gateways_cpu == pytest.approx(1_000e-6)
    assert needs(costs, load, 2).gateways_cpu == pytest.approx(3_000e-6)


def test_the_command_line_prints_what_is_needed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["model", "--rooms", "300", "--people", "100", "--messages", "0.5"])
    assert main() == 0
    printed = capsys.readouterr().out
    assert "30,000" in printed
    assert all(name in printed for name, _ in lines(plan(read(KEPT_FIGURES), Load())))
