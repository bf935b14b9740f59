"""Child processes that are started, found dead, and ended."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from loadtests.serving import ServerFailed, free_port
from loadtests.stock.processes import Process, listens

LISTENING = """
import socket, sys, time
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
"""


def process(data: Path, script: str) -> Process:
    port = free_port()
    return Process("child", data, port, sys.executable, "-c", script, str(port))


async def test_a_process_is_killed_and_started_again_on_its_port(tmp_path: Path) -> None:
    child = process(tmp_path, LISTENING)
    await child.start()
    assert await listens(child.port)
    await child.end(signal.SIGKILL)
    assert not await listens(child.port)
    await child.start()
    await child.end()
    await child.end()


async def test_a_process_that_ends_by_itself_is_told_with_its_words(tmp_path: Path) -> None:
    child = process(tmp_path, "print('no such thing')")
    with pytest.raises(ServerFailed, match="no such thing"):
        await child.start()
