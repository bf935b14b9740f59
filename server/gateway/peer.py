"""Who is at the other end, as far as a request tells: address, headers, origin."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

KEPT_HEADERS = ("user-agent", "origin", "accept-language", "cookie")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_MAX_HEADER = 4096

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """The proxies whose X-Forwarded-* headers are believed."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(name, strict=False) for name in trusted)

    def trusts(self, address: str) -> bool:
        """Whether the address is one of them."""
        if not self._networks:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str | None) -> str:
        """The client's address: the last in the chain that is not a trusted proxy.

        What stands to the left of that was written by the client itself, so it is not looked at.
        """
        address = peer
        hops = (forwarded_for or "").split(",")
        while self.trusts(address) and hops:
            hop = _bare_address(hops.pop())
            if hop is None:
                break
            address = hop
        return address


def _bare_address(hop: str) -> str | None:
    """`1.2.3.4`, `1.2.3.4:567`, `::1` or `[::1]:567` as an address."""
    hop = hop.strip()
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ipaddress.ip_address(hop))
    except ValueError:
        return None


class Origins:
    """Which pages may open a connection: the server's own, and those allowed by name.

    A request without Origin is not from a page of another site, so it is let through.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._all = "*" in allowed
        self._allowed = frozenset(_place(origin) for origin in allowed if origin != "*") - {None}

    def foreign(self, origin: str | None, host: str | None) -> bool:
        """Whether the page is of another site than the one it talks to."""
        if origin is None:
            return False
        place = _place(origin)
        return place is None or host is None or place[1:] != _host_place(place[0], host)

    def allow(self, origin: str | None, host: str | None) -> bool:
        """Whether the page may talk to us."""
        return self._all or not self.foreign(origin, host) or _place(origin or "") in self._allowed


def _place(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, or None for `null` and nonsense."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme]


def _host_place(scheme: str, host: str) -> tuple[str, int] | None:
    place = _place(f"{scheme}://{host}")
    return None if place is None else place[1:]


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The few headers that a connection keeps after its first request."""
    return {name: headers[name][:_MAX_HEADER] for name in KEPT_HEADERS if name in headers}
