"""An Engine.IO session on a websocket: RFC 6455 by hand, as little as it takes."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from typing import Any, cast
from urllib.parse import urlsplit

import orjson

from loadtests.wire import PATH, OnEnd, OnText, WireError


class Websocket(asyncio.Protocol):
    """A websocket session. ``pause`` stops reading, as a slow consumer does."""

    def __init__(self, authority: str, path: str, on_text: OnText, on_end: OnEnd) -> None:
        loop = asyncio.get_running_loop()
        self.handshake: dict[str, Any] = {}
        self._authority = authority
        self._path = path
        self._on_text = on_text
        self._on_end = on_end
        self._buffer = bytearray()
        self._parts: list[bytes] = []
        self._upgraded: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._reason = "closed by the server"

    async def upgraded(self) -> None:
        """Wait until the server has answered 101."""
        await self._upgraded

    def send(self, packet: str) -> None:
        self._frame(0x81, packet.encode())

    def send_raw(self, data: bytes) -> None:
        """Put bytes on the socket as they are."""
        if self._transport is not None:
            self._transport.write(data)

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def socket(self) -> Any:
        """The socket beneath, for its options."""
        return None if self._transport is None else self._transport.get_extra_info("socket")

    def abort(self) -> None:
        self._reason = "cut by the client"
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        self._reason = "closed by the client"
        self._frame(0x88, struct.pack("!H", 1000))
        try:
            await asyncio.wait_for(asyncio.shield(self._ended), 2)
        except TimeoutError:
            self.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's, though they do all the same.
        self._transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._authority}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded.done() and not self._head():
            return
        self._frames()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self._upgraded.done():
            self._upgraded.set_exception(WireError("closed before the websocket stood"))
        if not self._ended.done():
            self._ended.set_result(None)
        self._on_end(self._reason if exc is None else f"{type(exc).__name__}")

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = bytes(self._buffer[:end]).split(b"\r\n", 1)[0]
        del self._buffer[: end + 4]
        if b" 101 " not in status:
            self._upgraded.set_exception(WireError(f"no websocket: {status.decode('latin-1')}"))
            self.abort()
            return False
        self._upgraded.set_result(None)
        return True

    def _frames(self) -> None:
        buffer, start, size = self._buffer, 0, len(self._buffer)
        while size - start >= 2:
            length, body = buffer[start + 1] & 0x7F, start + 2
            if length == 126:
                body += 2
                if size < body:
                    break
                length = int.from_bytes(buffer[start + 2 : body], "big")
            elif length == 127:
                body += 8
                if size < body:
                    break
                length = int.from_bytes(buffer[start + 2 : body], "big")
            if size < body + length:
                break
            self._take(buffer[start], bytes(buffer[body : body + length]))
            start = body + length
        del buffer[:start]

    def _take(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode == 8:
            code = int.from_bytes(payload[:2], "big") if payload else 1005
            self._reason = f"websocket close {code}" if self._reason == "closed by the server" else self._reason
            self._frame(0x88, payload[:2])
            if self._transport is not None:
                self._transport.close()
        elif opcode == 9:
            self._frame(0x8A, payload)
        elif opcode in (0, 1):
            if first & 0x80 and not self._parts:
                self._on_text(payload.decode())
                return
            self._parts.append(payload)
            if first & 0x80:
                whole = b"".join(self._parts)
                self._parts.clear()
                self._on_text(whole.decode())

    def _frame(self, first: int, payload: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        size = len(payload)
        # A masking key of zeros is a lawful mask, and leaves the payload as it is.
        if size < 126:
            head = struct.pack("!BBI", first, 0x80 | size, 0)
        elif size < 65536:
            head = struct.pack("!BBHI", first, 0xFE, size, 0)
        else:
            head = struct.pack("!BBQI", first, 0xFF, size, 0)
        self._transport.write(head + payload)


async def open_websocket(
    url: str, on_text: OnText, on_end: OnEnd, *, query: str = "", handshake: bool = True
) -> Websocket:
    """A websocket session at ``url`` (http://host:port); waits for the Engine.IO handshake."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[str] = loop.create_future()

    def first(packet: str) -> None:
        if handshake and not opened.done():
            opened.set_result(packet)
        else:
            on_text(packet)

    def ended(reason: str) -> None:
        if handshake and not opened.done():
            opened.set_exception(WireError(reason))
        else:
            on_end(reason)

    path = f"{PATH}?EIO=4&transport=websocket{query}"
    _, websocket = await loop.create_connection(
        lambda: Websocket(parts.netloc, path, first, ended), parts.hostname or "", parts.port or 80
    )
    try:
        await websocket.upgraded()
        if handshake:
            packet = await opened
            if not packet.startswith("0"):
                websocket.abort()
                message = f"no handshake: {packet[:120]}"
                raise WireError(message)
            websocket.handshake = orjson.loads(packet[1:])
    except BaseException:
        if not opened.cancel() and not opened.cancelled():
            opened.exception()  # looked at, so that the loop does not complain
        websocket.abort()
        raise
    return websocket
