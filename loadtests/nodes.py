"""Several real gateways that share the rooms: one Redis or Redis Cluster, one PostgreSQL, one secret.

async with Nodes(data) as nodes:
    host = await nodes.host("r1")             # clients spread over the gateways, and move on when theirs is dead
    await nodes.gateways[0].kill(); await nodes.gateways[0].start()
    nodes.redis.kill(); nodes.postgres.freeze()   # see loadtests.engines; these block
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from loadtests.client import Client
from loadtests.engines import Cluster, Postgres, RedisServer
from loadtests.evidence import Exit
from loadtests.serving import START_S, Served, Serving
from loadtests.stored import Place


class Nodes(Served):
    """Gateways n1, n2, … each in a folder of its own below ``data``, where Redis is too.

    Without ``postgres`` they share one SQLite file, in one data folder. ``through`` is put before the first one's
    command. Given ``redis`` is used and not ended; else there is one of its own: a ``cluster`` has 3 masters with a
    replica each. ``detours`` are addresses by which the first gateways reach it instead.
    """

    def __init__(
        self,
        data: Path,
        count: int = 2,
        *,
        cluster: bool = False,
        postgres: bool = True,
        redis: RedisServer | Cluster | None = None,
        env: dict[str, str] | None = None,
        through: Sequence[str] = (),
        detours: Sequence[str] = (),
    ) -> None:
        self.data = data
        self.secret = secrets.token_urlsafe(32)
        self._own_redis = redis is None
        if redis is None:
            redis = Cluster(data / "redis", masters=3, replicas=1) if cluster else RedisServer(data / "redis")
        self.redis: RedisServer | Cluster = redis
        self._postgres = Postgres(durable=True) if postgres else None
        self._url = ""
        self._env = {**(env or {}), "SHOWFLOOR_REDIS_URL": redis.url}
        self._count, self._through, self._detours = count, through, detours
        self._gateways: list[Serving] = []

    @property
    def postgres(self) -> Postgres:
        """The database's server; only if there is one."""
        assert self._postgres is not None, "the database is a file"
        return self._postgres

    @property
    def gateways(self) -> Sequence[Serving]:
        return self._gateways

    @property
    def database(self) -> Place:
        return self._url or self._gateways[0].data

    @property
    def output(self) -> str:
        return "\n".join(gateway.output for gateway in self._gateways)

    @property
    def exits(self) -> list[Exit]:  # type: ignore[override]
        return [each for gateway in self._gateways for each in gateway.exits]

    @property
    def started_in(self) -> list[float]:  # type: ignore[override]
        """Of all but each gateway's first start, after one first start of all together."""
        first = max((gateway.started_in[0] for gateway in self._gateways if gateway.started_in), default=0.0)
        return [first, *(took for gateway in self._gateways for took in gateway.started_in[1:])]

    async def __aenter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            await self._start_engines()
            if self._postgres is not None:
                self._url = await self._postgres.database()
            self._gateways = [self._gateway(number) for number in range(1, self._count + 1)]
            await self.start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    def _gateway(self, number: int) -> Serving:
        name = f"n{number}"
        env = {**self._env, "SHOWFLOOR_NODE_ID": name}
        if number <= len(self._detours):
            env["SHOWFLOOR_REDIS_URL"] = self._detours[number - 1]
        if self._url:
            env["SHOWFLOOR_DATABASE_URL"] = self._url
        data = self.data / (name if self._url else "served")
        data.mkdir(parents=True, exist_ok=True)
        gateway = Serving(data, env=env, secret=self.secret, through=self._through if number == 1 else ())
        gateway.output_path = self.data / f"{name}.log"
        return gateway

    async def start(self, within: float = START_S) -> float:
        begun = time.monotonic()
        await self._start_engines()
        dead = [gateway for gateway in self._gateways if gateway.process is None]
        await asyncio.gather(*(gateway.start(within) for gateway in dead))
        return time.monotonic() - begun

    async def kill(self) -> None:
        engines = [self.redis, *([self._postgres] if self._postgres is not None else [])]
        living = [gateway for gateway in self._gateways if gateway.process is not None]
        await asyncio.gather(
            *(gateway.kill() for gateway in living), *(asyncio.to_thread(engine.kill) for engine in engines)
        )

    async def terminate(self, within: float = 60.0) -> int:
        living = [gateway for gateway in self._gateways if gateway.process is not None]
        codes = await asyncio.gather(*(gateway.terminate(within) for gateway in living))
        return next((code for code in codes if code), 0)

    async def _start_engines(self) -> None:
        dead = [engine for engine in (self.redis, self._postgres) if engine is not None and not runs(engine)]
        await asyncio.gather(*(asyncio.to_thread(engine.start) for engine in dead))

    async def _close(self) -> None:
        try:
            await self.terminate()
        finally:
            engines = [*([self.redis] if self._own_redis else []), *([self._postgres] if self._postgres else [])]
            for engine in engines:
                await asyncio.to_thread(engine.stop)


def runs(engine: RedisServer | Cluster | Postgres) -> bool:
    """Whether all processes of an engine were started, and not ended by us."""
    servers = engine.servers if isinstance(engine, Cluster) else [engine]
    return all(server.process is not None for server in servers)


@asynccontextmanager
async def served(data: Path, nodes: int = 1, *, through: Sequence[str] = ()) -> AsyncIterator[Served]:
    """One server on ``data``, or so many gateways on a Redis and a PostgreSQL of their own."""
    if nodes == 1:
        async with Serving(data, through=through) as one:
            yield one
    else:
        async with Nodes(data, nodes, through=through) as several:
            yield several


def spread(clients: Sequence[Client]) -> None:
    """Send home who is elsewhere, as a balancer does that has a gateway back."""
    for client in clients:
        if client.joined and client.url != client.urls[0]:
            client.cut()
