"""``/metrics`` for Prometheus, behind a bearer token if one is set."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from starlette.responses import Response

from protocols.errors import Code, Refused
from server.http.callers import bearer
from server.http.services import watched_of

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """All metrics of this process."""
    services = watched_of(request)
    wanted = services.settings.metrics_token
    if wanted is not None:
        given = bearer(request.headers.get("authorization")) or ""
        # As bytes: a comparison of texts refuses anything but ASCII.
        if not hmac.compare_digest(given.encode(), wanted.get_secret_value().encode()):
            raise Refused(Code.UNAUTHORIZED, "The metrics ask for their own bearer token.")
    text = services.metrics.text()
    return Response(text, media_type=services.metrics.content_type)
