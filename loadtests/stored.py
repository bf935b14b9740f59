"""What the database holds, read past the server: straight from its SQLite file, or from PostgreSQL.

A ``Place`` is the data folder of the SQLite file, the file itself, or the address of a PostgreSQL.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import asyncpg  # type: ignore[import-untyped]
import orjson

from loadtests.diary import digest_of, mark_of
from loadtests.evidence import Stored
from protocols.messages import Audience

Place = Path | str
Rows = list[tuple[Any, ...]]
CONNECT_S = 10.0


class NoDatabase(Exception):
    """No file in the folder is a database with records, or the PostgreSQL does not answer."""


def rows(place: Place, query: str, values: Sequence[Any] = ()) -> Rows:
    """What a query finds; ``?`` stands for each value. Raises NoDatabase."""
    if isinstance(place, Path):
        return _of_file(place, query, values)
    # In a thread, for where this is called a loop may run already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _of_server(place, query, values)).result()


def _of_file(place: Path, query: str, values: Sequence[Any]) -> Rows:
    candidates = [place] if place.is_file() else sorted(place.glob("*.sqlite*")) + sorted(place.glob("*.db"))
    for path in candidates:
        if path.name.endswith(("-wal", "-shm")):
            continue
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'records'").fetchone():
                return connection.execute(query, values).fetchall()
    message = f"no database with records in {place}"
    raise NoDatabase(message)


async def _of_server(url: str, query: str, values: Sequence[Any]) -> Rows:
    head, *rest = query.split("?")
    numbered = head + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", "", 1), timeout=CONNECT_S)
    except (OSError, asyncpg.PostgresError) as error:
        message = f"the database does not answer: {error}"
        raise NoDatabase(message) from error
    try:
        return cast(Rows, [tuple(row) for row in await connection.fetch(numbered, *values)])
    finally:
        await connection.close()


def read(place: Place, room: str | None = None) -> list[Stored]:
    """All records, or those of one room, in order."""
    query = 'SELECT room, epoch, seq, type, audience, "user", data FROM records'
    where = " WHERE room = ?" if room is not None else ""
    values = (room,) if room is not None else ()
    return [_stored(row) for row in rows(place, f"{query}{where} ORDER BY room, seq", values)]


def events(place: Place, room: str, kind: str) -> list[tuple[int, str, dict[str, Any] | None]]:
    """(seq, user, data) of a room's records of one type; data None for a stub."""
    found = rows(place, 'SELECT seq, "user", data FROM records WHERE room = ? AND type = ? ORDER BY seq', (room, kind))
    return [(seq, user or "", _data(text)) for seq, user, text in found]


def head(place: Place, room: str) -> int:
    """The last seq that the database holds of a room; 0 if none."""
    found: int = rows(place, "SELECT coalesce(max(seq), 0) FROM records WHERE room = ?", (room,))[0][0]
    return found


def times(place: Place, room: str) -> list[tuple[int, int]]:
    """(seq, time in ms) of a room's records, in order."""
    return [(seq, at) for seq, at in rows(place, "SELECT seq, at FROM records WHERE room = ? ORDER BY seq", (room,))]


def last_told(place: Place, room: str) -> dict[str, int]:
    """The seq of the last record that each audience was told of; 0 if there is none."""
    query = "SELECT audience, max(seq) FROM records WHERE room = ? GROUP BY audience"
    last: dict[str, int] = dict(rows(place, query, (room,)))
    everyone = last.get(Audience.EVERYONE, 0)
    return {Audience.EVERYONE: everyone, Audience.HOSTS: max(everyone, last.get(Audience.HOSTS, 0))}


def _data(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def _stored(row: tuple[Any, ...]) -> Stored:
    room, epoch, seq, kind, audience, user, text = row
    data = _data(text)
    return Stored(room, epoch, seq, kind, audience, user or "", mark_of(kind, data), digest_of(data))
