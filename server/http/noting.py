"""Noting in the audit what callers did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from server.http.callers import Caller
from server.http.services import services_of
from server.logs import logger

log = logger(__name__)


async def note_act(
    request: Request,
    caller: Caller,
    action: str,
    target: str,
    *,
    shop: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note what has just been done. It is done, so without a database the answer is still that it is."""
    try:
        await services_of(request).audit.note(caller, action, target, shop=shop, details=details)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("act_not_noted", action=action, target=target, error=type(error).__name__)
