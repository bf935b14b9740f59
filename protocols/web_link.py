"""A link to another site, as staff may give one: http or https, to a named host, with nothing hidden in it."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from protocols.limits import LINK_LENGTH

SCHEMES: Final = ("http", "https")
# Browsers write everything else with percent signs, and take a backslash for a slash.
_PLAIN: Final = re.compile(r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]+$")
# A name such as shop.example, also in its ASCII form (xn--…), or an IPv4 address.
_HOST: Final = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")


def _refused() -> PydanticCustomError:
    return PydanticCustomError("text_link", "is not a web address that begins with http:// or https://")


def clean_link(text: str) -> str:
    """The link; raises PydanticCustomError. Before the host stands no name of somebody, which looks like another."""
    text = text.strip()
    if not _PLAIN.match(text):
        raise _refused()
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise _refused() from None
    if parts.scheme not in SCHEMES or "@" in parts.netloc or not _HOST.match(host or ""):
        raise _refused()
    return text


Link = Annotated[str, StringConstraints(min_length=1, max_length=LINK_LENGTH), AfterValidator(clean_link)]
