"""The port of the owners: which node decides for a room. Adapters: ``Alone`` and ``server.broker.redis_owners``.

It only keeps nodes out of each other's way: what is appended the log decides, whoever thinks to own the room.
"""

from __future__ import annotations

from typing import Protocol

from protocols.errors import Code, Refused


class OwnedElsewhere(Refused):
    """Another node that is alive decides for this room: ``owner`` is its incarnation."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        super().__init__(Code.UNAVAILABLE)


class Owners(Protocol):
    """Who decides for which room. All raise ``broker.port.Unavailable`` when that cannot be learnt."""

    async def take(self, room: str) -> None:
        """From now on this node decides for the room, if nobody alive does. Raises OwnedElsewhere.

        A room that has no log is left to nobody.
        """

    async def release(self, room: str) -> bool:
        """Somebody else may decide for it; whether it was this node's."""


class Alone:
    """The only node: all rooms are its own."""

    async def take(self, room: str) -> None:
        pass

    async def release(self, room: str) -> bool:
        return False
