"""Tells what has no seq: tallies at most every 250 ms; occupancy, who came and went, and reactions every second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from protocols.limits import OCCUPANCY_INTERVAL_MS, REACTION_INTERVAL_MS, TALLY_INTERVAL_MS
from server.gateway.members import Members, RoomMembers

log = structlog.get_logger(__name__)


async def tell_volatile(members: Members, tell_reactions: Callable[[], None] = lambda: None) -> None:
    """Runs until cancelled. Whatever the vote rate, a room is told its tally four times a second at most."""
    rounds_to_occupancy = max(1, OCCUPANCY_INTERVAL_MS // TALLY_INTERVAL_MS)
    rounds_to_reactions = max(1, REACTION_INTERVAL_MS // TALLY_INTERVAL_MS)
    turn = 0
    while True:
        await asyncio.sleep(TALLY_INTERVAL_MS / 1000)
        turn += 1
        if turn % rounds_to_occupancy == 0:
            try:
                members.presence.tell()
                members.shed.tell()
            except Exception:
                log.exception("presence_failed")
        _each(members.take_stirred(), RoomMembers.tell_ticks)
        if turn % rounds_to_occupancy == 0:
            _each(members.take_recounted(), RoomMembers.tell_occupancy)
            watched = members.watched()
            _each(watched, RoomMembers.tell_people)
            _each(watched, RoomMembers.tell_shed)
        if turn % rounds_to_reactions == 0:
            try:
                tell_reactions()
            except Exception:
                log.exception("reactions_failed")


def _each(rooms: Sequence[RoomMembers], tell: Callable[[RoomMembers], None]) -> None:
    for room in rooms:
        try:
            tell(room)
        except Exception:
            # One broken room must not silence the others.
            log.exception("ticks_failed", room=room.room)
