"""The conformance peers on a real uvicorn with uvloop, in a thread of their own.

With the figures of the public suites a pause of 200 ms ends a session. They are for the tests about heartbeats.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from server.gateway.conformance import ConformanceApplication, Echo, conformance_app, conformance_gateways
from server.gateway.gateway import Gateway
from server.gateway.listening import uvicorn_config

LONG_MS = 60_000


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Where peers listen that are in no hurry: they ping after a minute."""
    with listening(*patient(ping_interval_ms=LONG_MS)) as found:
        yield found


@pytest.fixture(scope="session")
def pinging_port() -> Iterator[int]:
    """Where they ping as often as in the public suites, and wait long for an answer."""
    with listening(*patient(ping_interval_ms=300)) as found:
        yield found


@pytest.fixture(scope="session")
def hasty_port() -> Iterator[int]:
    """Where all is as the public suites expect it."""
    with listening(*conformance_gateways()) as found:
        yield found


def patient(*, ping_interval_ms: int) -> tuple[Gateway, Gateway]:
    socketio, engineio = (
        replace(each.config, ping_interval_ms=ping_interval_ms, ping_timeout_ms=LONG_MS, connect_timeout_ms=LONG_MS)
        for each in conformance_gateways()
    )
    return Gateway.serving(ConformanceApplication(), socketio), Gateway(engineio, Echo)


@contextmanager
def listening(*gateways: Gateway) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn_config(conformance_app(*gateways), *gateways, log_config=None, lifespan="off", loop="uvloop")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "uvicorn did not start"
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client at the peers' address."""
    async with requesting(port) as client:
        yield client


@pytest.fixture
async def hasty_http(hasty_port: int) -> AsyncIterator[httpx.AsyncClient]:
    """One for the peers in a hurry."""
    async with requesting(hasty_port) as client:
        yield client


def requesting(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the Node clients, with what they need installed from the lock file."""
    folder = Path(__file__).parent / "node"
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on PATH")
    if not (folder / "node_modules" / "socket.io-client").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=90)
    return folder
