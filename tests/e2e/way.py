"""A way between a page and its server that fails as networks do.

async with Way(server.port) as way:
    phone = await stage.enter("小安", by=way.url)
    way.cut(); way.mend()
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

PIECE = 64 * 1024


class Way:
    """Passes bytes on. ``websockets`` False: a proxy that knows none; ``curt``: hangs up at a page's first word."""

    def __init__(self, port: int, *, websockets: bool = True) -> None:
        self.port = port
        self.websockets = websockets
        self.curt = False
        self.upgrades = 0
        self._open = True
        self._transports: set[asyncio.WriteTransport] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Every connection breaks, and no new one is made."""
        self._open = False
        for transport in list(self._transports):
            transport.abort()

    def mend(self) -> None:
        """New connections pass again."""
        self._open = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._transports.add(writer.transport)
        try:
            if self._open:
                await self._pass(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # either side may go at any time
        finally:
            self._transports.discard(writer.transport)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        upgrade = b"upgrade: websocket" in head.lower()
        self.upgrades += upgrade
        if upgrade and not self.websockets:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
            return
        above_reader, above = await asyncio.open_connection("127.0.0.1", self.port)
        self._transports.add(above.transport)
        try:
            above.write(head)
            hang_up = upgrade and self.curt
            directions = {
                asyncio.create_task(self._pump(reader, above, hang_up=hang_up)),
                asyncio.create_task(self._pump(above_reader, writer)),
            }
            _, rest = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
        finally:
            self._transports.discard(above.transport)
            above.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, hang_up: bool = False) -> None:
        while (piece := await reader.read(PIECE)) and not hang_up:
            writer.write(piece)
            await writer.drain()
