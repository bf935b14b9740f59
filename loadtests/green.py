"""An Engine.IO session on a plain blocking socket: with gevent's green sockets, hundreds of them to a core.

One greenlet (or thread) reads in ``run``; any other may send.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, State
from websockets.uri import parse_uri

from loadtests.wire import PATH, WireError


class Session:
    """A websocket to the server; ``on_text`` sees each Engine.IO packet after the handshake."""

    def __init__(self, url: str, on_text: Callable[[str], None], *, within: float = 10.0) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self.handshake: dict[str, Any] = {}
        self._on_text = on_text
        self._greeting: str | None = None
        self._parts: list[bytes] = []
        # A full socket lets another greenlet run in the middle of a frame.
        self._sending = threading.Lock()
        scheme = "wss" if secure else "ws"
        self._protocol = ClientProtocol(parse_uri(f"{scheme}://{parts.netloc}{PATH}?EIO=4&transport=websocket"))
        self._socket: socket.socket = socket.create_connection(
            (parts.hostname or "", parts.port or (443 if secure else 80)), timeout=within
        )
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if secure:
                self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=parts.hostname)
            self._open()
        except BaseException:
            self._socket.close()
            raise

    def _open(self) -> None:
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        while self._greeting is None:
            if not self._read():
                error = self._protocol.handshake_exc
                message = f"no websocket: {error or 'closed'}"
                raise WireError(message)
        if not self._greeting.startswith("0"):
            message = f"no handshake: {self._greeting[:120]}"
            raise WireError(message)
        self.handshake = orjson.loads(self._greeting[1:])
        # A server that says nothing for so long is gone.
        silence = self.handshake.get("pingInterval", 25_000) + self.handshake.get("pingTimeout", 20_000)
        self._socket.settimeout(silence / 1000)

    def run(self) -> str:
        """Read until the end; why it ended."""
        try:
            while self._read():
                pass
        except OSError as error:
            return str(error) or type(error).__name__
        finally:
            self._socket.close()
        code = self._protocol.close_code
        return "closed" if code is None else f"websocket close {code}"

    def _read(self) -> bool:
        data = self._socket.recv(65_536)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._frame(event)
        self._flush()
        return bool(data) and self._protocol.state is not State.CLOSED

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT or frame.opcode is Opcode.CONT:
            self._parts.append(bytes(frame.data))
            if not frame.fin:
                return
            text = b"".join(self._parts).decode()
            self._parts.clear()
            if self._greeting is None:
                self._greeting = text
            else:
                self._on_text(text)

    def send(self, packet: str) -> None:
        """Send one Engine.IO packet; a session that has ended drops it."""
        if self._protocol.state is not OPEN:
            return
        self._protocol.send_text(packet.encode())
        self._flush()

    def _flush(self) -> None:
        with self._sending:
            # An empty one asks to close the sending side; the reader closes both.
            data = b"".join(self._protocol.data_to_send())
            try:
                self._socket.sendall(data)
            except OSError:
                return  # the reader meets the same end, and says so

    def cut(self) -> None:
        """Cut the session without a goodbye, as a bad network does; ``run`` returns."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was gone already

    def close(self) -> None:
        """Say goodbye; ``run`` returns when the server has answered."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(1000)
            self._flush()
        else:
            self.cut()
