"""uvicorn's HTTP protocol, with bounds on headers and time, and a clean hand-over to websockets.

Given to uvicorn as `http=`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

MAX_HEAD = 16 * 1024
HEAD_TIME_S = 10.0
BODY_TIME_S = 10.0
WRITE_TIME_S = 60.0

_OF_BODIES = frozenset((b"content-length", b"transfer-encoding"))
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class HttpWire(HttpToolsProtocol):
    """One HTTP connection.

    A request's head is at most 16 KiB and takes at most 10 s, its body at most another 10 s; a peer that takes
    nothing of an answer is cut off after 60 s. uvicorn bounds none of these. Bytes that follow an upgrade in the
    same segment go to the websocket; uvicorn drops them.
    """

    _timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _served: RequestResponseCycle | None = None
    _head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the time for the first head, also if nothing ever comes."""
        super().connection_made(transport)
        self._start_timer(HEAD_TIME_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        self._stop_timer()
        self._stop_write_timer()
        # uvicorn leaves its own running after a reset, and with it the connection in memory for as long.
        self._unset_keepalive_if_required()
        super().connection_lost(exc)
        # uvicorn tells the last request that came, which may be waiting behind this one.
        if self._served is not None and not self._served.response_complete:
            self._served.disconnected = True
            self._served.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Feeds the parser; switches over where a request asks for it."""
        self._unset_keepalive_if_required()
        # What is no body is counted by what came, for the parser calls back for whole lines only: the head, and
        # between and behind the chunks of a body what nobody reads.
        self._head_size += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
        except httptools.HttpParserError:
            self._stop_timer()
            if self.transport is not None and not self.transport.is_closing():
                self.send_400_response("Invalid HTTP request received.")
            return
        else:
            if self._head_size > MAX_HEAD:
                self._refuse(_TOO_LARGE)
            return
        if not self._should_upgrade():
            return  # another kind of upgrade: the request is answered as any other
        if self.cycle is not None and not self.cycle.response_complete:
            self.send_400_response("Upgrade behind an open request.")
        elif self.scope["method"] != "GET" or any(name in _OF_BODIES for name, _ in self.headers):
            # Else a body would be taken for frames.
            self.send_400_response("An upgrade is a GET without a body.")
        else:
            self._switch(rest)

    # Parser callbacks

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._start_timer(HEAD_TIME_S)

    def on_headers_complete(self) -> None:
        """A head is complete, and is refused here if it was too long: nothing has been started for it."""
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEAD:
            self._refuse(_TOO_LARGE)
            raise ValueError("head too large")
        self._head_size = 0
        self._start_timer(BODY_TIME_S)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of a body, which whoever asks for it counts."""
        self._head_size = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        super().on_message_complete()
        self._stop_timer()
        self._head_size = 0

    # What is sent

    def pause_writing(self) -> None:
        """The transport is full: from now on the peer has to take something."""
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(WRITE_TIME_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It did."""
        self._stop_write_timer()
        super().resume_writing()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._served = cycle
        super()._start_asgi_task(cycle, app)

    def _switch(self, rest: bytes) -> None:
        self._stop_timer()
        self._stop_write_timer()
        self.connections.discard(self)
        head = [self.scope["method"].encode(), b" ", self.url, b" HTTP/1.1\r\n"]
        for name, value in self.headers:
            head += [name, b": ", value, b"\r\n"]
        head.append(b"\r\n")
        assert self.ws_protocol_class is not None
        protocol = self.ws_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        protocol.data_received(b"".join(head) + rest)
        # Nothing of the request is kept for as long as the websocket lives.
        self.parser = None  # type: ignore[assignment]

    def _refuse(self, response: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()

    def _too_slow(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
        else:
            self._refuse(_TOO_SLOW)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
