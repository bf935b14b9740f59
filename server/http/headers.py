"""The headers that every answer bears unless it sets them itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

# Nothing may load, run or frame an answer that is data.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

EVERY_ANSWER = MappingProxyType(
    {
        "content-security-policy": DATA_POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "permissions-policy": (
            "accelerometer=(), autoplay=(self), camera=(), display-capture=(), fullscreen=(self), "
            "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
            "screen-wake-lock=(self), serial=(), usb=()"
        ),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        # What may be kept says so itself.
        "cache-control": "no-store",
    }
)


def page_policy(sockets: Iterable[str] = (), streams: Sequence[str] = ()) -> str:
    """The policy of our own pages: only our own files, and connections to us.

    ``sockets`` are websocket origins that older browsers do not take for "self", ``streams`` sites whose films may be
    fetched and played.
    """
    connect = " ".join(["'self'", *sockets, *streams])
    media = " ".join(["'self'", "blob:", *streams])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"media-src {media}; manifest-src 'self'; worker-src 'self'; connect-src {connect}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as they stand in ASGI messages."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
