"""What an address is counted by, wherever there is a share for each."""

from __future__ import annotations

import ipaddress


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
