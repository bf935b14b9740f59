"""Connections are bounded by what the kernel allows."""

import resource

import pytest

from server import descriptors
from server.descriptors import RESERVE, connections_within


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The soft and the hard limit, as the process would see them."""
    held = [1024, 4096]
    monkeypatch.setattr(resource, "getrlimit", lambda _which: tuple(held))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, new: held.__setitem__(slice(None), new))
    return held


def test_the_soft_limit_is_raised_as_far_as_needed(limits: list[int]) -> None:
    assert connections_within(3000) == 3000
    assert limits == [3000 + RESERVE, 4096]


def test_a_limit_that_suffices_stays(limits: list[int]) -> None:
    assert connections_within(500) == 500
    assert limits == [1024, 4096]


def test_the_hard_limit_bounds_connections_and_is_told(limits: list[int], caplog: pytest.LogCaptureFixture) -> None:
    assert connections_within(10_000) == 4096 - RESERVE
    assert limits == [4096, 4096]
    assert "3840" in caplog.text


def test_without_a_hard_limit_there_is_room(limits: list[int]) -> None:
    limits[1] = resource.RLIM_INFINITY
    assert connections_within(50_000) == 50_000


def test_a_tiny_limit_leaves_one(limits: list[int]) -> None:
    limits[:] = [64, 64]
    assert connections_within(10) == 1
    assert descriptors.RESERVE > 64
