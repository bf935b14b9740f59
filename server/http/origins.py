"""Whether a page that sends us something is ours: browsers say in ``Origin`` whose it is.

A cookie goes along with whatever any page sends, so what changes something by a cookie needs this header.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from protocols.errors import Code, Refused
from server.http.services import services_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}
_REFUSAL = "This must be sent from a page of this server."


def own_origin(request: Request) -> str | None:
    """The page's origin if it is this server's own, by the host that was asked or by the public address."""
    origin = request.headers.get("origin")
    if origin is None:
        return None
    public = services_of(request).settings.public_url
    place = _place(origin)
    if place is None:
        return None
    if public is not None and place == _place(public):
        return origin
    # Behind a proxy that ends TLS the scheme here is not the page's, so the host alone is compared.
    asked = _place(f"{place[0]}://{request.headers.get('host', '')}")
    return origin if asked == place else None


def sent_from_here(request: Request, *, needed: bool) -> None:
    """Raises Refused: forbidden for a page of another site; if ``needed``, also for a request that names none."""
    origin = request.headers.get("origin")
    if (origin is None and needed) or (origin is not None and own_origin(request) is None):
        raise Refused(Code.FORBIDDEN, _REFUSAL)


def came_by_https(request: Request) -> bool:
    """Whether the browser spoke https, also to a proxy before us: its page's origin tells."""
    return request.url.scheme == "https" or (own_origin(request) or "").startswith("https://")


def _place(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for ``null`` and nonsense."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]
