"""What keeps a worker from starting; how it works is in tests/cluster."""

import os
import socket

import pytest

from server.__main__ import main
from server.worker import new_node_id


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "SHOWFLOOR_REDIS_URL is not set: workers share"),
        ({"SHOWFLOOR_REDIS_URL": "redis://127.0.0.1:1"}, "SHOWFLOOR_DATABASE_URL is not set: workers share"),
        (
            {"SHOWFLOOR_REDIS_URL": "redis://127.0.0.1:1", "SHOWFLOOR_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"},
            "SHOWFLOOR_REDIS_URL: no use of the Redis at 127.0.0.1:1",
        ),
    ],
)
def test_it_is_said_in_one_line(
    environ: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("SHOWFLOOR_")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert main(["work", "--port", "0"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"showfloor: {says}")
    assert error.count("\n") == 1


def test_a_port_that_is_taken_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SHOWFLOOR_REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("SHOWFLOOR_DATABASE_URL", "postgresql://u@127.0.0.1:1/x")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["work", "--port", str(port)]) == 2
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_workers_name_themselves() -> None:
    names = {new_node_id() for _ in range(50)}
    assert len(names) == 50
    assert all(name.isalnum() and len(name) <= 16 for name in names)
