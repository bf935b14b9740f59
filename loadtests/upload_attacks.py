"""What those send who mean a server of photos ill: files that are no photos, and requests that lie.

Each has a name and the answers that are right. ``Watch`` looks at the memory of the server and its decoders meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from PIL import Image

from loadtests.serving import Serving, memory_of

MEGABYTE = 1024 * 1024
EVERY_S = 0.05


def files(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Files that are no photos, by name; ``whole`` is one."""
    yield "a bomb of 50,000 × 50,000 pixels", _png(50_000, zlib_of(100))
    yield "a photo that says it has 65,000 × 65,000 pixels", sized(whole, 65_000)
    yield "a note that unpacks to 200 MB", _png(64, zlib.compress(bytes(64 * 193)), zlib_of(200))
    yield "half a photo", whole[: len(whole) // 2]
    yield "a photo and an archive", whole + b"PK\x03\x04" + bytes(100) + b"PK\x05\x06" + bytes(18)
    yield "a photo and a page", whole + b"<html><script>alert(1)</script></html>"
    yield "a drawing", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    entities = b"<!DOCTYPE svg [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>"
    yield "a drawing of drawings", b"<?xml version='1.0'?>" + entities + b"<svg>&b;</svg>"
    yield "a film", moving("PNG")
    yield "an animated GIF", moving("GIF")
    yield "one pixel", picture("PNG", 1)
    yield "a head and nothing behind it", b"\x89PNG\r\n\x1a\n"
    yield "an empty box", struct.pack(">I", 8) + b"ftypheic"
    yield "noise behind a photo's first bytes", b"\xff\xd8\xff\xe0" + os.urandom(200_000)
    yield "noise", os.urandom(200_000)
    yield "a page", b"<!doctype html><script>alert(1)</script>" * 100


def sized(photo: bytes, side: int) -> bytes:
    """The JPEG with another size in its head."""
    at = photo.index(b"\xff\xc0") + 5
    return photo[:at] + struct.pack(">HH", side, side) + photo[at + 4 :]


def picture(kind: str, side: int) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (side, side)).save(out, kind)
    return out.getvalue()


def moving(kind: str) -> bytes:
    """Two pictures in one."""
    out = io.BytesIO()
    first, second = (Image.new("RGB", (64, 64), color) for color in ("red", "blue"))
    first.save(out, kind, save_all=True, append_images=[second], duration=100)
    return out.getvalue()


def zlib_of(megabytes: int) -> bytes:
    """So many megabytes of zeros, packed."""
    packing = zlib.compressobj(1)
    return b"".join(packing.compress(bytes(1_000_000)) for _ in range(megabytes)) + packing.flush()


def _png(side: int, pixels: bytes, note: bytes | None = None) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    text = b"" if note is None else chunk(b"zTXt", b"Comment\0\0" + note)
    return b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@dataclass(frozen=True, slots=True)
class Lie:
    """A request that is not what it says; ``right`` are the statuses that it may be answered with."""

    name: str
    method: str
    path: str
    right: tuple[int, ...]
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def lies(upload: str, photo: str, size: int) -> Iterator[Lie]:
    """Requests about an upload of ``size`` bytes that was just begun, and about a photo; paths are within the room."""
    at = f"/uploads/{upload}"
    octets = bytes(100)

    def piece(name: str, offset: str, right: tuple[int, ...], body: bytes = octets, **more: str) -> Lie:
        headers = (("upload-offset", offset), *((each.replace("_", "-"), value) for each, value in more.items()))
        return Lie(name, "PATCH", at, right, headers, body)

    yield piece("an offset ahead", "1000", (409,))
    yield piece("an offset below nothing", "-1", (422,))
    yield piece("an offset beyond all numbers", "9" * 40, (422,))
    yield piece("an offset that is none", "0x10", (422,))
    yield Lie("no offset", "PATCH", at, (422,), (), octets)
    yield piece("more than was announced", "0", (413,), bytes(size + 1))
    yield piece("a length beyond the bound", "0", (413,), octets, content_length=str(10**12))
    yield piece("a length that is none", "0", (400, 413), octets, content_length="-5")
    yield piece("two lengths", "0", (400, 413), octets, content_length="5, 6")
    chunks = b"".join(b"10000\r\n" + bytes(65_536) + b"\r\n" for _ in range(40)) + b"0\r\n\r\n"
    yield piece("a stream without a length", "0", (413,), chunks, transfer_encoding="chunked")
    for length in ("0", "-1", str(10**12), '"7"', "1e3"):
        body = f'{{"size": {length}}}'.encode()
        json = (("content-type", "application/json"),)
        yield Lie(f"a file of {length} bytes", "POST", "/uploads", (413, 422), json, body)
    for path in (
        "/uploads/..%2f..%2flog.sqlite",
        "/uploads/%2e%2e/%2e%2e/photos",
        f"/uploads/{upload}%00",
        "/photos/..%2f..%2f..%2fserver.log/640.webp?for=everyone&until=9999999999&sign=00",
        f"/photos/{photo}/640.webp/../../../../log.sqlite?for=everyone&until=9999999999&sign=00",
    ):
        yield Lie(f"the path {path.split('?')[0][-40:]}", "GET", path, (403, 404, 405, 422))
    for query in (
        "for=hosts&until=9999999999&sign=00",
        "for=everyone&until=-1&sign=00",
        "for=nobody&until=1&sign=",
        "",
    ):
        yield Lie(
            f"an address of one's own making, {query[:12]}", "GET", f"/photos/{photo}/640.webp?{query}", (403, 422)
        )


class Line:
    """One connection to a server, on which anything can be written."""

    def __init__(self, server: Serving, room: str, token: str) -> None:
        self._address = urlsplit(server.url)
        self._base = f"/api/v1/rooms/{room}"
        self._token = token

    async def answer(self, lie: Lie, within: float = 20.0) -> int:
        """The status that it is answered with; 0 if the line is closed without one. Raises TimeoutError."""
        reader, writer = await self._open()
        writer.write(self._head(lie) + lie.body)
        try:
            return await asyncio.wait_for(_status(reader), within)
        finally:
            writer.transport.abort()

    async def trickle(self, path: str, size: int, every_s: float, within: float) -> tuple[int, float]:
        """Send a piece a byte at a time: what the server says to it, and after how many seconds."""
        reader, writer = await self._open()
        lie = Lie("", "PATCH", path, (), (("upload-offset", "0"), ("content-length", str(size))))
        writer.write(self._head(lie))
        began = time.monotonic()
        answered = asyncio.ensure_future(_status(reader))
        try:
            while not answered.done() and time.monotonic() - began < within:
                with contextlib.suppress(ConnectionError):
                    writer.write(b"x")
                await asyncio.wait({answered}, timeout=every_s)
            return (answered.result() if answered.done() else -1), time.monotonic() - began
        finally:
            answered.cancel()
            writer.transport.abort()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._address.hostname, self._address.port)

    def _head(self, lie: Lie) -> bytes:
        headers = dict(lie.headers)
        if lie.method != "GET" and not {"content-length", "transfer-encoding"} & headers.keys():
            headers["content-length"] = str(len(lie.body))
        lines = [f"{lie.method} {self._base}{lie.path} HTTP/1.1", f"host: {self._address.netloc}"]
        lines += [f"authorization: Bearer {self._token}", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _status(reader: asyncio.StreamReader) -> int:
    try:
        line = await reader.readline()
    except ConnectionError:
        return 0
    return int(line.split()[1]) if line.startswith(b"HTTP/1.1 ") else 0


class Watch:
    """The most that a process and its children held, in bytes, while it was watched."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.before = memory_of(pid)
        self.server = self.before
        self.children = 0  # all together
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._looking is not None
        self._looking.cancel()
        await asyncio.wait({self._looking})

    @property
    def growth(self) -> int:
        """How much more the process itself held than before."""
        return self.server - self.before

    async def _look(self) -> None:
        while True:
            self.server = max(self.server, memory_of(self._pid))
            self.children = max(self.children, sum(map(_held, children(self._pid))))
            await asyncio.sleep(EVERY_S)


def children(pid: int) -> list[int]:
    """The processes that it started and that are there now."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def _held(pid: int) -> int:
    try:
        return memory_of(pid)
    except (OSError, StopIteration):
        return 0  # gone meanwhile
