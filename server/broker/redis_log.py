"""Where a room's log lies in Redis, and the form of what is stored and announced.

Every key of a room has the room as its hash tag, so that one script can do all of an append. Batches lie in a
hash by the seq of their last record, not in a stream: what an entry of a stream held stays in memory and in the
append-only file after it is deleted, and erasing must erase.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import msgpack  # type: ignore[import-untyped]

from protocols.messages import Position, Record
from server.broker.codec import decode, encode
from server.broker.port import Batch
from server.catalogue import Catalogue, Unreadable


class Keys(NamedTuple):
    """The keys of one room; ``channel`` is where its batches are announced."""

    head: str
    log: str
    order: str
    keyed: str
    channel: str


def keys_of(room: str) -> Keys:
    """The keys of a room."""
    tag = f"sf:{{{room}}}"
    return Keys(f"{tag}:head", f"{tag}:log", f"{tag}:index", f"{tag}:keyed", f"{tag}:said")


class Stored(NamedTuple):
    """A batch as it was read: ``last`` is its last seq."""

    last: int
    mark: bytes
    at: int
    body: bytes

    def changed(self, records: Sequence[Record]) -> tuple[int, str, bytes]:
        """What the scripts need to replace it by these records, if it is still the same."""
        digest = hashlib.sha1(self.mark + self.body, usedforsecurity=False).hexdigest()
        return self.last, digest, self.mark + encode(records)


def position_of(row: Sequence[bytes]) -> Position:
    """The epoch and the seq that Redis gave."""
    return Position(row[0].decode(), int(row[1]))


def mark_of(batch: Batch) -> bytes:
    """What a stored batch begins with: whose it is, and when its last record was made."""
    return f"{batch.id}\n{max(record.at for record in batch.records)}\n".encode()


def stored(last: bytes, value: bytes) -> Stored:
    """A batch as Redis gave it. Raises Unreadable."""
    try:
        _, at, body = value.split(b"\n", 2)
        mark = value[: len(value) - len(body)]
        return Stored(int(last), mark, int(at), body)
    except ValueError as error:
        raise Unreadable("a batch in the log is damaged") from error


def announcement(batch: Batch, body: bytes) -> bytes:
    """A batch for those who follow the room; ``body`` is what of it stands in the log, encoded."""
    base = batch.base
    packed: bytes = msgpack.packb((base.epoch, base.seq, batch.id, batch.term, batch.due, body))
    return packed


def announced(room: str, message: bytes, catalogue: Catalogue) -> Batch:
    """The batch of an announcement, with what newer programs say as Foreign events. Raises Unreadable."""
    try:
        epoch, base, batch_id, term, due, body = msgpack.unpackb(message)
    except (ValueError, TypeError) as error:
        raise Unreadable("an announcement is damaged") from error
    return Batch(room, batch_id, term, Position(epoch, base), decode(body, catalogue, foreign=True), due)
