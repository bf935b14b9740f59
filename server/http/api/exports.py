"""A room's whole log as a file, streamed: CSV for spreadsheets, JSON for programs.

Ballots bear a pseudonym instead of their voter: the same voter has the same one in one room, and
another in the next. What was erased is an empty row.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import hmac
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Record
from server.http.api.fields import PREFIX, RoomPath
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, asks_again, host_of
from server.http.services import services_of
from server.identity import derived_key

router = APIRouter(prefix=PREFIX, tags=["export"], route_class=StrictRoute)

ASK_AGAIN_S = 0.5  # between looks whether the reader is still a host here
EXPORTS_AT_ONCE = 4  # each reads the database for as long as its reader takes
COLUMNS = ("seq", "time", "type", "audience", "user", "name", "role", "guest", "via", "shop", "text", "data")
# A spreadsheet takes a cell that begins with one of these for a formula; the full-width forms too.
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Without it Excel takes UTF-8 for the system's own encoding, and shows Chinese as noise.
BYTE_ORDER_MARK = "\ufeff"

Chunks = AsyncIterator[Sequence[Record]]
Author = Callable[[Record], By | None]


class Slots:
    """At most so many at once, and with ``each`` of one person; beyond, overloaded."""

    def __init__(self, count: int, of: str = "exports", *, each: int | None = None) -> None:
        self._count = self._free = count
        self._of = of
        self._each = each
        self._whose: Counter[str] = Counter()

    def statistics(self) -> Mapping[str, float]:
        """How many are under way."""
        return {"running": self._count - self._free}

    def take(self, whose: str = "") -> None:
        """Raises Refused: overloaded."""
        if self._free == 0 or (self._each is not None and self._whose[whose] >= self._each):
            raise Refused(Code.OVERLOADED, f"Too many {self._of} at once; try again shortly.", retry_after_ms=5_000)
        self._free -= 1
        self._whose[whose] += 1

    def give(self, whose: str = "") -> None:
        """Free one again."""
        self._free += 1
        self._whose[whose] -= 1
        if not self._whose[whose]:
            del self._whose[whose]


def authors(secret: str, room: str) -> Author:
    """Who is named beside a record: its author, or a pseudonym for what only the server knows."""
    key = derived_key(secret, f"voters {room}")

    def author(record: Record) -> By | None:
        if record.by is None or record.audience is not Audience.NOBODY:
            return record.by
        digest = hmac.new(key, record.by.id.encode(), hashlib.sha256).hexdigest()
        return By(
            f"voter-{digest[:16]}", "", record.by.role, guest=record.by.guest, via=record.by.via, shop=record.by.shop
        )

    return author


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs, whatever people wrote."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell


def _said(record: Record) -> dict[str, Any] | None:
    return None if record.data is None else record.data.exported()


def row(record: Record, author: Author) -> list[str]:
    """One record as the cells of COLUMNS."""
    by = author(record)
    data = _said(record) or {}
    # What a poll asks; for a question from the audience this is its id.
    asks = data.get("question") if "poll" in data else data.get("answer")
    text = data.pop("text", None) or asks
    time = datetime.fromtimestamp(record.at / 1000, UTC)
    cells = [
        str(record.seq),
        f"{time:%Y-%m-%d %H:%M:%S}",
        record.type,
        record.audience.value,
        by.id if by else "",
        by.name if by else "",
        by.role.value if by else "",
        "yes" if by and by.guest else "",
        (by.via or "") if by else "",
        (by.shop or "") if by else "",
        str(text or ""),
        orjson.dumps(data).decode() if data else "",
    ]
    return [harmless(cell) for cell in cells]


async def as_csv(chunks: Chunks, author: Author) -> AsyncIterator[bytes]:
    """The file in pieces."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow(COLUMNS)
    yield _taken(buffer)
    async for chunk in chunks:
        writer.writerows(row(record, author) for record in chunk)
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    # A lone surrogate in an old log must not end the file half-way.
    return text.encode("utf-8", "replace")


async def as_json(chunks: Chunks, author: Author, head: dict[str, Any]) -> AsyncIterator[bytes]:
    """One object: what ``head`` says, and ``events``."""
    yield orjson.dumps(head)[:-1] + b',"events":['
    first = True
    async for chunk in chunks:
        for record in chunk:
            by = author(record)
            event = {
                "seq": record.seq,
                "at": record.at,
                "type": record.type,
                "audience": record.audience,
                "by": None if by is None else by.as_wire(),
                "data": _said(record),
            }
            yield (b"" if first else b",") + b"\n" + orjson.dumps(event)
            first = False
    yield b"\n]}\n"


@router.get("/rooms/{room}/export.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_csv(request: Request, room: RoomPath, caller: KnownCaller) -> Response:
    """All of a room as a spreadsheet. Needs an API key or the room's host."""
    chunks, author, _ = await _asked(request, room, caller)
    return _file(request, as_csv(chunks, author), "text/csv; charset=utf-8", f"{room}.csv")


@router.get(
    "/rooms/{room}/export.json", response_class=Response, responses={200: {"content": {"application/json": {}}}}
)
async def export_json(request: Request, room: RoomPath, caller: KnownCaller) -> Response:
    """All of a room as JSON. Needs an API key or the room's host."""
    chunks, author, head = await _asked(request, room, caller)
    return _file(request, as_json(chunks, author, head), "application/json", f"{room}.json")


async def _asked(request: Request, room: str, caller: KnownCaller) -> tuple[Chunks, Author, dict[str, Any]]:
    await host_of(request, caller, room)
    services = services_of(request)
    live = (await services.directory.open(room)).live
    position = {"epoch": live.position.epoch, "seq": live.position.seq}
    head = {"room": room, "title": live.room.title, "position": position}
    # What was rehearsed is gone, and what prepared the room says nothing of the show.
    begins = max(0, live.room.cleared_at - 1)
    author = authors(services.settings.secret.get_secret_value(), room)
    return _while_allowed(request, room, services.history.export(room, begins)), author, head


async def _while_allowed(request: Request, room: str, chunks: Chunks) -> Chunks:
    """The same, broken off when whoever asked may have it no longer: a reader may take minutes. Raises Refused."""
    loop = asyncio.get_running_loop()
    asked = loop.time()
    async for chunk in chunks:
        if loop.time() - asked >= ASK_AGAIN_S:
            await host_of(request, await asks_again(request), room)
            asked = loop.time()
        yield chunk


def _file(request: Request, pieces: AsyncIterator[bytes], kind: str, name: str) -> Response:
    slots: Slots = request.app.state.exports
    slots.take()
    # Room ids have no character that could end the quotes.
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return _Streamed(pieces, slots, media_type=kind, headers=headers)


class _Streamed(StreamingResponse):
    """Gives its slot back at the end, however it comes: sent, broken off, or never begun."""

    def __init__(self, pieces: AsyncIterator[bytes], slots: Slots, **options: Any) -> None:
        super().__init__(pieces, **options)
        self._slots = slots

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._slots.give()
