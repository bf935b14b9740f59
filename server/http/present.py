"""Who somebody with a room's token is in that room now, to requests too."""

from __future__ import annotations

from protocols.errors import Code, Refused
from server.decided import as_decided
from server.http.services import Services
from server.identity import Viewer


async def present(services: Services, viewer: Viewer) -> Viewer:
    """The viewer with the role that they have in their room. Raises Refused: banned, unavailable."""
    try:
        host = await services.directory.open(viewer.room)
    except Refused as refused:
        if refused.code is Code.NOT_FOUND:
            # Nobody decides anything in a room that is not there.
            return viewer
        raise
    return as_decided(viewer, host.live.room)
