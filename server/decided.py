"""Who somebody is in a room now: what their token says, and what the room has decided on them since."""

from __future__ import annotations

from dataclasses import replace

from rooms.room import Room
from server.identity import Viewer


def as_decided(viewer: Viewer, room: Room) -> Viewer:
    """The viewer with the role that they have in this room. Raises Refused: banned."""
    role = room.people.heard(viewer.by).role
    return viewer if role is viewer.role else replace(viewer, role=role)
