"""Ways into a room without a server's own code: a guest's nickname, a link, an API key, or the server's secret.

Blocking calls on the standard library, so that they also work where sockets are green.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from typing import Any
from urllib.parse import quote, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey

WAITS = 20  # how often one lets oneself be told to come later
TIMEOUT_S = 15


class NotAdmitted(Exception):
    """The server did not let somebody in; the text says why, and holds no token."""


def minted(secret: str, room: str, user: str, role: str = "attendee", *, hours: float = 1, **claims: Any) -> str:
    """A token as the server issues them, for those who hold its secret."""
    key = OctKey.import_key(hmac.new(secret.encode(), b"showfloor token", hashlib.sha256).digest())
    now = int(time.time())
    stated = {"iss": "showfloor", "sub": user, "name": user, "role": role, "room": room, **claims}
    return jwt.encode({"alg": "HS256"}, {"iat": now, "exp": now + int(hours * 3600), **stated}, key)


def guest(url: str, room: str, nickname: str) -> str:
    """A guest's token; waits when there are too many at once. Raises NotAdmitted."""
    answer = ask(url, "POST", f"/rooms/{quote(room)}/guest", {"nickname": nickname})
    return str(answer["token"])


def opened(url: str, link: str, nickname: str | None = None) -> tuple[str, str]:
    """What a link leads to: its room and a token. ``link`` may be the whole address. Raises NotAdmitted."""
    bare = link.rpartition("link=")[2] if "link=" in link else link.rpartition("#")[2]
    body = {"link": bare} if nickname is None else {"link": bare, "nickname": nickname}
    answer = ask(url, "POST", "/links/exchange", body)
    return str(answer["room"]), str(answer["token"])


def host_by_key(url: str, api_key: str, room: str) -> str:
    """A host's token by an API key; the room is made if it is new. Raises NotAdmitted."""
    try:
        ask(url, "GET", f"/rooms/{quote(room)}", None, api_key)
    except NotAdmitted:
        ask(url, "POST", "/rooms", {"id": room, "title": "Load test"}, api_key)
    link = ask(url, "POST", f"/rooms/{quote(room)}/links", {"role": "host", "label": "Load test"}, api_key)
    return opened(url, str(link["link"]))[1]


def ask(url: str, method: str, path: str, body: dict[str, Any] | None, api_key: str | None = None) -> dict[str, Any]:
    """One request to the REST API; comes again while it is told to wait. Raises NotAdmitted."""
    for _ in range(WAITS):
        status, answer = _request(url, method, f"/api/v1{path}", body, api_key)
        if status < 400:
            return answer
        error = answer.get("error") or {}
        if not error.get("retry_after_ms"):
            break
        time.sleep(min(error["retry_after_ms"] / 1000, 10))
    message = f"{method} {path} was answered {status}: {error.get('code')} {error.get('message')}"
    raise NotAdmitted(message)


def _request(
    url: str, method: str, path: str, body: dict[str, Any] | None, api_key: str | None
) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    headers = {"Content-Type": "application/json"}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        data = response.read()
    except OSError as error:
        message = f"{method} {path}: {error}"
        raise NotAdmitted(message) from error
    finally:
        connection.close()
    try:
        answer = json.loads(data) if data else {}
    except ValueError:
        answer = {}
    return response.status, answer if isinstance(answer, dict) else {}
