"""What the stock chat runs on: a Redis of its own that can be killed, and two nodes; all ended by their pids."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loadtests.serving import ROOT, ServerFailed, free_port
from loadtests.waiting import until

NODES = 2


def missing() -> str | None:
    """Why the stock chat cannot run here, if it cannot."""
    return None if shutil.which("redis-server") else "redis-server is not on PATH"


async def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.transport.abort()
    return True


class Process:
    """One child process at a time on one port; what it says goes to a file."""

    def __init__(self, name: str, data: Path, port: int, *command: str) -> None:
        self.name = name
        self.port = port
        self._command = command
        self._output = data / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, within: float = 20.0) -> None:
        """Start it and wait until it listens; raises ServerFailed."""
        with self._output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(*self._command, cwd=ROOT, stdout=output, stderr=output)
        if not await until(self._up, within):
            message = f"{self.name} does not listen after {within} s:\n{self.output[-2000:]}"
            raise ServerFailed(message)

    async def _up(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            message = f"{self.name} ended:\n{self.output[-2000:]}"
            raise ServerFailed(message)
        return await listens(self.port)

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace") if self._output.exists() else ""

    async def end(self, how: signal.Signals = signal.SIGTERM, within: float = 5.0) -> None:
        """End it by a signal, and by SIGKILL if that is not enough."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), within)
        except TimeoutError:
            process.kill()
            await process.wait()


def redis_server(data: Path) -> Process:
    """A Redis that keeps nothing: the stock manager only passes messages through it."""
    port = free_port()
    options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(data))
    return Process("redis", data, port, "redis-server", "--port", str(port), *options)


def node(number: int, data: Path, redis_port: int) -> Process:
    """One node of the stock chat."""
    port = free_port()
    command = (sys.executable, "-m", "loadtests.stock.server", str(port), str(redis_port))
    return Process(f"node-{number}", data, port, *command)


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[tuple[Process, list[str]]]:
    """The Redis, and the addresses of the nodes."""
    redis = redis_server(data)
    processes = [redis, *(node(number, data, redis.port) for number in range(NODES))]
    try:
        for process in processes:
            await process.start()
        yield redis, [f"http://127.0.0.1:{process.port}" for process in processes[1:]]
    finally:
        await asyncio.gather(*(process.end() for process in processes))
