"""A text check over HTTP: a signed POST, answered with a finding.

Asked is ``{"room": …, "texts": […]}``; the answer is 200 with ``{"finding": "fine" | "hold" | "refuse"}``.
``x-showfloor-time`` is in seconds since 1970; ``x-showfloor-signature`` is the HMAC-SHA256 under the shared secret of
that time, a full stop and the body, in hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
import orjson

from server.config import Settings
from server.text_check import DEADLINE_S, CheckFailed, Finding, TextChecks

ANSWER_BYTES: Final = 4096
CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class SetCheck:
    """The check that the settings name, with its default; ``close`` lets its connections go."""

    checks: TextChecks
    close: Callable[[], Awaitable[None]]


def text_check_of(settings: Settings) -> SetCheck | None:
    """The check outside; None if there is none."""
    if settings.text_check_url is None or settings.text_check_secret is None:
        return None
    check = HttpTextCheck(settings.text_check_url.get_secret_value(), settings.text_check_secret.get_secret_value())
    return SetCheck(TextChecks(check, default=Finding(settings.text_check_default)), check.close)


def signature(secret: str, at: int, body: bytes) -> str:
    """What ``x-showfloor-signature`` says of a body sent at that time."""
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


class HttpTextCheck:
    """A ``TextCheck`` at a URL. Connections are kept open; whoever made it closes it."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        clock: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._client = httpx.AsyncClient(
            timeout=DEADLINE_S,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            # Neither a proxy from the environment nor another address than the one that was set.
            trust_env=False,
            follow_redirects=False,
            transport=transport,
        )

    async def look(self, room: str, texts: Sequence[str]) -> Finding:
        """What is found in any of the texts; raises CheckFailed."""
        body = orjson.dumps({"room": room, "texts": list(texts)})
        at = int(self._clock())
        headers = {
            "content-type": "application/json",
            "x-showfloor-time": str(at),
            "x-showfloor-signature": signature(self._secret, at, body),
        }
        try:
            async with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise CheckFailed(f"status {answer.status_code}")
                return _finding(await _whole(answer))
        except httpx.HTTPError as error:
            raise CheckFailed(type(error).__name__) from None

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


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
