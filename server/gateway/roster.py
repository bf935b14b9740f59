"""The list of who is in a room, as those who may see it are told: whole once, then what changes."""

from __future__ import annotations

from typing import Any

import orjson

from protocols.messages import Role
from server.presence import EMPTY, Member, Roster


class Listing:
    """What was told last. Each change bears the ``number`` of the list it leads to, and ``after`` that it builds on."""

    def __init__(self) -> None:
        self._told: Roster | None = None
        self._people: dict[str, Member] = {}
        self._number = 0

    def forget(self) -> None:
        """Nobody looks any more."""
        self._told, self._people = None, {}

    def answer(self, roster: Roster, occupancy: int) -> bytes:
        """The whole list as it was told last, on which the changes that follow build."""
        if self._told is None:
            self._take(roster)
        told = self._told or EMPTY
        return orjson.dumps(
            {
                "ok": True,
                "number": self._number,
                "people": [as_wire(member) for member in self._people.values()],
                "occupancy": occupancy,
                "away": told.away,
                "whole": told.whole,
            }
        )

    def change(self, roster: Roster) -> dict[str, Any] | None:
        """What has changed since it was told last; None if nothing has, or nothing was told."""
        told, before = self._told, self._people
        if told is None:
            self._take(roster)
            return None
        came = [member for user, member in roster.people.items() if before.get(user) != member]
        went = [user for user in before if user not in roster.people]
        if not came and not went and (told.away, told.whole) == (roster.away, roster.whole):
            return None
        # Where the list ends or begins to be whole, nobody came or went by that.
        same = told.whole == roster.whole
        joined = sum(member.user not in before for member in came) if same else 0
        after = self._number
        self._take(roster)
        return {
            "after": after,
            "number": self._number,
            "came": [as_wire(member) for member in came],
            "went": went,
            "joined": joined,
            "left": len(went) if same else 0,
            "away": roster.away,
            "whole": roster.whole,
        }

    def _take(self, roster: Roster) -> None:
        self._told, self._people = roster, dict(roster.people)
        self._number += 1


def as_wire(member: Member) -> dict[str, Any]:
    """The plain form: what says nothing is left out."""
    wire: dict[str, Any] = {"id": member.user, "name": member.name, "role": member.role}
    if member.guest:
        wire["guest"] = True
    if member.shop is not None:
        wire["shop"] = member.shop
    if member.away:
        wire["away"] = True
    return wire


LISTED_ROLES = frozenset({Role.HOST, Role.MODERATOR, Role.ATTENDEE})  # walls and bots are machines
