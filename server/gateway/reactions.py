"""Reactions on this node: asked of the room, counted here, told once a second; the other nodes are told the counts.

Whatever the rate, a room costs one tick a second on each node, and one entry in a letter to each other node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from protocols.errors import Code, Refused
from protocols.messages import Command
from rooms.activities.reactions import ReactionSend
from rooms.activity import Context
from rooms.taps import Taps
from server.gateway.members import Members

if TYPE_CHECKING:
    from server.hosting.at_work import AtWork
    from server.hosting.draft import Sender

BUSY: Final = 256  # commands that wait for the room: while there are more, reactions are shed
SHED_MS: Final = 1_000  # when to try again then
ROOMS: Final = 500  # in one letter

Counts = Mapping[str, int]

log = structlog.get_logger(__name__)


def _alone(_counted: Sequence[tuple[str, Counts]]) -> None:
    """There is no other node."""


class Reactions:
    """What people tap in the rooms that have members here. ``share(counted)`` tells the other nodes.

    How fast one person may tap is looked after on each node by itself.
    """

    def __init__(self, members: Members) -> None:
        self._members = members
        self._rooms: dict[str, Taps] = {}
        self._taken = self._shed = 0
        self.share: Callable[[Sequence[tuple[str, Counts]]], None] = _alone

    def statistics(self) -> Mapping[str, float]:
        """Rooms and people remembered, and what was counted and shed."""
        return {
            "rooms": len(self._rooms),
            "people": sum(map(len, self._rooms.values())),
            "counted_total": self._taken,
            "shed_total": self._shed,
        }

    def count(self, host: AtWork, command: Command, sender: Sender) -> None:
        """Count a reaction, if the room lets its sender react. Raises Refused."""
        if not isinstance(command, ReactionSend):
            raise Refused(Code.UNKNOWN_COMMAND)
        if host.waiting > BUSY:
            self._shed += 1
            raise Refused(Code.RATE_LIMITED, retry_after_ms=SHED_MS)
        room, now = host.live.room, host.now()
        by = room.speaker(command, sender.by)
        room.decide(command, Context(sender.by, now, lambda: ""))
        taps = self._rooms.get(host.room_id)
        if taps is None:
            taps = self._rooms[host.room_id] = Taps()
        wait_ms = taps.tap(by.id, command.kind, command.times, now)
        if wait_ms is not None:
            raise Refused(Code.RATE_LIMITED, retry_after_ms=wait_ms)
        self._taken += command.times

    def heard(self, counted: Sequence[tuple[str, Counts]]) -> None:
        """Another node has counted these; of rooms without members here nobody needs to know."""
        for room, counts in counted:
            if self._members.occupied(room):
                if room not in self._rooms:
                    self._rooms[room] = Taps()
                self._rooms[room].add(counts)

    def tell(self) -> None:
        """Tell members and other nodes what came in since the last time: once a second."""
        shared: list[tuple[str, Counts]] = []
        for room, taps in list(self._rooms.items()):
            here, all_of_it = taps.take()
            if here:
                shared.append((room, here))
            members = self._members.get(room)
            if members is not None and all_of_it:
                members.tell_reactions(all_of_it)
            if members is None or taps.sweep(members.host.now()):
                del self._rooms[room]
        for start in range(0, len(shared), ROOMS):
            self.share(shared[start : start + ROOMS])
