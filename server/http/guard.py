"""The outermost layer: bounds what comes in, adds the security headers, answers what nobody caught, counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocols.errors import Code, Refused
from server.http.errors import answer, by_status
from server.http.headers import EVERY_ANSWER, encoded
from server.http.limits import Bounds
from server.logs import logger

log = logger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class TooSlow(Exception):
    """The body did not come in time."""


class Guard:
    """Wraps an application; ``answered(method, route, status, seconds)`` is told of every answer.

    ``streams`` says of which requests the application reads and bounds the body itself, as it comes.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bounds: Bounds | None = None,
        streams: Callable[[Scope], bool] = lambda _scope: False,
        answered: Callable[[str, str, int, float], None] | None = None,
    ) -> None:
        self._app = app
        self._bounds = bounds or Bounds()
        self._streams = streams
        self._answered = answered
        self._headers = encoded(EVERY_ANSWER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; lifespan passes through, a websocket here is refused."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = time.perf_counter()
        reply = _Reply(send, self._headers)
        try:
            await self._serve(scope, receive, reply)
        except Exception:
            log.exception("request_failed", method=_method(scope), route=_route(scope))
            if reply.status == 0:
                await answer(Refused(Code.INTERNAL))(scope, receive, reply)
            else:
                # Half an answer must not look like a whole one: the server closes the connection on this.
                raise
        finally:
            if self._answered is not None:
                self._answered(_method(scope), _route(scope), reply.status, time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        target = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
        if sum(len(name) + len(value) + 4 for name, value in headers) > self._bounds.header_bytes:
            await by_status(431, {"connection": "close"})(scope, receive, send)
            return
        if target > self._bounds.target_bytes:
            too_long = Refused(Code.TOO_LARGE, "The address is longer than allowed.")
            await answer(too_long, status=414)(scope, receive, send)
            return
        if self._streams(scope):
            await self._app(scope, receive, send)
            return

        try:
            body = await self._body(dict(headers), receive)
        except Refused as refused:
            # The rest of the body is not read, so the connection cannot be used again.
            await answer(refused, headers={"connection": "close"})(scope, receive, send)
            return
        except TooSlow:
            await by_status(408, {"connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replayed(body, receive), send)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        """The whole body; None if the peer left. Raises Refused (too_large), TooSlow."""
        length = headers.get(b"content-length", b"")
        if not length and b"transfer-encoding" not in headers:
            return b""
        if length.isdigit() and int(length[:16]) > self._bounds.body_bytes:
            raise Refused(Code.TOO_LARGE)

        body = bytearray()
        try:
            async with asyncio.timeout(self._bounds.body_s):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._bounds.body_bytes:
                        raise Refused(Code.TOO_LARGE)
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise TooSlow from None


class _Reply:
    """Sends an answer on, with the security headers that it does not set itself."""

    __slots__ = ("_headers", "_send", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = message.get("headers", [])
            named = {bytes(name).lower() for name, _ in own}
            message = {**message, "headers": [*own, *(header for header in self._headers if header[0] not in named)]}
        await self._send(message)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def _route(scope: Scope) -> str:
    """The pattern that served it: never the path itself, which would make a label for every caller."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "other"
