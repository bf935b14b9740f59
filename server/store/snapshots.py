"""Snapshots as blobs: msgpack, with a version of their own."""

from __future__ import annotations

from typing import Any

import msgpack  # type: ignore[import-untyped]

from protocols.limits import DEDUPE_WINDOW_MS
from server.broker.port import Answered
from server.hosting.archive import Snapshot

VERSION = 1


def packed(snapshot: Snapshot) -> dict[str, Any]:
    """The columns of ``tables.snapshots``."""
    erased = [(answer.digest, answer.seq, answer.at) for answer in snapshot.erased]
    return {
        "room": snapshot.room,
        "epoch": snapshot.epoch,
        "seq": snapshot.seq,
        "at": snapshot.at,
        "version": VERSION,
        "body": msgpack.packb({"state": snapshot.state, "erased": erased}),
        "forget_at": max(answer.at for answer in snapshot.erased) + DEDUPE_WINDOW_MS if snapshot.erased else None,
    }


def unpacked(row: Any) -> Snapshot | None:
    """The snapshot of a row; None if it cannot be read, and the log must be."""
    if row.version != VERSION:
        return None
    try:
        body = msgpack.unpackb(row.body, strict_map_key=False)
        erased = tuple(Answered(digest, seq, at) for digest, seq, at in body["erased"])
        return Snapshot(row.room, row.epoch, row.seq, row.at, body["state"], erased)
    except (ValueError, TypeError, KeyError):
        return None
