"""The address of a PostgreSQL: what may be set, what the driver is given, what may be printed."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

FORM: Final = "postgresql://user:password@host:5432/database"
SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
SSL_MODES: Final = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
HIDDEN: Final = "***"
# A socket's folder, as PostgreSQL's own programs take it: postgresql:///rooms?host=/run/postgresql
FOLDER: Final = re.compile(r"^/[^\s?&#]*$")


def checked(url: str) -> str:
    """The url as given, if it can be used; ValueError with what is wrong, never with the url itself."""
    engine_url(url)
    return url


def engine_url(url: str) -> str:
    """The url that SQLAlchemy is given. Raises ValueError."""
    parts = urlsplit(url.strip())
    if parts.scheme.startswith("sqlite"):
        raise ValueError("is for PostgreSQL; without it, the database is SQLite in the data folder")
    if parts.scheme not in SCHEMES:
        raise ValueError(f"must look like {FORM}")
    if parts.fragment:
        raise ValueError("holds a #: in a password, write # / ? @ : as %23 %2F %3F %40 %3A")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"has no good port; it must look like {FORM}") from None
    name = parts.path.removeprefix("/")
    if not name or "/" in name:
        raise ValueError(f"names no database; it must look like {FORM}")
    options = _options(parts.query)
    if not host and "host" not in options:
        raise ValueError(f"names no host; it must look like {FORM}")
    who = "" if parts.username is None else quote(unquote(parts.username), safe="")
    if parts.password is not None:
        who += ":" + quote(unquote(parts.password), safe="")
    at = "" if not host else f"[{host}]" if ":" in host else host
    where = at if port is None else f"{at}:{port}"
    query = "&".join(f"{key}={quote(value, safe='/')}" for key, value in options.items())
    return f"postgresql+asyncpg://{who + '@' if who else ''}{where}/{name}{'?' if query else ''}{query}"


def redacted(url: str) -> str:
    """The same without the password."""
    parts = urlsplit(url.strip())
    netloc = parts.netloc
    if "@" in netloc:
        who, at, where = netloc.rpartition("@")
        name, colon, _ = who.partition(":")
        netloc = f"{name}{colon}{HIDDEN if colon else ''}{at}{where}"
    return parts._replace(netloc=netloc).geturl()


def _options(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key in {"sslmode", "ssl"} and value in SSL_MODES:
            options["ssl"] = value
        elif key == "host" and FOLDER.match(value):
            options["host"] = value
        else:
            modes = ", ".join(sorted(SSL_MODES))
            raise ValueError(f"may hold ?sslmode= ({modes}) and ?host=/folder/of/a/socket, and nothing else")
    return options
