"""What an address is counted by, wherever there is a share for each."""

from __future__ import annotations

import ipaddress
from functools import lru_cache


# Asked three times in a connection's life, nearly always for one of the few that a server sees again and again.
@lru_cache(maxsize=4096)
def counted_as(address: str) -> str:
    """Itself, or for IPv6 its /64, which one person has whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
