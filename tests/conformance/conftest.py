"""The conformance peers on a real uvicorn with uvloop, in a thread of their own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from server.gateway.conformance import conformance_app, conformance_gateways
from server.gateway.listening import uvicorn_config


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Where the peers listen."""
    gateways = conformance_gateways()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn_config(conformance_app(*gateways), *gateways, log_config=None, lifespan="off", loop="uvloop")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "uvicorn did not start"
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client at the peers' address."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the Node clients, with what they need installed from the lock file."""
    folder = Path(__file__).parent / "node"
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on PATH")
    if not (folder / "node_modules" / "socket.io-client").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=90)
    return folder
