"""JSON in and out: bodies are read as strictly as packets are, answers never depend on a locale."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from protocols import strict_json
from protocols.faults import BadJson

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonAnswer(Response):
    """A JSON answer, from plain values or from JSON that is made already."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return content if isinstance(content, bytes) else orjson.dumps(content)


class StrictRequest(Request):
    """A request whose JSON body has no NaN, no key twice, no lone surrogate and no depth without end."""

    async def json(self) -> Any:
        body = await self.body()
        try:
            return strict_json.load(body.decode("utf-8"))
        except (BadJson, UnicodeDecodeError):
            # The framework knows this one, and answers it as a fault of the request.
            raise json.JSONDecodeError("not strict JSON", "", 0) from None


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict
