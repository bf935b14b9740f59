"""The shapes as curves."""

from __future__ import annotations

import pytest

from loadtests.shapes import SHAPES, STORMS, ShapeName, Stage, stage


def test_a_ramp_is_whole_at_half_time() -> None:
    curve = [stage("ramp", 100, 60, at) for at in (0, 15, 30, 45)]
    assert [wanted.users for wanted in curve if wanted] == [1, 50, 100, 100]


def test_a_burst_is_all_at_once() -> None:
    assert stage("burst", 200, 60, 0) == Stage(200, 200.0, 0)


def test_a_storm_comes_again_and_again() -> None:
    counts = [wanted.storms for at in range(100) if (wanted := stage("storm", 10, 100, at))]
    assert counts[0] == 0
    assert counts[-1] == len(STORMS)
    assert counts == sorted(counts)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_ends_and_is_within_its_figures(shape: ShapeName) -> None:
    assert stage(shape, 10, 20, 20) is None
    for at in range(20):
        wanted = stage(shape, 10, 20, at)
        assert wanted is not None
        assert 1 <= wanted.users <= 10
        assert wanted.rate >= 1
