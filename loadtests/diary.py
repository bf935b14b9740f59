"""A diary: everything one client did and saw, in the order in which it happened.

The checker judges from diaries and the database alone, so nothing here asks the server what it thinks it did.
A command's *mark* is its id; a chat message says its mark as the first word of its text (``#id …``), so that it can be
found again in what others were told and in what was stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

TIMEOUT = "timeout"  # the code of an answer that never came


class Opened(NamedTuple):
    """A connection stands; connections of a client are counted from 1."""

    at: float
    connection: int
    transport: str


class Ended(NamedTuple):
    """A connection is gone."""

    at: float
    connection: int
    reason: str


class Sent(NamedTuple):
    """A command left; the same id again has a higher ``attempt``, 0 is one that waits for a connection."""

    at: float
    connection: int
    id: str
    type: str
    room: str
    attempt: int


class Answered(NamedTuple):
    """The last word on a command: ok with its position, or an error code (``timeout`` if none came)."""

    at: float
    connection: int
    id: str
    ok: bool
    epoch: str
    seq: int
    code: str


class Joined(NamedTuple):
    """The answer to room.join: asked from ``since`` (-1: without a position), now at ``seq``."""

    at: float
    connection: int
    room: str
    recovered: bool
    reason: str
    audience: str
    since_epoch: str
    since: int
    epoch: str
    seq: int


class Delivered(NamedTuple):
    """A logged event, alone or in a join's answer; ``digest`` is empty for a stub."""

    at: float
    connection: int
    room: str
    epoch: str
    after: int
    seq: int
    type: str
    by: str
    mark: str
    digest: str


class Left(NamedTuple):
    """The client left the room, or for good; what comes later is not its concern."""

    at: float
    connection: int
    room: str


Entry = Opened | Ended | Sent | Answered | Joined | Delivered | Left
KINDS: dict[str, type[Entry]] = {
    kind.__name__.lower(): kind for kind in (Opened, Ended, Sent, Answered, Joined, Delivered, Left)
}


class Diary:
    """One client's entries; ``user`` is who it was."""

    def __init__(self, user: str, entries: Iterable[Entry] = ()) -> None:
        self.user = user
        self.entries: list[Entry] = list(entries)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def lines(self) -> Iterable[bytes]:
        """One JSON object an entry: who, kind and the entry's fields."""
        for entry in self.entries:
            yield orjson.dumps({"user": self.user, "kind": type(entry).__name__.lower(), **entry._asdict()})


def dump(diaries: Iterable[Diary], path: Path) -> None:
    """Write diaries as JSON lines."""
    with path.open("wb") as file:
        for diary in diaries:
            file.writelines(line + b"\n" for line in diary.lines())


def load(path: Path) -> list[Diary]:
    """Read what ``dump`` wrote."""
    diaries: dict[str, Diary] = {}
    with path.open("rb") as file:
        for line in file:
            fields = orjson.loads(line)
            user, kind = fields.pop("user"), fields.pop("kind")
            diaries.setdefault(user, Diary(user)).add(KINDS[kind](**fields))
    return list(diaries.values())


def mark_of(kind: str, data: Any) -> str:
    """The id of the command behind an event, if its text says so; what repeats the text later bears no mark."""
    text = data.get("text") if kind == "chat.sent" and isinstance(data, dict) else None
    return text[1:].split(" ", 1)[0] if isinstance(text, str) and text.startswith("#") else ""


def digest_of(data: Any) -> str:
    """A short digest of an event's data, whatever the order of its keys; empty for a stub."""
    if data is None:
        return ""
    return blake2b(orjson.dumps(data, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
