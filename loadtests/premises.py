"""What is measured: one node on its own, or nodes on a Redis and a PostgreSQL, with rooms made through their API."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg  # type: ignore[import-untyped]
import httpx

from loadtests.admission import minted
from loadtests.cores import keep
from loadtests.engines import Cluster, Postgres, RedisServer
from loadtests.serving import RAISED, ROOT, ServerFailed, Serving
from loadtests.spectator import Seat, Spectator
from loadtests.usage import Meter, Spent
from loadtests.waiting import until

MANY = str(60_000)
REFUSED = 0.01  # of what is said, at most: on a busy machine a room may be unavailable for a moment
AT_ONCE = 16  # rooms that are made at the same time


class NotMeasured(Exception):
    """Something went otherwise than the figures assume: a command was refused, a delivery did not come."""


class Working(Serving):
    """A worker beside gateways, see ``python -m server work``."""

    async def start(self, within: float = 60.0) -> float:
        begun = time.monotonic()
        with self.output_path.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server", "work", "--port", str(self.port), "--data", str(self.data)),
                cwd=ROOT,
                env=self._env,
                stdout=output,
                stderr=output,
            )
        if not await until(self.ready, within):
            self.process.kill()  # nobody else will
            message = f"no worker within {within} s:\n{self.output[-2000:]}"
            raise ServerFailed(message)
        return time.monotonic() - begun


class Premises:
    """Gateways by name, and the engines below them. ``shared``: what they share their rooms by.

    Gateways have the first core and all else the others, unless ``apart`` is false.
    """

    def __init__(
        self, data: Path, *, shared: RedisServer | Cluster | None = None, database: bool = True, apart: bool = True
    ) -> None:
        self.data = data
        self.secret = secrets.token_urlsafe(32)
        self.gateways: dict[str, Serving] = {}
        self.worker: Working | None = None
        self.redis = shared
        self.postgres = Postgres(durable=True) if shared is not None and database else None
        self._database = ""
        self._key = ""
        self._cores = sorted(os.sched_getaffinity(0))
        self._apart = apart and len(self._cores) > 1

    async def __aenter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        # Gateways get the first core. The engines, begun from here, are on the others, as whoever measures is.
        keep(os.getpid(), set(self._cores[self._apart :]))
        try:
            if self.redis is not None:
                await asyncio.to_thread(self.redis.start)
            if self.postgres is not None:
                await asyncio.to_thread(self.postgres.start)
                self._database = await self.postgres.database()
        except BaseException:
            await self._stop_engines()
            keep(os.getpid(), set(self._cores))
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.end()
            if self.worker is not None:
                await self.worker.terminate()
        finally:
            await self._stop_engines()
            keep(os.getpid(), set(self._cores))

    async def end(self, *names: str) -> None:
        """End these gateways, or all."""
        gone = [self.gateways.pop(name) for name in names or tuple(self.gateways)]
        await asyncio.gather(*(each.terminate() for each in gone if each.process is not None))

    async def _stop_engines(self) -> None:
        for engine in (self.redis, self.postgres):
            if engine is not None:
                await asyncio.to_thread(engine.stop)

    def _env(self, name: str) -> dict[str, str]:
        env = {"SHOWFLOOR_MAX_CONNECTIONS": MANY, "SHOWFLOOR_MAX_CONNECTIONS_PER_ADDRESS": MANY}
        env |= {"SHOWFLOOR_SECRET": self.secret, "SHOWFLOOR_NODE_ID": name}
        if self.redis is not None:
            env["SHOWFLOOR_REDIS_URL"] = self.redis.url
        if self._database:
            env |= {"SHOWFLOOR_DATABASE_URL": self._database, "SHOWFLOOR_WORKERS": "apart"}
        return env

    async def work(self) -> None:
        """Start a worker, which stores what the gateways say."""
        self.worker = Working(self.data / "worker", env=self._env("worker"))
        self.worker.data.mkdir(parents=True, exist_ok=True)
        await self.worker.start()

    async def begin(self, name: str = "a", **settings: str) -> Serving:
        """Start a gateway, on the first core; this process keeps to the others."""
        env = self._env(name) | settings
        gateway = self.gateways[name] = Serving(self.data / name, env=env)
        gateway.data.mkdir(parents=True, exist_ok=True)
        await gateway.start()
        assert gateway.process is not None
        if self._apart:
            keep(gateway.process.pid, set(self._cores[:1]))
        if not self._key:
            self._key = (
                (await gateway.command("key", "--data", str(gateway.data), "--label", "costs")).strip().splitlines()[-1]
            )
        return gateway

    async def anew(self, **settings: str) -> None:
        """End all gateways and start them again: no room is at work then."""
        names = tuple(self.gateways)
        await self.end()
        for name in names:
            await self.begin(name, **settings)

    @property
    def meter(self) -> Meter:
        """Reads all gateways that run now, and the engines."""
        found: dict[str, Any] = {name: _own(gateway) for name, gateway in self.gateways.items()}
        if self.worker is not None:
            found["worker"] = _own(self.worker)
        if self.redis is not None:
            found["redis"] = lambda: [pid for server in self.shards for pid in server.pids()]
        if self.postgres is not None:
            found["database"] = self.postgres.pids
        return Meter(found)

    @property
    def shards(self) -> Sequence[RedisServer]:
        """The Redis servers."""
        return self.redis.servers if isinstance(self.redis, Cluster) else [self.redis] if self.redis else []

    async def rest(self, seconds: float) -> Spent:
        """What is spent while nobody does anything."""
        async with self.meter.over() as spent:
            await asyncio.sleep(seconds)
        return spent

    # Rooms and people

    async def make(self, names: Sequence[str], at: str = "a", **settings: int) -> None:
        """Make these rooms through a gateway, which they belong to then; their limits are raised."""
        body = {"settings": {**RAISED, **settings}}
        waiting = list(names)
        headers = {"Authorization": f"Bearer {self._key}"}
        async with httpx.AsyncClient(base_url=self.gateways[at].url, headers=headers, timeout=30) as api:

            async def work() -> None:
                while waiting:
                    name = waiting.pop()
                    answer = await api.post("/api/v1/rooms", json={"id": name, "title": name, **body})
                    if answer.status_code != 201:
                        message = f"{name} was not made: {answer.status_code} {answer.text[:300]}"
                        raise NotMeasured(message)

            await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    def seats(self, room: str, count: int, at: str = "a", *, first: int = 0, source: str = "") -> list[Seat]:
        """Seats of that many people in a room, at one gateway."""
        url = self.gateways[at].url
        users = [f"{room}-{at}{number}" for number in range(first, first + count)]
        return [Seat(url, room, minted(self.secret, room, user), source) for user in users]

    def host_seat(self, room: str, at: str = "a") -> Seat:
        """A seat of one who runs the room."""
        return Seat(self.gateways[at].url, room, minted(self.secret, room, f"{room}-host", "host"))

    async def numbers(self, name: str = "a") -> Mapping[str, float]:
        """What a gateway's /metrics say, without the prefix."""
        _, body = await self.gateways[name].get("/metrics")
        rows = [line.rsplit(" ", 1) for line in body.decode().splitlines() if line.startswith("showfloor_")]
        return {key.removeprefix("showfloor_"): float(value) for key, value in rows if "{" not in key}

    async def emptied(self, *names: str, within: float = 20.0) -> None:
        """Wait until nobody is connected any more."""

        async def empty() -> bool:
            found = [await self.numbers(name) for name in names or tuple(self.gateways)]
            return not any(each["gateway_connections_websocket"] for each in found)

        if not await until(empty, within, every=0.1):
            raise NotMeasured("connections stayed")

    async def projected(self, *names: str, within: float = 30.0) -> bool:
        """Whether these gateways have stored all that was said, in time."""

        async def caught_up() -> bool:
            found = [await self.numbers(name) for name in names]
            return not any(each["projector_lag_records"] for each in found)

        return await until(caught_up, within, every=0.25)

    # What lies in the engines

    async def redis_bytes(self) -> int:
        """Memory that all shards use for what they hold."""
        return await asyncio.to_thread(lambda: sum(_used(server) for server in self.shards))

    def file_bytes(self) -> int:
        """The shards' append-only files."""
        return sum(path.stat().st_size for server in self.shards for path in server.folder.rglob("*.aof"))

    async def rooms(self) -> int:
        """How many rooms there are."""
        return int(await self.query("SELECT count(DISTINCT room) FROM checkpoints"))

    async def query(self, statement: str) -> Any:
        """One value from the database."""
        assert self.postgres is not None
        name = self._database.rsplit("/", 1)[1]
        link = await asyncpg.connect(host="127.0.0.1", port=self.postgres.port, user="showfloor", database=name)
        try:
            return await link.fetchval(statement)
        finally:
            await link.close()


def _own(gateway: Serving) -> Any:
    return lambda: [] if gateway.process is None else [gateway.process.pid]


def _used(server: RedisServer) -> int:
    with server.client() as client:
        return int(client.info("memory")["used_memory"])


async def speak(
    speakers: Sequence[Sequence[Spectator]],
    *,
    rate: float,
    seconds: float,
    together: bool = False,
    text: str = "x" * 100,
) -> int:
    """People of several rooms say ``rate`` messages a second in each; how many were said in all.

    ``together``: all of a room at once, each a message; else one after the other. Returns when all is answered; what
    was refused is left out. Raises NotMeasured if that was more than one message and one in a hundred.
    """
    at_once = len(speakers[0]) if together else 1
    said, begun = 0, time.monotonic()
    everyone = [each for room in speakers for each in room]
    asked = sum(each.acked for each in everyone)
    for turn in range(max(1, int(rate * seconds / at_once))):
        for number, room in enumerate(speakers):
            due = begun + (turn + number / len(speakers)) * at_once / rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            for speaker in room if together else [room[turn % len(room)]]:
                speaker.say(text)
                said += 1
    await answered(everyone)
    acked = sum(each.acked for each in everyone) - asked
    if acked < said - max(1, said * REFUSED) or not acked:
        last = next(each.refusal for each in everyone if each.refusal)
        message = f"{said - acked} of {said} messages were refused, one with {last!r}"
        raise NotMeasured(message)
    return acked


async def answered(speakers: Sequence[Spectator], within: float = 30.0) -> None:
    """Wait until nobody waits for an ack. Raises NotMeasured."""
    if not await until(lambda: not any(each.unanswered for each in speakers), within):
        raise NotMeasured("an answer did not come")


async def told(listeners: Sequence[Spectator], before: int, expected: int, within: float = 30.0) -> None:
    """Wait until they were told so many more. Raises NotMeasured."""
    if not await until(lambda: sum(each.told for each in listeners) - before >= expected, within):
        message = f"{sum(each.told for each in listeners) - before} of {expected} deliveries came"
        raise NotMeasured(message)


def heard_by(listeners: Sequence[Spectator]) -> int:
    """How much they were told so far."""
    return sum(each.told for each in listeners)
