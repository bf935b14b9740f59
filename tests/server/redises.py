"""Real Redis servers for tests: one, or a cluster; on free ports, in a folder of their own, ended by pid."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.cluster import RedisCluster

SERVER = shutil.which("redis-server")
START_S = 20.0


def free_ports(count: int) -> list[int]:
    """Free ports whose cluster bus ports (+10,000) are free too."""
    found: list[int] = []
    while len(found) < count:
        with socket.create_server(("127.0.0.1", 0)) as one:
            port: int = one.getsockname()[1]
        if port + 10_000 < 65_536 and port not in found:
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 10_000)):
                found.append(port)
    return found


class RedisServer:
    """One redis-server with an append-only file, ``appendfsync always``."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.folder, self.port, self.options = folder, port, options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert SERVER is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", "redis.log"]
        command += self.options
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.answers)

    def answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            message = f"redis-server ended: {(self.folder / 'redis.log').read_text()[-500:]}"
            raise RuntimeError(message)
        with redis.Redis(port=self.port, socket_timeout=1) as client, contextlib.suppress(redis.RedisError):
            return bool(client.ping())
        return False

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """End it, frozen or not."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
        self.kill()


class Cluster:
    """Masters, each with replicas, as ``redis-cli --cluster create`` makes them."""

    def __init__(self, folder: Path, *, masters: int = 3, replicas: int = 0) -> None:
        count = masters * (1 + replicas)
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-config-file", "nodes.conf")
        self.servers = [RedisServer(folder / str(port), port, *options) for port in free_ports(count)]
        self._masters, self._replicas = masters, replicas

    @property
    def url(self) -> str:
        return f"redis+cluster://127.0.0.1:{self.servers[0].port}"

    def __enter__(self) -> Self:
        try:
            for server in self.servers:
                server.start()
            self._join()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        for server in self.servers:
            server.stop()

    def _join(self) -> None:
        addresses = [f"127.0.0.1:{server.port}" for server in self.servers]
        command = ["redis-cli", "--cluster", "create", *addresses, "--cluster-replicas", str(self._replicas)]
        subprocess.run([*command, "--cluster-yes"], check=True, stdout=subprocess.DEVNULL)
        until(self.is_whole)

    def is_whole(self) -> bool:
        """Whether every node says that the cluster is well and knows all nodes."""
        return all(_says_well(server, len(self.servers)) for server in self.servers)

    def client(self) -> RedisCluster:
        return RedisCluster("127.0.0.1", self.servers[0].port)


def _says_well(server: RedisServer, nodes: int) -> bool:
    with redis.Redis(port=server.port, socket_timeout=1) as client, contextlib.suppress(redis.RedisError):
        info = client.execute_command("CLUSTER INFO")
        return info["cluster_state"] == "ok" and int(info["cluster_known_nodes"]) == nodes
    return False


def until(holds: object, within: float = START_S) -> None:
    """Wait for a fact about a server; raises TimeoutError."""
    assert callable(holds)
    latest = time.monotonic() + within
    while not holds():
        if time.monotonic() > latest:
            message = f"not within {within} s: {holds}"
            raise TimeoutError(message)
        time.sleep(0.02)


async def flushed(servers: Sequence[RedisServer]) -> None:
    """Empty them all."""
    for server in servers:
        await asyncio.to_thread(_flush, server)


def _flush(server: RedisServer) -> None:
    with redis.Redis(port=server.port) as client, contextlib.suppress(redis.ReadOnlyError):
        client.flushall()
