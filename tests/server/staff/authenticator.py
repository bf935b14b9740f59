"""An authenticator in software: ES256 keys, attestation "none", as a phone's passkeys are."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Kept:
    """A key that the authenticator holds for a site."""

    id: bytes
    key: ec.EllipticCurvePrivateKey
    site: str
    user: bytes
    count: int = 0


@dataclass
class Authenticator:
    """Answers what ``navigator.credentials`` would; ``origin`` is the page's, ``verifies`` if it asks for a PIN."""

    origin: str
    verifies: bool = True
    keys: list[Kept] = field(default_factory=list)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The credential for these creation options."""
        assert any(each["alg"] == -7 for each in options["pubKeyCredParams"])
        have = {base64url_to_bytes(each["id"]) for each in options.get("excludeCredentials", [])}
        assert not have & {each.id for each in self.keys}, "a browser would refuse: it is there already"
        key = ec.generate_private_key(ec.SECP256R1())
        kept = Kept(secrets.token_bytes(16), key, options["rp"]["id"], base64url_to_bytes(options["user"]["id"]))
        self.keys.append(kept)

        numbers = key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        about_key = bytes(16) + len(kept.id).to_bytes(2, "big") + kept.id + public
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(kept, WITH_KEY) + about_key}
        return self._credential(
            kept,
            {
                "clientDataJSON": bytes_to_base64url(self._client("webauthn.create", options["challenge"])),
                "attestationObject": bytes_to_base64url(cbor2.dumps(attestation)),
                "transports": ["internal"],
            },
        )

    def get(self, options: dict[str, Any], *, count: int | None = None) -> dict[str, Any]:
        """The answer to these request options, by the newest key for the site."""
        kept = [each for each in self.keys if each.site == options["rpId"]][-1]
        kept.count = kept.count + 1 if count is None else count
        data = self._data(kept, 0)
        client = self._client("webauthn.get", options["challenge"])
        signature = kept.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            kept,
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": bytes_to_base64url(kept.user),
            },
        )

    def _data(self, kept: Kept, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(kept.site.encode()).digest() + bytes([flags]) + kept.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _credential(self, kept: Kept, response: dict[str, Any]) -> dict[str, Any]:
        encoded = bytes_to_base64url(kept.id)
        return {
            "id": encoded,
            "rawId": encoded,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
