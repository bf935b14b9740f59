"""Every error as ``{"error": {code, message, retry}}``; an exception's text never leaves the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from protocols.errors import MEANINGS, Code, Refused
from server.http.body import JsonAnswer
from server.logs import logger

log = logger(__name__)

# Answers an address that is not there with a page, where whoever asks is a person with a browser.
Lost = Callable[[Request], Awaitable[Response | None]]

FIELD_LENGTH = 80  # characters of a field's path that are told back

# What the framework itself refuses.
BY_STATUS = {
    400: (Code.INVALID, "The request's body cannot be read."),
    401: (Code.UNAUTHORIZED, None),
    403: (Code.FORBIDDEN, None),
    404: (Code.NOT_FOUND, None),
    405: (Code.INVALID, "This address does not take this method."),
    406: (Code.INVALID, None),
    408: (Code.UNAVAILABLE, "The request came too slowly."),
    413: (Code.TOO_LARGE, None),
    415: (Code.INVALID, "The body must be application/json."),
    431: (Code.TOO_LARGE, "The request's headers are larger than allowed."),
}


class ErrorBody(BaseModel):
    """What went wrong: ``code`` for programs, ``message`` for people, ``retry`` if it may work later."""

    model_config = ConfigDict(title="Error")

    code: Code
    message: str
    retry: bool
    retry_after_ms: int | None = Field(None, description="How long to wait, where known.")


class ErrorAnswer(BaseModel):
    """The body of every answer that is not a success."""

    error: ErrorBody


def answer(refused: Refused, *, status: int | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """The HTTP answer to a refusal; the status is the code's own unless another is given."""
    sent = dict(headers or {})
    if refused.retry_after_ms is not None:
        sent["retry-after"] = str(-(-refused.retry_after_ms // 1000))
    if refused.code in {Code.UNAUTHORIZED, Code.EXPIRED, Code.REVOKED}:
        sent.setdefault("www-authenticate", "Bearer")
    return JsonAnswer({"error": refused.as_wire()}, status or MEANINGS[refused.code].status, sent)


def by_status(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to what the framework refused with this status."""
    code, message = BY_STATUS.get(status, (Code.INVALID if status < 500 else Code.INTERNAL, None))
    return answer(Refused(code, message), status=status, headers=headers)


def described(error: RequestValidationError) -> Refused:
    """The first fault of a request as ``place.field: what is wrong``, without what was sent."""
    errors = error.errors()
    if not errors:
        return Refused(Code.INVALID)
    first = errors[0]
    if first["type"] == "json_invalid":
        return Refused(Code.INVALID, "The body is not JSON that every peer reads in the same way.")
    place = [str(part) for part in first["loc"] if part not in {"body", "query", "path", "header"}]
    field = "".join(char if char.isprintable() else "?" for char in ".".join(place))
    # Unprintable holds lone surrogates too, which have no UTF-8.
    what = str(first["msg"]).removeprefix("Value error, ")
    return Refused(Code.INVALID, f"{field[:FIELD_LENGTH] or 'request'}: {what}")


async def on_refused(_request: Request, error: Exception) -> Response:
    """Refused, from wherever."""
    assert isinstance(error, Refused)
    return answer(error)


async def on_invalid(_request: Request, error: Exception) -> Response:
    """A path, query or body that does not fit its model."""
    assert isinstance(error, RequestValidationError)
    return answer(described(error))


async def on_status(_request: Request, error: Exception) -> Response:
    """What the framework refuses: unknown addresses, other methods."""
    assert isinstance(error, HTTPException)
    return by_status(error.status_code, error.headers)


async def on_store(_request: Request, error: Exception) -> Response:
    """The database cannot be had: nothing was stored, and later it may work."""
    log.warning("database_away", error=type(error).__name__)
    return answer(Refused(Code.UNAVAILABLE))


async def on_fault(_request: Request, _error: Exception) -> Response:
    """Our own fault; the guard logs it."""
    return answer(Refused(Code.INTERNAL))


def install(app: FastAPI, lost: Lost | None = None) -> None:
    """Answer every error of this application in the one shape, but for what ``lost`` has a page for."""

    async def on_nothing_here(request: Request, error: Exception) -> Response:
        page = None
        if lost is not None and _status(error) == MEANINGS[Code.NOT_FOUND].status:
            page = await lost(request)
        if page is not None:
            return page
        return await (on_refused if isinstance(error, Refused) else on_status)(request, error)

    app.add_exception_handler(Refused, on_nothing_here)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_nothing_here)
    app.add_exception_handler(SQLAlchemyError, on_store)
    app.add_exception_handler(Exception, on_fault)


def _status(error: Exception) -> int:
    if isinstance(error, Refused):
        return MEANINGS[error.code].status
    return error.status_code if isinstance(error, HTTPException) else 500
