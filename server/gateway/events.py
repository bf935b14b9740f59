"""How a record is told: its payload, and its frame with the place in the log at the end."""

from __future__ import annotations

import orjson

from protocols.closing import Closing
from protocols.frames import Prepared, prepare_event
from protocols.messages import Audience, Position, Record
from protocols.wire import told


def offset(room: str, position: Position, audience: Audience) -> str:
    """The string by which a stock client names its place in the stream."""
    return f"{room}:{position.epoch}:{position.seq}:{audience}"


def parse_offset(text: str) -> tuple[str, Position, Audience] | None:
    """Room, position and audience of an offset, or None if it is not one of ours."""
    parts = text.split(":")
    if len(parts) != 4 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 15:
        return None
    try:
        audience = Audience(parts[3])
    except ValueError:
        return None
    return parts[0], Position(parts[1], int(parts[2])), audience


def frame(room: str, epoch: str, record: Record, audience: Audience) -> Prepared:
    """The record as one Socket.IO event, ready to be written to every member of the audience."""
    place = offset(room, Position(epoch, record.seq), audience)
    return prepare_event(record.type, [orjson.dumps(told(room, epoch, record, audience))], offset=place)


def position_frame(room: str, position: Position, audience: Audience, *, whole: bool = True) -> Prepared:
    """``room.position``: where the room stands; gives a stock client its first offset.

    Not to who has missed something before (``whole`` false): a stock client would never ask for that again.
    """
    told = orjson.dumps({"room": room, "position": position})
    return prepare_event("room.position", [told], offset=offset(room, position, audience) if whole else None)


def closed_frame(closing: Closing) -> Prepared:
    """``connection.closed``: why this connection ends now, or why the last one did."""
    return prepare_event("connection.closed", [orjson.dumps({"reason": closing.value, "message": closing.message})])
