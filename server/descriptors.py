"""How many sockets this process may hold: a kernel without a descriptor left lets nobody in, and says so to nobody."""

from __future__ import annotations

import resource
from typing import Final

from server.logs import logger

RESERVE: Final = 256  # for files, engines below, requests, and answers to who is refused

log = logger(__name__)


def connections_within(wanted: int) -> int:
    """Raise the limit of open files for so many connections, as far as that may be; how many it has room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVE
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = max(1, min(wanted, soft - RESERVE))
    if room < wanted:
        log.warning(
            "the limit of open files leaves room for fewer connections: raise it (ulimit -n, LimitNOFILE=)",
            limit=soft,
            max_connections=wanted,
            connections=room,
        )
    return room
