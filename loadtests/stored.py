"""What the database holds, read past the server: straight from the SQLite file in its data folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from loadtests.diary import digest_of, mark_of
from loadtests.evidence import Stored
from protocols.messages import Audience


class NoDatabase(Exception):
    """No file in the folder is a database with records."""


@contextmanager
def opened(data: Path) -> Iterator[sqlite3.Connection]:
    """A reading connection to the database in ``data``, or to that file. Raises NoDatabase."""
    candidates = [data] if data.is_file() else sorted(data.glob("*.sqlite*")) + sorted(data.glob("*.db"))
    for path in candidates:
        if path.name.endswith(("-wal", "-shm")):
            continue
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'records'").fetchone():
                yield connection
                return
    message = f"no database with records in {data}"
    raise NoDatabase(message)


def read(data: Path, room: str | None = None) -> list[Stored]:
    """All records, or those of one room, in order."""
    query = 'SELECT room, epoch, seq, type, audience, "user", data FROM records'
    where = " WHERE room = ?" if room is not None else ""
    with opened(data) as connection:
        rows = connection.execute(f"{query}{where} ORDER BY room, seq", (room,) if room is not None else ())
        return [_stored(row) for row in rows]


def events(data: Path, room: str, kind: str) -> list[tuple[int, str, dict[str, Any] | None]]:
    """(seq, user, data) of a room's records of one type; data None for a stub."""
    with opened(data) as connection:
        rows = connection.execute(
            'SELECT seq, "user", data FROM records WHERE room = ? AND type = ? ORDER BY seq', (room, kind)
        )
        return [(seq, user or "", _data(text)) for seq, user, text in rows]


def head(data: Path, room: str) -> int:
    """The last seq that the database holds of a room; 0 if none."""
    with opened(data) as connection:
        found: int = connection.execute("SELECT coalesce(max(seq), 0) FROM records WHERE room = ?", (room,)).fetchone()[
            0
        ]
        return found


def last_told(data: Path, room: str) -> dict[str, int]:
    """The seq of the last record that each audience was told of; 0 if there is none."""
    with opened(data) as connection:
        rows = connection.execute("SELECT audience, max(seq) FROM records WHERE room = ? GROUP BY audience", (room,))
        last: dict[str, int] = dict(rows.fetchall())
    everyone = last.get(Audience.EVERYONE, 0)
    return {Audience.EVERYONE: everyone, Audience.HOSTS: max(everyone, last.get(Audience.HOSTS, 0))}


def _data(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def _stored(row: tuple[Any, ...]) -> Stored:
    room, epoch, seq, kind, audience, user, text = row
    data = _data(text)
    return Stored(room, epoch, seq, kind, audience, user or "", mark_of(kind, data), digest_of(data))
