"""A worker: what need not be in a gateway, in a process of its own; of any number of these.

It follows the logs and fills the database, lets rooms forget what is old, and is a node of the house without a door:
it may wake a room of nobody that is due, and lets go of it again. Workers share the rooms (``shares.py``); what two do
at once is safe: a room's rows are held while its records are written, and what is stored already is left out.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
import uvloop

from server import logs
from server.broker.port import Unavailable
from server.config import PREFIX, Settings, SettingsError
from server.core import Core, core, ended
from server.http.services import Watched
from server.http.watch import build_watch
from server.metrics import Metrics
from server.readiness import PATIENCE_S, Readiness, tasks_ended
from server.serve import Server, listening
from server.shares import Shares
from server.store.projector import Projector

WORK_PORT = 8001
DRAIN_S = 2.0  # for rooms that it has just woken
LAST_S = 2.0  # for what was not stored yet; another worker would do it too

log = logs.logger("worker")


def new_node_id() -> str:
    """Workers need no name of their own: nothing leads to them."""
    return f"w{secrets.token_hex(4)}"


class Worker:
    """Its parts, at work. ``http`` is for whoever looks after it."""

    def __init__(self, settings: Settings, made: Core, projector: Projector, shares: Shares) -> None:
        self.core = made
        self.leaving = False
        self._projector, self._shares = projector, shares
        shares.on_change = projector.look_at_all
        self._tasks: list[asyncio.Task[None]] = []
        checks = {**made.checks(), "tasks": tasks_ended(lambda: self._tasks)}
        # Nearly all that it does is of no use without the database.
        self.readiness = Readiness(checks, cautions=frozenset({"blobs", "trimming"}))
        metrics = Metrics()
        made.measure(metrics)
        metrics.add("workers", shares.statistics)
        metrics.add("node", self.readiness.statistics)
        watched = Watched(
            settings=settings,
            metrics=metrics,
            checks={"worker": self._leaves, **self.readiness.checks()},
            cautions=self.readiness.cautions(),
        )
        self.http = build_watch(watched)

    async def start(self) -> None:
        """Begin."""
        made = self.core
        await self._shares.beat()
        await self.readiness.look(PATIENCE_S)
        neighbours = [] if made.neighbours is None else made.neighbours.work()
        works = {
            "projector": self._projector.run(),
            **made.chores(),
            "directory": made.directory.run(),
            "seats": made.seats_to_forget.run(),
            "shares": self._shares.run(),
            "readiness": self.readiness.run(),
            **dict(neighbours),
        }
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(work, name=name) for name, work in works.items()]
        for task in self._tasks:
            task.add_done_callback(ended)

    async def stop(self) -> None:
        """Hand over: rooms it has woken, and its share; what waits for the database is written if that works now."""
        self.leaving = True
        await self.core.directory.drain(DRAIN_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(LAST_S):
                await self._projector.project()
                await self._shares.leave()
        except Exception as error:
            # Others go on from the checkpoint.
            log.warning("projection is behind", error=type(error).__name__)

    def _leaves(self) -> str | None:
        return "leaving" if self.leaving else None


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Worker]:
    """A worker, at work. Raises SettingsError."""
    try:
        async with core(settings, working=True) as made:
            assert isinstance(made.projector, Projector)
            assert made.shares is not None
            worker = Worker(settings, made, made.projector, made.shares)
            await worker.start()
            try:
                yield worker
            finally:
                await worker.stop()
    except Unavailable as error:
        raise SettingsError(f"{PREFIX}REDIS_URL: {error}") from None


def work(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; the exit code. Raises SettingsError if it cannot start."""
    for setting, value in {"REDIS_URL": settings.redis_url, "DATABASE_URL": settings.database_url}.items():
        if value is None:
            why = "workers share what all can reach; what is in a data folder belongs to one server"
            raise SettingsError(f"{PREFIX}{setting} is not set: {why}")
    logs.configure(settings.log_level, settings.log_format)
    with listening(settings) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(settings, listener))


async def _run(settings: Settings, listener: socket.socket) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with working(settings) as worker:
        server = Server(
            uvicorn.Config(
                worker.http,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        serving = loop.create_task(server.serve(sockets=[listener]))
        host, port = listener.getsockname()[:2]
        log.info("working", node=settings.node_id, host=host, port=port, settings=settings.printed())
        stopping = loop.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        worker.leaving = True
        server.should_exit = True
        await serving
    return 0 if stop.is_set() else 1
