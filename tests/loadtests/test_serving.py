"""The tokens that rigs make for a thousand people are those that the server takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadtests.serving import Serving, cpu_seconds, free_port, memory_of
from protocols.messages import Role
from server.identity import Identity


def test_tokens_are_taken_by_the_server(tmp_path: Path) -> None:
    serving = Serving(tmp_path)
    viewer = Identity(serving.secret).verify(serving.token("r1", "ann", "host", bound=True), room="r1")
    assert (viewer.user, viewer.role, viewer.room, viewer.bound, viewer.guest) == ("ann", Role.HOST, "r1", True, False)


def test_each_serving_has_a_port_and_a_secret_of_its_own(tmp_path: Path) -> None:
    one, two = Serving(tmp_path / "1"), Serving(tmp_path / "2")
    assert one.secret != two.secret
    assert one.port != two.port
    assert free_port() > 0


async def test_nobody_listens_before_the_start(tmp_path: Path) -> None:
    assert await Serving(tmp_path).get("/readyz") == (0, b"")


def test_figures_of_a_process() -> None:
    assert memory_of(os.getpid()) > 1 << 20
    assert cpu_seconds(os.getpid()) > 0
    with pytest.raises(FileNotFoundError):
        memory_of(2**22 + 1)
