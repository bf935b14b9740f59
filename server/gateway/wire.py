"""Websockets: uvicorn hands the upgrade request over, and frames go straight to the connection.

Given to uvicorn as `ws=` (see `websocket_wire`). ASGI is not involved: no scope, no queue, no task.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol

from protocols.closing import Closing
from protocols.faults import ProtocolError
from protocols.frames import text_frame
from server.gateway.request import Opening, Rejected, read_opening, serves

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the library's C part
    from websockets.utils import apply_mask

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from server.gateway.connection import Connection
    from server.gateway.gateway import Gateway

# The library tells of each connection on its own logger; our metrics do that.
_quiet = logging.getLogger("showfloor.websocket")
_quiet.setLevel(logging.ERROR)
_INVALID_UTF8 = 1007
_WHOLE_TEXT, _MASKED, _LONG, _VERY_LONG = 0x81, 0x80, 126, 127
_CLOSE_WAIT_S = 0.5


def websocket_wire(*gateways: Gateway) -> Callable[..., WebSocketWire]:
    """A value for uvicorn's `ws=`: wires that lead to these gateways, by path."""

    def make(
        config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: object = None
    ) -> WebSocketWire:
        return WebSocketWire(gateways, server_state)

    return make


class WebSocketWire(asyncio.Protocol):
    """One websocket.

    First a request, then either a connection's transport or, for a session that polls, a probe that may
    become it. Once closing it only waits for the peer's close frame, and not for long.
    """

    __slots__ = (
        "_closing",
        "_connection",
        "_gateways",
        "_kind",
        "_longest",
        "_message",
        "_paused",
        "_probing",
        "_server_state",
        "_timer",
        "_transport",
        "_websocket",
        "write",
    )

    _transport: asyncio.Transport
    _websocket: ServerProtocol
    write: Callable[[bytes], None]

    def __init__(self, gateways: tuple[Gateway, ...], server_state: ServerState) -> None:
        self._gateways = gateways
        self._server_state = server_state
        self._connection: Connection | None = None
        self._probing: Connection | None = None
        self._message: bytearray | None = None
        self._kind = Opcode.TEXT
        self._longest = 0
        self._closing = False
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None

    # From the transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts with the handshake."""
        self._transport = transport
        self.write = transport.write
        self._server_state.connections.add(self)  # type: ignore[arg-type]
        limit = max(gateway.config.max_payload for gateway in self._gateways)
        self._websocket = ServerProtocol(max_size=limit, logger=_quiet)

    def data_received(self, data: bytes) -> None:
        """Parses, and passes each message on."""
        if not self._gateways:
            at = self._take_whole(data)
            if at < len(data):
                self._feed(data[at:] if at else data)
            return
        # Frames may follow the request at once; the library must not see them before it has answered.
        head, end, rest = data.partition(b"\r\n\r\n")
        self._feed(head + end)
        if rest and not self._closing:
            self._feed(rest)

    def _take_whole(self, data: bytes) -> int:
        """Delivers the whole, masked, unfragmented text messages that `data` begins with; returns their length.

        Nearly all that clients send is such, and the library's parser is the dearest part of an event. What
        is unusual in any way is left to it, as is all that follows half a frame.
        """
        websocket = self._websocket
        if websocket.reader.buffer or self._message is not None:
            return 0
        at, end = 0, len(data)
        while end - at >= 8 and data[at] == _WHOLE_TEXT and not self._closing:
            size, head = data[at + 1] - _MASKED, at + 6
            if size == _LONG:
                size, head = data[at + 2] << 8 | data[at + 3], at + 8
            elif size == _VERY_LONG:
                break
            if not 0 <= size <= self._longest or head + size > end:
                break
            at = head + size
            self._deliver(Opcode.TEXT, apply_mask(data[head:at], data[head - 4 : head]))
        return at

    def _feed(self, data: bytes) -> None:
        websocket = self._websocket
        websocket.receive_data(data)
        for event in websocket.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Request):
                self._handshake(event)
        self._flush()
        error = websocket.parser_exc or websocket.handshake_exc
        if error is not None:
            too_large = isinstance(error, PayloadTooBig)
            self._end(Closing.TOO_LARGE if too_large else Closing.BAD_PACKET)

    def eof_received(self) -> None:
        """The peer will send no more; the transport closes itself."""
        self._end(Closing.TRANSPORT_CLOSED)

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        self._server_state.connections.discard(self)
        self._closing = True
        self._stop_timer()
        self._end(Closing.TRANSPORT_CLOSED if exc is None else Closing.TRANSPORT_ERROR)

    def pause_writing(self) -> None:
        """The transport holds more than the high water mark."""
        self._paused = True
        if self._connection is not None:
            self._connection.pause_writing()

    def resume_writing(self) -> None:
        """The transport has caught up."""
        self._paused = False
        if self._connection is not None:
            self._connection.resume_writing()

    def shutdown(self) -> None:
        """uvicorn is stopping."""
        if self._connection is not None:
            self._connection.close(Closing.DRAINING)
        self.close(Closing.DRAINING)

    # From the connection

    def buffered(self) -> int:
        """Bytes that the transport still holds."""
        return self._transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        """Reads no more until told."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Reads again."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self, closing: Closing) -> None:
        """Sends a close frame and waits shortly for the peer's; a peer that does not read is cut off."""
        self._connection = self._message = None
        self._end_probe()
        if self._closing:
            return
        self._closing = True
        self._stop_timer()
        if self._paused or self._websocket.state is CONNECTING:
            self._transport.abort()
            return
        if self._websocket.state is OPEN:
            self._websocket.send_close(closing.code, closing.value)
            self.resume_reading()
        self._flush()
        self._abort_later()

    # The handshake

    def _handshake(self, request: Request) -> None:
        try:
            gateway, opening = self._read(request)
            connection = self._find(gateway, opening)
        except Rejected as rejected:
            self._reject(rejected.status, rejected.message)
            return
        response = self._websocket.accept(request)
        self._respond(response)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return
        config = gateway.config
        self._transport.set_write_buffer_limits(high=config.high_water, low=config.high_water // 4)
        self._bound_kernel(config.high_water)
        self._websocket.max_message_size = self._longest = config.max_payload
        self._gateways = ()
        if connection is None:
            self._open(gateway, opening)
        elif connection.session.start_probe():
            connection.probe = self
            self._probing = connection
            delay = config.upgrade_timeout_ms / 1000
            self._timer = asyncio.get_running_loop().call_later(delay, self.close, Closing.TRANSPORT_CLOSED)
        else:
            # Opened all the same: a websocket that is refused looks to a client like one that never works.
            self.close(Closing.TRANSPORT_CLOSED)

    def _read(self, request: Request) -> tuple[Gateway, Opening]:
        path, _, query = request.path.partition("?")
        gateway = next((gateway for gateway in self._gateways if serves(gateway, path)), None)
        if gateway is None:
            raise Rejected(HTTPStatus.NOT_FOUND, "Nothing here")
        headers: dict[str, str] = {}
        for raw_name, value in request.headers.raw_items():
            name = raw_name.lower()
            if name in headers and name in ("host", "origin"):
                raise Rejected(HTTPStatus.BAD_REQUEST, "A header twice")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        peername = self._transport.get_extra_info("peername")
        peer = str(peername[0]) if isinstance(peername, tuple | list) else ""
        opening = read_opening(gateway, query, headers, peer)
        if opening.transport != "websocket":
            raise Rejected(HTTPStatus.BAD_REQUEST, "Transport unknown")
        return gateway, opening

    def _find(self, gateway: Gateway, opening: Opening) -> Connection | None:
        if opening.sid is None:
            return None
        connection = gateway.connections.get(opening.sid)
        if connection is None:
            raise Rejected(HTTPStatus.BAD_REQUEST, "Session ID unknown")
        return connection

    def _open(self, gateway: Gateway, opening: Opening) -> None:
        connection = gateway.open("websocket", opening.address, opening.kept())
        self._flush()
        self._connection = connection
        self.write(text_frame(connection.session.handshake()))
        connection.attach(self)

    def _reject(self, status: HTTPStatus, message: str) -> None:
        self._respond(self._websocket.reject(status, message + "\n"))

    def _respond(self, response: Response) -> None:
        self._websocket.send_response(response)
        self._flush()
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._closing = True
            self._transport.close()

    # Frames

    def _frame(self, frame: Frame) -> None:
        if self._closing:
            return
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._deliver(opcode, frame.data)
            else:
                self._kind, self._message = opcode, bytearray(frame.data)
        elif opcode is Opcode.CONT:
            assert self._message is not None
            # One buffer: a flood of empty fragments must not become a long list.
            self._message += frame.data
            if frame.fin:
                message, self._message = bytes(self._message), None
                self._deliver(self._kind, message)
        elif opcode is Opcode.CLOSE:
            self._end(Closing.TRANSPORT_CLOSED)

    def _deliver(self, opcode: Opcode, data: bytes | bytearray | memoryview) -> None:
        message: str | bytes
        if opcode is Opcode.TEXT:
            try:
                message = str(data, "utf-8")
            except UnicodeDecodeError:
                self._fail(_INVALID_UTF8, "not UTF-8")
                return
        else:
            message = bytes(data)
        if self._connection is not None:
            self._connection.receive(message)
        elif self._probing is not None:
            self._probe(self._probing, message)

    def _probe(self, connection: Connection, message: str | bytes) -> None:
        try:
            answer = connection.session.receive_probe(message)
        except ProtocolError as error:
            self._end(error.closing)
            self.close(error.closing)
            return
        if answer is not None:
            self.write(text_frame(answer))
            connection.probed()
            return
        self._stop_timer()
        self._probing, self._connection = None, connection
        connection.attach(self)

    # The end

    def _fail(self, code: int, reason: str) -> None:
        if self._websocket.state is OPEN:
            self._websocket.fail(code, reason)
        self._flush()
        self._end(Closing.BAD_PACKET)

    def _flush(self) -> None:
        """Writes what the websocket has to say itself: the response, pongs, close frames."""
        for data in self._websocket.data_to_send():
            if data:
                self.write(data)
                # Pongs too are written to a peer that may not read them.
                if self._paused and self._connection is not None and self._connection.overfull():
                    return
            else:
                self._closing = True
                self._transport.close()
                self._abort_later()

    def _bound_kernel(self, unsent: int) -> None:
        """Without this the kernel takes megabytes for a peer that does not read, before anybody here can tell."""
        plain = self._transport.get_extra_info("socket")
        if plain is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, unsent)

    def _abort_later(self) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(_CLOSE_WAIT_S, self._transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, closing: Closing) -> None:
        """Tells whoever used this wire that it is gone."""
        self._end_probe()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(closing)

    def _end_probe(self) -> None:
        probing, self._probing = self._probing, None
        if probing is not None:
            probing.probe = None
            probing.session.end_probe()
