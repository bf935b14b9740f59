"""HTTP long-polling: GET waits for messages, POST brings them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from starlette.types import Receive, Scope, Send

from protocols.closing import Closing
from protocols.engineio import decode_payload
from protocols.faults import ProtocolError
from server.gateway.request import Opening, Rejected, read_opening, serves

if TYPE_CHECKING:
    from server.gateway.connection import Connection
    from server.gateway.gateway import Gateway

log = structlog.get_logger("showfloor.gateway")


class PollingEndpoint:
    """An ASGI app for one gateway's path."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._posting: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        exchange = _Exchange(self._gateway, scope, receive, send)
        try:
            await self._answer(exchange)
        except Rejected as rejected:
            await exchange.respond(rejected.status, rejected.message.encode())
        except _Gone:
            return

    async def _answer(self, exchange: _Exchange) -> None:
        gateway, method = self._gateway, exchange.method
        if not serves(gateway, exchange.path):
            raise Rejected(HTTPStatus.NOT_FOUND, "Nothing here")
        if method == "OPTIONS":
            await exchange.preflight()
            return
        opening = read_opening(gateway, exchange.query, exchange.headers, exchange.peer)
        if opening.transport != "polling":
            raise Rejected(HTTPStatus.BAD_REQUEST, "Transport unknown")
        if opening.sid is None:
            await self._open(exchange, opening)
            return
        if method == "GET":
            farewell = gateway.take_farewell(opening.sid)
            if farewell is not None:
                await exchange.respond(HTTPStatus.OK, farewell)
                return
        connection = self._find(opening.sid)
        if method == "GET":
            await self._poll(exchange, connection)
        elif method == "POST":
            await self._post(exchange, connection)
        else:
            raise Rejected(HTTPStatus.BAD_REQUEST, "Bad method")

    async def _open(self, exchange: _Exchange, opening: Opening) -> None:
        if exchange.method != "GET":
            raise Rejected(HTTPStatus.BAD_REQUEST, "Bad handshake method")
        connection = self._gateway.open("polling", opening.address, opening.kept())
        await exchange.respond(HTTPStatus.OK, connection.session.handshake())

    def _find(self, sid: str) -> Connection:
        connection = self._gateway.connections.get(sid)
        if connection is not None:
            # The clock may be a moment behind what a peer can tell.
            connection.tick(self._gateway.now())
        if connection is None or connection.closing is not None:
            raise Rejected(HTTPStatus.BAD_REQUEST, "Session ID unknown")
        if connection.session.transport != "polling":
            raise Rejected(HTTPStatus.BAD_REQUEST, "Session has another transport")
        return connection

    async def _poll(self, exchange: _Exchange, connection: Connection) -> None:
        try:
            answer = connection.poll()
        except ProtocolError:
            raise Rejected(HTTPStatus.BAD_REQUEST, "Two polls at a time") from None
        if isinstance(answer, asyncio.Future):
            if not await exchange.wait_for(answer):
                connection.close(Closing.TRANSPORT_CLOSED)
                return
            final = answer.result()
            answer = connection.take() if final is None else final
        await exchange.respond(HTTPStatus.OK, answer)

    async def _post(self, exchange: _Exchange, connection: Connection) -> None:
        sid = connection.session.sid
        if sid in self._posting:
            connection.close(Closing.BAD_PACKET)
            raise Rejected(HTTPStatus.BAD_REQUEST, "Two posts at a time")
        self._posting.add(sid)
        try:
            await self._take_body(exchange, connection)
        finally:
            self._posting.discard(sid)
        if connection.closing not in (None, Closing.CLIENT_LEFT, Closing.DRAINING):
            raise Rejected(HTTPStatus.BAD_REQUEST, "Session closed")
        await exchange.respond(HTTPStatus.OK, b"ok")

    async def _take_body(self, exchange: _Exchange, connection: Connection) -> None:
        try:
            async with asyncio.timeout(self._gateway.config.body_timeout_ms / 1000):
                body = await exchange.body(self._gateway.config.max_payload)
        except TimeoutError:
            connection.close(Closing.TRANSPORT_ERROR)
            raise Rejected(HTTPStatus.REQUEST_TIMEOUT, "Body too slow") from None
        except _Gone:
            connection.close(Closing.TRANSPORT_ERROR)
            raise
        except Rejected:
            connection.close(Closing.TOO_LARGE)
            raise
        try:
            packets = decode_payload(body)
        except ProtocolError as error:
            connection.close(error.closing)
            return
        if connection.session.transport != "polling":
            raise Rejected(HTTPStatus.BAD_REQUEST, "Session has another transport")
        for packet in packets:
            connection.receive(packet)
        # While commands are unanswered the client is kept from sending more.
        await connection.readable()


class _Gone(Exception):
    """The client went away in the middle of its request."""


class _Exchange:
    """One request and its response."""

    def __init__(self, gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: str = scope["query_string"].decode("latin-1")
        client = scope.get("client")
        self.peer: str = client[0] if client else ""
        self.headers: Mapping[str, str] = _headers(scope)

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises Rejected if it is over the limit."""
        length = self.headers.get("content-length", "")
        too_large = Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Body too large")
        if length.isdecimal() and int(length[:12]) > limit:
            raise too_large
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += message.get("body", b"")
            if len(body) > limit:
                raise too_large
            if not message.get("more_body", False):
                return bytes(body)

    async def wait_for(self, answer: asyncio.Future[bytes | None]) -> bool:
        """Waits for the answer; False if the client goes away first."""
        gone = asyncio.ensure_future(self._disconnected())
        try:
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        return answer.done()

    async def _disconnected(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def preflight(self) -> None:
        """OPTIONS: what a page of another origin may do."""
        await self.respond(
            HTTPStatus.NO_CONTENT,
            b"",
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"content-type"),
            (b"access-control-max-age", b"600"),
        )

    async def respond(self, status: HTTPStatus, body: bytes, *extra: tuple[bytes, bytes]) -> None:
        """The response; a page of an allowed other origin may read it."""
        headers = [
            (b"content-type", b"text/plain; charset=UTF-8"),
            (b"cache-control", b"no-store"),
            (b"vary", b"Origin"),
            *extra,
        ]
        if status != HTTPStatus.NO_CONTENT:
            headers.append((b"content-length", str(len(body)).encode()))
        if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT):
            headers.append((b"connection", b"close"))
        origin, host = self.headers.get("origin"), self.headers.get("host")
        origins = self._gateway.origins
        if origin is not None and origins.foreign(origin, host) and origins.allow(origin, host):
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        await self._send({"type": "http.response.start", "status": int(status), "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
