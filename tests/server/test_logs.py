import asyncio
import gc
import io
import json
import logging
from collections.abc import Iterator

import pytest

from server.config import LogFormat, LogLevel
from server.logs import REDACTED, configure, logger


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    access = logging.getLogger("uvicorn.access")
    disabled = access.disabled
    library = logging.getLogger("uvicorn.error")
    quiet = library.level
    library.setLevel(logging.NOTSET)  # other tests turn it down
    stream = io.StringIO()
    configure(LogLevel.INFO, LogFormat.JSON, stream)
    yield stream
    root.handlers[:], access.disabled = handlers, disabled
    root.setLevel(level)
    library.setLevel(quiet)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_area(stream: io.StringIO) -> None:
    logger("gateway").info("drained", room="r1", took_ms=12)
    (line,) = lines(stream)
    assert line.pop("timestamp")
    assert line == {"event": "drained", "logger": "gateway", "level": "info", "room": "r1", "took_ms": 12}


def test_who_somebody_is_and_what_they_said_is_left_out(stream: io.StringIO) -> None:
    logger("http").warning("slip", name="小王", text="hello-8817", token="t-8817", address="10.1.2.3", code="invalid")
    (line,) = lines(stream)
    assert line["code"] == "invalid"
    assert {line[field] for field in ("name", "text", "token", "address")} == {REDACTED}


def test_an_exception_is_told_without_its_message(stream: io.StringIO) -> None:
    try:
        raise ValueError("what a person wrote: canary-8817")
    except ValueError:
        logger("http").exception("request failed", route="/x")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    own, library = lines(stream)
    assert own["exception"] == library["exception"] == "ValueError"
    assert "test_logs.py" in str(own["at"])
    assert "canary-8817" not in stream.getvalue()


def test_below_the_level_nothing_is_written_and_requests_never(stream: io.StringIO) -> None:
    logger("http").debug("detail")
    logging.getLogger("uvicorn.access").info('10.1.2.3:1 - "GET /?token=x HTTP/1.1" 200')
    assert stream.getvalue() == ""


def test_the_console_form_is_for_people() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure(LogLevel.WARNING, LogFormat.CONSOLE, stream)
        logger("store").warning("behind", lag=3)
        logger("store").info("not this")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        assert "behind" in stream.getvalue()
    assert "lag=3" in stream.getvalue()
    assert "not this" not in stream.getvalue()


async def test_what_asyncio_says_of_a_fault_quotes_nothing(stream: io.StringIO) -> None:
    loop = asyncio.get_running_loop()

    async def fails() -> None:
        raise ValueError("canary-4471")

    def callback(text: str) -> None:
        raise ValueError(text)

    task = loop.create_task(fails(), name="canary-4471")
    await asyncio.wait([task])
    del task
    gc.collect()
    loop.call_soon(callback, "canary-4471")
    await asyncio.sleep(0)
    logging.getLogger("asyncio").error(
        "Fatal error on transport\nprotocol: <canary-4471>\ntransport: <('canary-4471', 1)>"
    )
    assert [line["event"] for line in lines(stream)] == [
        "Task exception was never retrieved",
        "Exception in callback test_what_asyncio_says_of_a_fault_quotes_nothing.<locals>.callback",
        "Fatal error on transport",
    ]
    assert "canary-4471" not in stream.getvalue()
