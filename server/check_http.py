"""Checks over HTTP: a signed POST, answered with a finding.

Asked is ``{"room": …, "texts": […]}``, or ``{"room": …, "picture": {"type": "image/webp", "data": …}}``
with the picture in base64; the answer is 200 with ``{"finding": "fine" | "hold" | "refuse"}``.
``x-showfloor-time`` is in seconds since 1970; ``x-showfloor-signature`` is the HMAC-SHA256 under the shared secret of
that time, a full stop and the body, in hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import httpx
import orjson
from pydantic import SecretStr

from server import image_check, text_check
from server.outside import CheckFailed, Finding

ANSWER_BYTES: Final = 4096
CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, and the secret that signs it. ``transport`` is another way there than the network."""

    url: str
    secret: str
    clock: Callable[[], float] = time.time
    transport: httpx.AsyncBaseTransport | None = None

    @classmethod
    def of(cls, url: SecretStr, secret: SecretStr) -> Self:
        """As they stand in settings."""
        return cls(url.get_secret_value(), secret.get_secret_value())


def signature(secret: str, at: int, body: bytes) -> str:
    """What ``x-showfloor-signature`` says of a body sent at that time."""
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


class _Asking:
    """Asks one endpoint. Connections are kept open; whoever made it closes it."""

    def __init__(self, endpoint: Endpoint, deadline_s: float) -> None:
        self._endpoint = endpoint
        self._client = httpx.AsyncClient(
            timeout=deadline_s,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            # Neither a proxy from the environment nor another address than the one that was set.
            trust_env=False,
            follow_redirects=False,
            transport=endpoint.transport,
        )

    async def ask(self, question: Mapping[str, object]) -> Finding:
        """What it finds; raises CheckFailed."""
        body = orjson.dumps(question)
        at = int(self._endpoint.clock())
        headers = {
            "content-type": "application/json",
            "x-showfloor-time": str(at),
            "x-showfloor-signature": signature(self._endpoint.secret, at, body),
        }
        try:
            async with self._client.stream("POST", self._endpoint.url, content=body, headers=headers) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise CheckFailed(f"status {answer.status_code}")
                return _finding(await _whole(answer))
        except httpx.HTTPError as error:
            raise CheckFailed(type(error).__name__) from None

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


class HttpTextCheck:
    """A ``TextCheck`` at a URL; whoever made it closes it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._asking = _Asking(endpoint, text_check.DEADLINE_S)
        self.close = self._asking.close

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        """What is found in any of the texts; raises CheckFailed."""
        return await self._asking.ask({"room": room, "texts": list(texts)})


class HttpImageCheck:
    """An ``ImageCheck`` at a URL; whoever made it closes it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._asking = _Asking(endpoint, image_check.DEADLINE_S)
        self.close = self._asking.close

    async def look(self, room: str, picture: bytes) -> Finding:
        """What is found in the picture; raises CheckFailed."""
        shown = {"type": "image/webp", "data": b64encode(picture).decode()}
        return await self._asking.ask({"room": room, "picture": shown})


async def _whole(answer: httpx.Response) -> bytes:
    body = b""
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > ANSWER_BYTES:
            raise CheckFailed("the answer is too large")
    return body


def _finding(body: bytes) -> Finding:
    try:
        return Finding(orjson.loads(body)["finding"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise CheckFailed("the answer has not the form that it should have") from None
