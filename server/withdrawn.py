"""Links that were withdrawn and staff sessions that were ended on other nodes: nobody stays in by them on this one.

The node that withdraws something tells the others at once. Word of it may be lost: this node may have been frozen and
taken for dead, or the others away. The database knows, so this node looks there as well, once a second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

from server.links import Links
from server.logs import logger
from server.staff.sessions import Sessions

LOOK_S: Final = 1.0
LATELY_MS: Final = 120_000  # how far a look goes back as a rule
WHOLE_S: Final = 60.0  # between looks at all that matters, and after so long without a look
APART_MS: Final = 25 * 3_600_000  # how far the clocks of two nodes may be apart

log = logger(__name__)


class Ends(Protocol):
    """What ends people's being here; ``server.gateway.entrants.Entrants`` does."""

    def revoke(self, link: str) -> None:
        """End the sockets of those who came by a link."""

    def sign_out(self, session: str) -> None:
        """End the sockets of a member of staff by their session."""


class Withdrawn:
    """Learns what was withdrawn elsewhere. ``token_ttl_s`` is how long it matters; ``clock`` gives Unix seconds."""

    def __init__(
        self,
        links: Links,
        sessions: Sessions,
        ends: Ends,
        *,
        token_ttl_s: int,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._links = links
        self._sessions = sessions
        self._ends = ends
        self._whole_ms = token_ttl_s * 1000 + APART_MS
        self._clock = clock
        self._steady = steady
        self._looked: float | None = None
        self._looked_whole = 0.0
        self._fails = False

    def revoked(self, link: str) -> None:
        """This link was withdrawn; again changes nothing."""
        if not self._links.revoked(link):
            self._links.learn(link)
            self._ends.revoke(link)

    def signed_out(self, session: str) -> None:
        """This session was ended; again changes nothing."""
        if not self._sessions.ended(session):
            self._sessions.learn(session)
            self._ends.sign_out(session)

    async def look(self) -> None:
        """Look in the database for what was withdrawn since the last time."""
        begun = self._steady()
        whole = self._looked is None or max(begun - self._looked, begun - self._looked_whole) >= WHOLE_S
        if whole:
            self._links.forget_old()
            self._sessions.forget_old()
        back = int(self._clock() * 1000) - (self._whole_ms if whole else LATELY_MS)
        for link in await self._links.revoked_since(back):
            self.revoked(link)
        for session in await self._sessions.ended_since(back):
            self.signed_out(session)
        self._looked = begun
        if whole:
            self._looked_whole = begun

    async def run(self) -> None:
        """Look once a second, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
                self._fails = False
            except Exception:
                # The next look goes back to the last one that could be made. The database says itself what it lacks.
                if not self._fails:
                    log.exception("withdrawn.not_looked")
                self._fails = True
