"""A service that looks at pictures, and takes nothing but what is agreed with it."""

from __future__ import annotations

import hashlib
import hmac
import io
from base64 import b64decode

import httpx
import orjson
from PIL import Image

from server.check_http import Endpoint
from server.outside import Finding

NOW = 1_700_000_000.0
URL = "https://check.example/images"


class ImageService:
    """``finding`` is what it finds, an error what goes wrong on the way; ``faults`` what was not as agreed."""

    def __init__(self, secret: str, finding: Finding | httpx.HTTPError = Finding.FINE) -> None:
        self.secret = secret
        self.finding = finding
        self.seen: list[tuple[str, bytes]] = []
        self.faults: list[str] = []

    def endpoint(self, secret: str | None = None) -> Endpoint:
        """Where it is, and the secret that is shared with it."""
        return Endpoint(URL, secret or self.secret, lambda: NOW, httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self.finding, httpx.HTTPError):
            raise self.finding
        try:
            self.seen.append(self._read(request))
        except (AssertionError, ValueError, TypeError, KeyError, OSError) as fault:
            self.faults.append(repr(fault))
            return httpx.Response(400)
        return httpx.Response(200, json={"finding": self.finding.value})

    def _read(self, request: httpx.Request) -> tuple[str, bytes]:
        headers, body = request.headers, request.content
        assert (request.method, str(request.url), headers["content-type"]) == ("POST", URL, "application/json")
        assert headers["x-showfloor-time"] == str(int(NOW))
        signed = hmac.new(self.secret.encode(), f"{int(NOW)}.".encode() + body, hashlib.sha256).hexdigest()
        assert headers["x-showfloor-signature"] == signed
        asked = orjson.loads(body)
        assert asked.keys() == {"room", "picture"}
        assert asked["picture"].keys() == {"type", "data"}
        assert asked["picture"]["type"] == "image/webp"
        data = b64decode(asked["picture"]["data"], validate=True)
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
            image.load()
            assert max(image.size) <= 640
            assert not image.getexif()
        return asked["room"], data
