"""How a record is told: its payload, and its frame with the place in the log at the end."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from protocols.frames import Prepared, prepare_event
from protocols.messages import Audience, By, Position, Record


@lru_cache(maxsize=4096)
def _by(by: By) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": by.id, "name": by.name, "role": by.role}
    if by.guest:
        shown["guest"] = True
    if by.via is not None:
        shown["via"] = by.via
    return shown


def payload(room: str, epoch: str, record: Record, audience: Audience, *, typed: bool = False) -> dict[str, Any]:
    """The event object of the wire; ``typed`` adds its type, for lists of events in an answer."""
    told: dict[str, Any] = {"type": record.type} if typed else {}
    told |= {
        "room": room,
        "epoch": epoch,
        "after": record.after_for(audience),
        "seq": record.seq,
        "at": record.at,
        "by": None if record.by is None else _by(record.by),
        # orjson writes the frozen dataclass itself, which is cheaper than dump().
        "data": record.data,
    }
    return told


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
    return prepare_event(record.type, [orjson.dumps(payload(room, epoch, record, audience))], offset=place)


def position_frame(room: str, position: Position, audience: Audience) -> Prepared:
    """``room.position``: where the room stands; gives a stock client its first offset."""
    told = orjson.dumps({"room": room, "position": position})
    return prepare_event("room.position", [told], offset=offset(room, position, audience))
