"""Where this server's pages are, as the browser that asks knows it: for addresses and for passkeys."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request

from protocols.errors import Code, Refused
from server.http.origins import own_origin
from server.http.services import services_of
from server.staff.passkeys import Site


def origin_for(request: Request) -> str:
    """The public address if it is set; else the page's own origin; else what was asked."""
    public = services_of(request).settings.public_url
    return public or own_origin(request) or f"{request.url.scheme}://{request.url.netloc}"


def site_of(request: Request) -> Site:
    """Where a passkey is good. Raises Refused: conflict (browsers have none for a bare address)."""
    # A public address without a name, as a demo in a local network has, is no use for this; the page's may be.
    for origin in (origin_for(request), own_origin(request)):
        host = urlsplit(origin or "").hostname
        if origin and host and not _bare(host):
            return Site(host, origin)
    raise Refused(Code.CONFLICT, "Passkeys need a host's name in the address, such as localhost; use a password here.")


def _bare(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
