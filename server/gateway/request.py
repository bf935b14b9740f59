"""The opening request of either transport: what it asks for, and whether it may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from server.gateway.peer import kept_headers

if TYPE_CHECKING:
    from server.gateway.gateway import Gateway

_MAX_FIELDS = 16


class Rejected(Exception):
    """The request gets this status and nothing else happens."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Opening:
    """An Engine.IO request: `sid` is None for a new session."""

    transport: str
    sid: str | None
    headers: Mapping[str, str]
    address: str

    def kept(self) -> dict[str, str]:
        """The headers that a connection keeps."""
        return kept_headers(self.headers)


def serves(gateway: Gateway, path: str) -> bool:
    """Whether the path is the gateway's, with or without the slash at its end."""
    return path == gateway.config.path or path + "/" == gateway.config.path


def read_opening(gateway: Gateway, query: str, headers: Mapping[str, str], peer: str) -> Opening:
    """Reads a request of lower-case headers. Raises Rejected."""
    if not gateway.origins.allow(headers.get("origin"), headers.get("host")):
        raise Rejected(HTTPStatus.FORBIDDEN, "Origin not allowed")
    try:
        fields = parse_qs(query, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise Rejected(HTTPStatus.BAD_REQUEST, "Bad query") from None
    if any(len(fields.get(name, ())) > 1 for name in ("EIO", "transport", "sid")):
        raise Rejected(HTTPStatus.BAD_REQUEST, "Bad query")
    if fields.get("EIO") != ["4"]:
        raise Rejected(HTTPStatus.BAD_REQUEST, "Unsupported protocol version")
    transport = fields.get("transport", [""])[0]
    if transport not in ("polling", "websocket"):
        raise Rejected(HTTPStatus.BAD_REQUEST, "Transport unknown")
    sid = fields.get("sid", [None])[0]
    address = gateway.proxies.client(peer, headers.get("x-forwarded-for"))
    if sid is None and (why := gateway.has_no_room_for(address)) is not None:
        raise Rejected(HTTPStatus.SERVICE_UNAVAILABLE, why)
    return Opening(transport, sid, headers, address)
