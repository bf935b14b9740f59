"""A real server for a rig: started as a subprocess, killed, started again on the same port and data.

async with Serving(data) as server:
    host = await server.host("r1")            # a Client that made the room and raised its limits
    server.kill(); await server.start()
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from loadtests.admission import minted
from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.evidence import Exit, Idle
from loadtests.polling import HttpConnection
from loadtests.stored import Place
from loadtests.waiting import until
from loadtests.wire import WireError

PORTS = range(12_000, 22_000)  # +10,000, as a Redis Cluster takes them too, is still below what Linux gives away
START_S = 60.0  # a start costs seconds of a core, of which others may want a part
ROOT = Path(__file__).resolve().parent.parent
# Limits are raised for a rig, never removed.
RAISED = {"room_rate": 5_000, "person_rate": 1_000, "person_burst": 5_000}


class ServerFailed(Exception):
    """The server did not start, or a command of it failed; the text holds the end of its output."""


def free_port() -> int:
    """A port that nobody listens on, of those that outgoing connections do not get by themselves."""
    while True:
        port = secrets.choice(PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Served:
    """What a rig's people are served by: one server, or several that share the rooms (see ``loadtests.nodes``)."""

    data: Path
    secret: str
    exits: list[Exit]  # how each process ended
    started_in: list[float]  # seconds until ready, of each start
    _guests = 0
    _key = ""  # an API key of the server

    @property
    def gateways(self) -> Sequence[Serving]:
        """The processes that clients may come to."""
        raise NotImplementedError

    @property
    def database(self) -> Place:
        """Where the records are, see ``loadtests.stored``."""
        raise NotImplementedError

    @property
    def output(self) -> str:
        """All that the processes wrote."""
        raise NotImplementedError

    async def start(self, within: float = START_S) -> float:
        """Start all of it, and wait until it is ready; the seconds that took. Raises ServerFailed."""
        raise NotImplementedError

    async def kill(self) -> None:
        """SIGKILL to all of it at once, its log and database included."""
        raise NotImplementedError

    async def terminate(self, within: float = 60.0) -> int:
        """SIGTERM to every gateway; the first exit code that is not 0."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Of the first gateway."""
        return self.gateways[0].url

    def urls(self, home: int) -> tuple[str, ...]:
        """The gateways as one client tries them in turn, the one of that number (from 0, or beyond) first."""
        gateways = self.gateways
        return tuple(gateways[(home + turn) % len(gateways)].url for turn in range(len(gateways)))

    def next_home(self) -> int:
        """Where the next client is at home: two here, two there, so that each gateway gets every kind of them."""
        self._guests += 1
        return (self._guests - 1) // 2

    def token(self, room: str, user: str, role: str = "attendee", **claims: Any) -> str:
        """A token as the server issues them, made here because a thousand are needed."""
        return minted(self.secret, room, user, role, **claims)

    async def command(self, *arguments: str) -> str:
        """The output of ``python -m server …`` with the first gateway's settings; raises ServerFailed."""
        return await self.gateways[0].command(*arguments)

    async def made(self, room: str, user: str = "host", role: str = "host") -> str:
        """Make the room if it is new; a token from the command line."""
        data = ("--data", str(self.gateways[0].data))
        printed = await self.command("token", *data, "--room", room, "--user", user, "--role", role)
        return printed.strip().splitlines()[-1]

    async def make(self, room: str) -> None:
        """Make the room if it is new, through the API: a command for each would cost a second of a core."""
        if not self._key:
            data = ("--data", str(self.gateways[0].data))
            self._key = (await self.command("key", *data, "--label", "rig")).strip().splitlines()[-1]
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        status, body = await self.gateways[0].ask(
            "POST", "/api/v1/rooms", headers, orjson.dumps({"id": room, "title": room})
        )
        if status not in {201, 409}:
            message = f"{room} was not made: {status} {body.decode()[:300]}"
            raise ServerFailed(message)

    async def host(self, room: str, user: str = "host", **settings: int) -> Client:
        """A joined host of a room that is made here, with its limits raised."""
        await self.make(room)
        host = Client(self.urls(self.next_home()), self.token(room, user, "host"), room, user=user, settings=Settings())
        await host.start()
        answer = await host.send("room.configure", {"settings": {**RAISED, **settings}})
        if not answer.get("ok"):
            message = f"room.configure: {answer}"
            raise ServerFailed(message)
        return host

    def client(
        self,
        room: str,
        user: str,
        settings: Settings | None = None,
        role: str = "attendee",
        *,
        home: int | None = None,
    ) -> Client:
        """A client of that room, not yet started; at the gateway of that number if there are several."""
        urls = self.urls(self.next_home() if home is None else home)
        return Client(urls, self.token(room, user, role), room, user=user, settings=settings)


class Serving(Served):
    """One server process at a time on ``data``; ``exits`` says how each ended.

    It listens on ``host``; ``through`` is put before its command. Its output goes to ``output_path``.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        env: dict[str, str] | None = None,
        host: str = "127.0.0.1",
        through: Sequence[str] = (),
        secret: str | None = None,
    ) -> None:
        self.data = data
        self.at = host
        self.port = port or free_port()
        self.secret = secret or secrets.token_urlsafe(32)
        self.output_path = data / "server.log"
        self.exits: list[Exit] = []
        self.started_in: list[float] = []
        self.process: asyncio.subprocess.Process | None = None
        self._through = tuple(through)
        self._env = {**os.environ, "SHOWFLOOR_SECRET": self.secret, "PYTHONUNBUFFERED": "1", **(env or {})}

    async def __aenter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            await self.terminate()

    @property
    def gateways(self) -> Sequence[Serving]:
        return [self]

    @property
    def database(self) -> Place:
        return self.data

    @property
    def url(self) -> str:
        return f"http://{self.at}:{self.port}"

    @property
    def output(self) -> str:
        return self.output_path.read_text(errors="replace") if self.output_path.exists() else ""

    async def start(self, within: float = START_S) -> float:
        """Start and wait for /readyz; the seconds that took. Raises ServerFailed."""
        begun = time.monotonic()
        with self.output_path.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(*self._through, sys.executable, "-m", "server", "serve"),
                *("--host", self.at, "--port", str(self.port), "--data", str(self.data)),
                cwd=ROOT,
                env=self._env,
                stdout=output,
                stderr=output,
            )
        if not await until(self.ready, within):
            self.process.kill()  # nobody else will: the rig has not even begun
            message = f"not ready within {within} s:\n{self.output[-2000:]}"
            raise ServerFailed(message)
        took = time.monotonic() - begun
        self.started_in.append(took)
        return took

    async def ready(self) -> bool:
        """Whether /readyz answers 200; raises ServerFailed if the process has ended."""
        if self.process is None or self.process.returncode is not None:
            message = f"the server ended:\n{self.output[-2000:]}"
            raise ServerFailed(message)
        status, _ = await self.get("/readyz")
        return status == 200

    async def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """The status and body of a GET; status 0 if nobody listens."""
        return await self.ask("GET", path, headers)

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """The status and body of any request; status 0 if nobody listens."""
        http = HttpConnection(self.at, self.port)
        try:
            return await http.request(method, path, body, headers=headers)
        except (OSError, WireError):
            return 0, b""
        finally:
            http.cut()

    def pause(self) -> None:
        """Stop the process in its tracks: sockets stay open, nothing is answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        await self._end(signal.SIGKILL)

    async def terminate(self, within: float = 60.0) -> int:
        """SIGTERM; the exit code. What does not end in time is killed and counts as an exit by itself."""
        return await self._end(signal.SIGTERM, within)

    async def _end(self, how: signal.Signals, within: float = 60.0) -> int:
        process, self.process = self.process, None
        assert process is not None
        early = process.returncode is not None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        expected = -signal.SIGKILL if how == signal.SIGKILL else 0
        try:
            code = await asyncio.wait_for(process.wait(), within)
        except TimeoutError:
            process.kill()
            code = await process.wait()
        self.exits.append(Exit(code, caused=not early and code == expected))
        return code

    async def command(self, *arguments: str) -> str:
        """The output of ``python -m server …`` on this data; raises ServerFailed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *arguments),
            cwd=ROOT,
            env=self._env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        if process.returncode:
            message = f"server {arguments[0]} ended with {process.returncode}: {err.decode()[-2000:]}"
            raise ServerFailed(message)
        return out.decode()

    async def idle(self) -> Idle:
        """What the process holds now, from /metrics and /proc."""
        assert self.process is not None
        _, body = await self.get("/metrics")
        numbers = dict(
            line.rsplit(" ", 1)
            for line in body.decode().splitlines()
            if line and not line.startswith("#") and " " in line
        )

        def number(name: str) -> int:
            return int(float(numbers[name]))

        return Idle(
            sockets=number("showfloor_gateway_connections_polling") + number("showfloor_gateway_connections_websocket"),
            rooms=number("showfloor_gateway_rooms"),
            descriptors=number("process_open_fds"),
            memory=memory_of(self.process.pid),
            tasks=number("showfloor_node_tasks"),
        )


def memory_of(pid: int) -> int:
    """The resident bytes of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
