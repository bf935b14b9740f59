"""A way to ask the running server about its last commands: a Unix socket in the data folder, for its owner alone.

One line of JSON each way: ``{"trace": id, "room": room or null}`` -> ``[hops, …]``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from server.logs import logger
from server.trace import Hops, Trace

SOCKET_FILE = "trace.sock"
LINE = 4096  # bytes of a question
ANSWERS = 1000  # hops in one answer, the newest
WITHIN_S = 5.0  # for one question
AT_ONCE = 4

log = logger(__name__)


@asynccontextmanager
async def answering(data: Path, trace: Trace) -> AsyncIterator[None]:
    """Answers while inside. Where there can be no such socket the server goes on without."""
    try:
        listener = _listener(data)
    except OSError as error:
        log.warning("no trace for the command line", error=error.strerror)
        yield
        return
    places = asyncio.Semaphore(AT_ONCE)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(WITHIN_S), places:
                await _answer(trace, reader, writer)
        except (OSError, ValueError, TypeError, KeyError, TimeoutError, asyncio.LimitOverrunError):
            log.debug("trace not answered")
        finally:
            writer.close()

    server = await asyncio.start_unix_server(serve, sock=listener, limit=LINE)
    try:
        yield
    finally:
        server.close()
        with contextlib.suppress(OSError):
            (data / SOCKET_FILE).unlink()


async def _answer(trace: Trace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = json.loads(await reader.readline())
    room = asked["room"]
    if not isinstance(asked["trace"], str) or not (room is None or isinstance(room, str)):
        raise TypeError
    found = list(trace.find(asked["trace"], room))[-ANSWERS:]
    writer.write(json.dumps(found).encode() + b"\n")
    await writer.drain()


async def asked(data: Path, command: str, room: str | None) -> list[Hops]:
    """What the server that works in this folder remembers; nothing if none does. Raises OSError, TimeoutError."""
    if not (data / SOCKET_FILE).exists():
        return []
    with _short(data) as path:
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=1 << 24)
        except (ConnectionRefusedError, FileNotFoundError):
            return []  # it was killed, and left its socket behind
    try:
        async with asyncio.timeout(WITHIN_S):
            writer.write(json.dumps({"trace": command, "room": room}).encode() + b"\n")
            return [Hops(*each) for each in json.loads(await reader.readline() or b"[]")]
    finally:
        writer.close()


def _listener(data: Path) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        (data / SOCKET_FILE).unlink()  # of a server that was killed: this one holds the folder
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short(data) as path:
            listener.bind(path)
        listener.listen(AT_ONCE)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


@contextmanager
def _short(data: Path) -> Iterator[str]:
    """A name for the socket that fits: the system takes about a hundred characters, folders may lie deeper."""
    descriptor = os.open(data, os.O_RDONLY)
    try:
        near = Path(f"/proc/self/fd/{descriptor}")
        yield str((near if near.exists() else data) / SOCKET_FILE)
    finally:
        os.close(descriptor)
