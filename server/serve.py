"""Running: listen, wait for a signal, and leave in order within a time limit."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
import uvloop

from server import logs
from server.address_file import kept
from server.app import App, running
from server.config import Settings, SettingsError
from server.gateway.listening import uvicorn_config

log = logs.logger("serve")

BACKLOG = 2048  # a crowd that comes back at once waits here, not in time-outs
KEEP_ALIVE_S = 65  # longer than proxies keep theirs: or one would use a connection that is being closed
CLOSES_SHARE = 0.5  # of the time for leaving goes into closing connections one after the other

# Linux: what is lost of a few small packets is sent again at an even pace at first, not after ever longer waits. Phones
# lose much, and chat is small. Connections have it from the socket that listens.
_THIN_LINEAR_TIMEOUTS = 16


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: on SIGTERM it would wait for stuck clients and exit with -15."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """An app behind a listening socket."""

    def __init__(self, app: App, socket_: socket.socket) -> None:
        self._app = app
        self._server = Server(_config(app))
        self._socket = socket_
        self.serving: asyncio.Task[None] | None = None

    async def start(self) -> asyncio.Task[None]:
        """Takes requests from now on; the task ends when it no longer does."""
        loop = asyncio.get_running_loop()
        self.serving = loop.create_task(self._server.serve(sockets=[self._socket]))
        listens = loop.create_task(self._server.listens.wait())
        await asyncio.wait({self.serving, listens}, return_when=asyncio.FIRST_COMPLETED)
        listens.cancel()
        return self.serving

    async def leave(self, within_s: float) -> None:
        """Refuse joins, commit, close connections spread over time, then abort what is left."""
        assert self.serving is not None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        try:
            async with asyncio.timeout_at(deadline):
                await self._app.drain(int(within_s * CLOSES_SHARE * 1000))
        except TimeoutError:
            log.warning("drain took too long", seconds=within_s)

        server = self._server
        server.should_exit = True
        _, pending = await asyncio.wait({self.serving}, timeout=max(0.5, deadline - loop.time()))
        if pending:
            log.warning("aborting connections", count=len(server.server_state.connections))
            server.force_exit = True
            for connection in list(server.server_state.connections):
                transport: Any = getattr(connection, "transport", None) or getattr(connection, "_transport", None)
                if transport is not None:
                    transport.abort()
            await asyncio.wait({self.serving}, timeout=1.0)


def serve(settings: Settings, *, bots: bool = False) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. Raises SettingsError if it cannot start."""
    logs.configure(settings.log_level, settings.log_format)
    with listening(settings) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(settings, listener, bots=bots))


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket bound to the host and port of the settings. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # not every kernel has it
            listener.setsockopt(socket.IPPROTO_TCP, _THIN_LINEAR_TIMEOUTS, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            message = f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another --port"
            raise SettingsError(message) from None
        yield listener


async def _run(settings: Settings, listener: socket.socket, *, bots: bool) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    port = listener.getsockname()[1]
    given = settings
    if settings.demo:
        settings = _with_address(settings, port)
    async with running(settings) as app:
        with kept(given, port):
            served = Listener(app, listener)
            serving = await served.start()
            _calm_collector()
            log.info("listening", host=settings.host, port=port, settings=settings.printed())
            demo = await _demo(app, port, bots=bots) if settings.demo else None

            stopping = loop.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if demo is not None:
                demo.cancel()
                await asyncio.gather(demo, return_exceptions=True)
            await served.leave(settings.drain_s)
    return 0 if stop.is_set() else 1


def _with_address(settings: Settings, port: int) -> Settings:
    """So that the codes on the console and the wall lead where those in the terminal lead."""
    from server.certificate import lan_addresses
    from server.demo import reach

    people = settings.public_url or reach(settings, port, lan_addresses()).people
    return settings.model_copy(update={"public_url": people})


async def _demo(app: App, port: int, *, bots: bool) -> asyncio.Task[None]:
    from server.demo import start_demo

    return await start_demo(app.services, port, bots=bots)


def _calm_collector() -> None:
    """What is loaded by now stays; looking at it again and again cost a tenth of every acked event."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _config(app: App) -> uvicorn.Config:
    return uvicorn_config(
        app.http,
        app.gateway,
        log_config=None,
        backlog=BACKLOG,
        lifespan="off",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=KEEP_ALIVE_S,
        ssl_certfile=app.settings.tls_certificate,
        ssl_keyfile=app.settings.tls_key,
    )
