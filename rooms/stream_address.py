"""Addresses of streams: which form they have, and which sites an operator lets pages play from.

The server fetches none of them; the viewers' browsers do.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from protocols.limits import STREAM_ADDRESS_LENGTH

OWN: Final = "self"  # among the sites: this server itself
OWN_PLACE: Final = "/streams/"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_PLAIN: Final = re.compile(r"[!#-&(-;=?@\[\]_a-z~]+")  # of ASCII, nothing that ends a quote, a line or a tag
_OWN_PATH: Final = re.compile(r"[A-Za-z0-9._/-]+")
_HOST: Final = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]")


def site_of(address: str) -> str:
    """``scheme://host[:port]`` of a stream's address, or ``self``. Raises ValueError with what is wrong with it."""
    if address.startswith(OWN_PLACE):
        if not _OWN_PATH.fullmatch(without_query(address)) or ".." in address:
            raise ValueError("is not an address")
        return OWN
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user or a password, which everybody would see")
    if parts.fragment or "*" in parts.netloc or not parts.path.strip("/"):
        raise ValueError("is not the address of a playlist")
    return site(f"{parts.scheme}://{parts.netloc}")


def site(text: str) -> str:
    """A site as an operator writes it: ``live.example``, ``*.cdn.example``, ``https://live.example:8443``.

    http only on this machine, for trying things out. Raises ValueError.
    """
    if text == OWN:
        return OWN
    parts = urlsplit((text if "://" in text else f"https://{text}").lower())
    host = parts.netloc.rpartition("@")[2]
    name = re.sub(r":\d+$", "", host)
    # Reading the port checks it.
    if parts.netloc != host or not _HOST.fullmatch(name) or parts.port == 0 or parts.path or parts.query:
        raise ValueError("must look like live.example or *.cdn.example, with a port if need be")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must begin with https://")
    usual = parts.port is None or (parts.scheme, parts.port) in {("https", 443), ("http", 80)}
    return f"{parts.scheme}://{name}" if usual else f"{parts.scheme}://{name}:{parts.port}"


def listed(found: str, sites: Collection[str]) -> bool:
    """Whether a site is among these, of which some may begin with ``*.``; as in a content security policy."""
    if found in sites:
        return True
    scheme, _, host = found.partition("://")
    labels = host.split(".")
    return any(f"{scheme}://*.{'.'.join(labels[start:])}" in sites for start in range(1, len(labels)))


def without_query(address: str) -> str:
    """The address without what may be signed in it."""
    return address.partition("?")[0]


def _checked(address: str) -> str:
    if not _PLAIN.fullmatch(address.lower()):
        raise PydanticCustomError("text_address", "holds a character that no address has")
    try:
        site_of(address)
    except ValueError as error:
        # Ours are sentences without what was sent; the library's may quote it.
        fault = str(error) if str(error).startswith(("must", "holds", "is")) else "is not an address"
        raise PydanticCustomError("text_address", "{fault}", {"fault": fault}) from None
    return address


StreamAddress = Annotated[
    str,
    StringConstraints(min_length=1, max_length=STREAM_ADDRESS_LENGTH),
    AfterValidator(_checked),
    Field(json_schema_extra={"format": "uri-reference"}),
]
