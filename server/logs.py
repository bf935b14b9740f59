"""Log lines: structured, on standard error, and without personal data.

A line names rooms, codes, counts and durations. What says who somebody is, or what they said, is
replaced before it is written, also when a caller slips.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from server.config import LogFormat, LogLevel

REDACTED = "[left out]"
PERSONAL = frozenset(
    {
        "address",
        "authorization",
        "body",
        "client",
        "cookie",
        "data",
        "device",
        "email",
        "headers",
        "ip",
        "key",
        "link",
        "name",
        "nickname",
        "password",
        "phone",
        "query",
        "query_string",
        "secret",
        "text",
        "token",
        "url",
        "user",
        "user_agent",
    }
)
# Its lines hold addresses and query strings; what is worth knowing of requests is in the metrics.
SILENT = ("uvicorn.access",)
# Chatty below a warning, and nothing in it that our own lines do not say.
QUIET = ("asyncio", "aiosqlite", "alembic", "sqlalchemy")


def left_out(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace the values of fields that hold personal data or secrets."""
    for field in PERSONAL & event.keys():
        event[field] = REDACTED
    return event


def without_messages(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An exception as its type and places in the code; its message may quote what a person sent."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["exception"] = info[0].__name__
        event["at"] = _places(info[2])
    return event


def without_arguments(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """What asyncio says of a fault nobody caught, without the futures, callbacks and peers that it quotes."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0].partition("(")[0]
    return event


def _places(traceback: Any, deepest: int = 12) -> list[str]:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-deepest:]


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        left_out,
        without_messages,
        without_arguments,
    ]


# At once, not by configure(): what structlog does by default prints all local variables beside an exception.
structlog.configure(
    processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)


def configure(level: LogLevel, form: LogFormat, stream: TextIO | None = None) -> None:
    """Send our own lines and those of libraries through one chain to ``stream`` (standard error)."""
    stream = stream or sys.stderr
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in SILENT:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).disabled = True
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in ("uvicorn", "uvicorn.error"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one part of the server; its name stands on each line."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound
