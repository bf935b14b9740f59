"""Workers apart, on a real Redis and a real PostgreSQL: they are killed and stopped while rooms go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import func, select

from loadtests.engines import SERVER, Postgres, RedisServer
from loadtests.polling import HttpConnection
from loadtests.serving import ROOT, Serving, free_port
from loadtests.waiting import until
from loadtests.wire import WireError
from protocols.errors import Code, Refused
from protocols.limits import DAY_MS
from protocols.messages import By, Record, Role
from rooms.registry import REGISTRY
from rooms.settings import RoomSettings
from server.broker.redis import RedisBroker, client_of
from server.config import Settings
from server.core import core
from server.hosting.host import Host
from server.store.database import Database
from server.store.rows import record_of
from server.store.tables import checkpoints, records

SECRET = secrets.token_urlsafe(32)
ROOMS = [f"r{n}" for n in range(6)]
OWNER = By("owner", "Owner", Role.HOST)
RATES = RoomSettings(person_rate=1_000, person_burst=5_000, room_rate=5_000)


class Engines:
    """Both servers, and the environment that names them."""

    def __init__(self, redis: RedisServer, postgres: Postgres) -> None:
        self.redis, self.postgres = redis, postgres
        self.database_url = asyncio.run(postgres.database())
        self.env = {
            "SHOWFLOOR_REDIS_URL": redis.url,
            "SHOWFLOOR_DATABASE_URL": self.database_url.replace("+asyncpg", ""),
            "SHOWFLOOR_SECRET": SECRET,
            "SHOWFLOOR_WORKERS": "apart",
        }

    def settings(self, data: Path) -> Settings:
        return Settings.load(self.env, data=data, node_id="test")


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    if SERVER is None:
        pytest.skip("there is no redis-server on PATH")
    with RedisServer(tmp_path / "redis") as redis, Postgres(durable=False) as postgres:
        yield Engines(redis, postgres)


class Working:
    """A worker in a process of its own."""

    def __init__(self, engines: Engines, output: Path) -> None:
        self._env = {**os.environ, **engines.env}
        self._env.pop("SHOWFLOOR_SECRET")  # it needs none
        self.output_path = output
        self.port = free_port()
        self.process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        with self.output_path.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server", "work", "--port", str(self.port)),
                cwd=ROOT,
                env=self._env,
                stdout=output,
                stderr=output,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end(signal.SIGKILL)

    async def ready(self) -> bool:
        return (await self.get("/readyz"))[0] == 200

    async def get(self, path: str) -> tuple[int, bytes]:
        http = HttpConnection("127.0.0.1", self.port)
        try:
            return await http.request("GET", path)
        except (OSError, WireError):
            return 0, b""
        finally:
            http.cut()

    async def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await self.process.wait()


@asynccontextmanager
async def workers(engines: Engines, folder: Path, count: int) -> AsyncIterator[list[Working]]:
    async with AsyncExitStack() as stack:
        made = [Working(engines, folder / f"worker-{secrets.token_hex(2)}.log") for _ in range(count)]
        for each in made:
            await stack.enter_async_context(each)
        for each in made:
            assert await until(each.ready, 60), each.output_path.read_text()
        yield made


async def answers_well(gateway: Serving) -> bool:
    return (await gateway.get("/readyz"))[0] == 200


async def metric(of: Serving | Working, name: str) -> float:
    _, body = await of.get("/metrics")
    lines = [line.split() for line in body.decode().splitlines()]
    return next(float(line[1]) for line in lines if len(line) == 2 and line[0] == f"showfloor_{name}")


async def made_rooms(settings: Settings) -> None:
    async with core(settings) as made:
        for room in ROOMS:
            await made.directory.create_room(room, room, RATES, by=OWNER)
        await made.directory.drain()


@pytest.mark.timeout(90)
async def test_workers_that_are_killed_leave_nothing_undone(engines: Engines, tmp_path: Path) -> None:
    await made_rooms(engines.settings(tmp_path))
    gateway = Serving(tmp_path, env=engines.env)
    gateway.secret = SECRET
    async with workers(engines, tmp_path, 2) as (one, two), gateway:
        clients = [gateway.client(room, "ann") for room in ROOMS]
        for client in clients:
            await client.start()

        async def talk(times: int) -> None:
            for n in range(times):
                answers = await asyncio.gather(*(each.send("chat.send", {"text": f"m{n}"}) for each in clients))
                assert all(answer["ok"] for answer in answers)

        async def done() -> bool:
            return await metric(gateway, "projector_lag_records") == await metric(gateway, "hosting_kept") == 0

        assert await metric(one, "workers_alive") == 2
        talking = asyncio.create_task(talk(60))
        assert await until(lambda: clients[0].place.seq > 20, 30)
        await one.end(signal.SIGKILL)
        await talking
        # The other takes over what was left to it.
        assert await until(done, 30)
        assert await metric(two, "workers_alive") == 1
        assert await metric(two, "projector_lag_records") == 0

        # With none left the gateway goes on, keeps what is not stored, and says how much that is.
        await two.end(signal.SIGKILL)
        await talk(10)
        kept = 10 * len(ROOMS)
        assert await metric(gateway, "projector_lag_records") == kept
        assert await metric(gateway, "hosting_kept") >= kept
        assert await until(lambda: answers_well(gateway), 30)
        async with workers(engines, tmp_path, 1) as (three,):
            assert await until(done, 30)
            assert await three.end(signal.SIGTERM) == 0, three.output_path.read_text()
        for client in clients:
            await client.stop()
    await stored_is_what_the_log_has(engines)


async def stored_is_what_the_log_has(engines: Engines) -> None:
    broker = RedisBroker(client_of(engines.redis.url), REGISTRY.events)
    database = Database(engines.database_url)
    try:
        for room in ROOMS:
            logged: list[Record] = [record async for chunk in broker.read(room, 0) for record in chunk]
            read = select(records).where(records.c.room == room).order_by(records.c.seq)
            async with database.reading() as connection:
                stored = [record_of(row, REGISTRY.events) for row in await connection.execute(read)]
            assert stored == logged
            assert len(stored) >= 71
        async with database.reading() as connection:
            assert (await connection.execute(select(func.count()).select_from(checkpoints))).scalar_one() == len(ROOMS)
    finally:
        await broker.close()
        await database.close()


async def test_a_worker_lets_a_room_forget_that_a_gateway_has(engines: Engines, tmp_path: Path) -> None:
    settings = engines.settings(tmp_path)
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(core(named(settings, "gate"), serving=True))
        worker = await stack.enter_async_context(core(named(settings, "worker"), working=True))
        assert gateway.neighbours is not None
        assert worker.neighbours is not None
        assert worker.neighbours.retiring is not None
        beats = [*gateway.neighbours.work(), *worker.neighbours.work()]
        stack.push_async_callback(ended, [asyncio.create_task(each) for _, each in beats])
        kept = RATES.model_copy(update={"retention_days": 1})
        host = await gateway.directory.create_room("r", "R", kept, by=OWNER)
        assert isinstance(host, Host)

        retire = worker.neighbours.retiring.retire
        await retire("r", host.now() - 2 * DAY_MS, 1)
        assert host.snapshot_seq >= 1
        with pytest.raises(Refused) as caught:
            await retire("r", host.now(), 1)
        assert caught.value.code is Code.CONFLICT
        assert worker.directory.get("r") is None
        assert gateway.directory.get("r") is host


def named(settings: Settings, node: str) -> Settings:
    return settings.model_copy(update={"node_id": node})


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
