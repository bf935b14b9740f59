"""``/livez``: the process answers. ``/readyz``: it can do its work, or why not."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from server.http.body import JsonAnswer
from server.http.services import Ready, watched_of
from server.logs import logger

CHECK_S = 0.8  # a check that takes longer is itself a reason

log = logger(__name__)
router = APIRouter(include_in_schema=False)


async def reasons(checks: Mapping[str, Ready]) -> dict[str, str]:
    """Why the server is not ready, by part; empty if it is. Checks run side by side, each in bounded time."""
    answers = await asyncio.gather(*(_reason(part, check) for part, check in checks.items()))
    return {part: why for part, why in zip(checks, answers, strict=True) if why is not None}


async def _reason(part: str, check: Ready) -> str | None:
    try:
        async with asyncio.timeout(CHECK_S):
            found = check()
            return await found if inspect.isawaitable(found) else found
    except TimeoutError:
        return "no answer in time"
    except Exception:
        log.exception("ready_check_failed", part=part)
        return "check failed"


@router.api_route("/livez", methods=["GET", "HEAD"])
async def livez() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz(request: Request) -> Response:
    """200 if this server should get new people, else 503, with the reasons.

    ``degraded`` is what is wrong without keeping rooms from going on: sending people elsewhere would not help them.
    """
    services = watched_of(request)
    why, degraded = await asyncio.gather(reasons(services.checks), reasons(services.cautions))
    return JsonAnswer({"ready": not why, "reasons": why, "degraded": degraded}, 503 if why else 200)
