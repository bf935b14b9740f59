"""An Engine.IO session by polling, which may be upgraded to a websocket."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import urlsplit

import orjson

from loadtests.websocket import Websocket, open_websocket
from loadtests.wire import PATH, SEPARATOR, OnEnd, OnText, WireError


class _Unanswered(WireError):
    """Closed before a byte of the answer."""

    def __init__(self) -> None:
        super().__init__("closed without an answer")


class HttpConnection:
    """One kept-alive HTTP/1.1 connection, one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def let_go(self) -> bool:
        """Whether the server has closed it, as it does when nothing is asked for some seconds."""
        return self._reader is not None and self._reader.at_eof()

    async def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """The status and body of the answer.

        Where the server had closed a kept connection, the request goes out once more, as browsers do.
        """
        if self.let_go:
            self.cut()
        kept = self._writer is not None
        try:
            return await self._exchange(method, path, body, headers)
        except _Unanswered:
            if not kept:
                raise
        return await self._exchange(method, path, body, headers)

    async def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str] | None
    ) -> tuple[int, bytes]:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            lines += ["Content-Type: text/plain;charset=UTF-8", f"Content-Length: {len(body)}"]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        return await self._answer()

    async def _answer(self) -> tuple[int, bytes]:
        reader = self._reader
        assert reader is not None
        heard = False
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            heard = True
            status = int(head.split(" ", 2)[1])
            if "transfer-encoding: chunked" in head:
                return status, await _chunks(reader)
            length = next((line[15:] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
            body = await reader.readexactly(int(length))
        except (asyncio.IncompleteReadError, ConnectionError) as lost:
            self.cut()
            if not heard and not getattr(lost, "partial", b""):
                raise _Unanswered from lost
            message = "closed within an answer"
            raise WireError(message) from lost
        if "connection: close" in head:
            self.cut()
        return status, body

    def cut(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = self._reader = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += (await reader.readexactly(size + 2))[:size]
    await reader.readline()
    return whole


class Polling:
    """A polling session; ``upgrade`` moves it to a websocket."""

    def __init__(self, url: str, on_text: OnText, on_end: OnEnd) -> None:
        parts = urlsplit(url)
        self._url = url
        self._get = HttpConnection(parts.hostname or "", parts.port or 80)
        self._post = HttpConnection(parts.hostname or "", parts.port or 80)
        self._on_text = on_text
        self._on_end = on_end
        self._waiting: list[str] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._holding = False
        self._over = False
        self.handshake: dict[str, Any] = {}
        self.websocket: Websocket | None = None

    async def open(self) -> None:
        status, body = await self._get.request("GET", f"{PATH}?EIO=4&transport=polling")
        if status != 200 or not body.startswith(b"0"):
            self._get.cut()
            message = f"no handshake: {status} {body[:120]!r}"
            raise WireError(message)
        first, *rest = body.decode().split(SEPARATOR)
        self.handshake = orjson.loads(first[1:])
        for packet in rest:
            self._on_text(packet)
        self._tasks = [asyncio.create_task(self._reads()), asyncio.create_task(self._writes())]

    @property
    def _session(self) -> str:
        return f"{PATH}?EIO=4&transport=polling&sid={self.handshake['sid']}"

    def send(self, packet: str) -> None:
        if self.websocket is not None:
            self.websocket.send(packet)
            return
        self._waiting.append(packet)
        self._wake.set()

    async def upgrade(self, within: float = 10.0) -> bool:
        """Go over to a websocket, and whether it came to that: where none answers, polling goes on.

        Probe it, let the running poll end, then send there what waited meanwhile.
        """
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_text(packet: str) -> None:
            if packet == "3probe" and not pong.done():
                pong.set_result(None)
            else:
                self._on_text(packet)

        def on_end(reason: str) -> None:
            if self.websocket is not None or self._holding:
                self._end(reason)
            elif not pong.done():
                pong.set_exception(WireError(reason))

        query = f"&sid={self.handshake['sid']}"
        websocket: Websocket | None = None
        try:
            async with asyncio.timeout(within):
                websocket = await open_websocket(self._url, on_text, on_end, query=query, handshake=False)
                websocket.send("2probe")
                await pong
        except (OSError, WireError, TimeoutError):
            return False
        finally:
            unanswered = pong.cancelled() or not pong.done() or pong.exception() is not None
            pong.cancel()  # what ends later has nobody to tell
            if websocket is not None and (unanswered or self._over):
                websocket.abort()
        if self._over:
            return False
        self._holding = True
        self._wake.set()
        try:
            await asyncio.wait(self._tasks, timeout=within)
        except asyncio.CancelledError:
            websocket.abort()
            raise
        websocket.send("5")
        websocket.handshake = self.handshake
        self.websocket = websocket
        for packet in self._waiting:
            websocket.send(packet)
        self._waiting.clear()
        self._get.cut()
        self._post.cut()
        return True

    async def _reads(self) -> None:
        try:
            while not self._over and not self._holding:
                status, body = await self._get.request("GET", self._session)
                if status != 200:
                    self._end(f"GET answered {status}")
                    return
                for packet in body.decode().split(SEPARATOR):
                    if packet == "1":
                        self._end("closed by the server")
                        return
                    self._on_text(packet)
        except (OSError, WireError) as lost:
            self._end(str(lost) or type(lost).__name__)

    async def _writes(self) -> None:
        try:
            while not self._over:
                await self._wake.wait()
                self._wake.clear()
                if self._holding:
                    return
                if not self._waiting:
                    continue
                body = SEPARATOR.join(self._waiting).encode()
                self._waiting.clear()
                status, _ = await self._post.request("POST", self._session, body)
                if status != 200:
                    self._end(f"POST answered {status}")
                    return
        except (OSError, WireError) as lost:
            self._end(str(lost) or type(lost).__name__)

    def _end(self, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self._cut()
        self._on_end(reason)

    def _cut(self) -> None:
        self._get.cut()
        self._post.cut()
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()

    def abort(self) -> None:
        if self.websocket is not None:
            self.websocket.abort()
        else:
            self._end("cut by the client")

    async def close(self) -> None:
        if self.websocket is not None:
            await self.websocket.close()
            return
        if not self._over:
            # A post may be under way, whose connection nobody else can use.
            for task in self._tasks:
                task.cancel()
            self._post.cut()
            with contextlib.suppress(OSError, WireError):  # the server may be faster
                await self._post.request("POST", self._session, b"1")
        self._end("closed by the client")


async def open_polling(url: str, on_text: OnText, on_end: OnEnd) -> Polling:
    """A polling session at ``url``."""
    polling = Polling(url, on_text, on_end)
    try:
        await polling.open()
    except BaseException:
        polling.abort()
        raise
    return polling
