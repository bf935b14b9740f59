"""Tokens: who somebody is in one room, signed.

A token is a JWT (HS256) with the claims iss, sub, name, role, room, iat, exp, jti and, where true or
known, guest, bound, signed_up, link, session and shop. Whoever holds it is that person until it expires, or the
link or the session of staff that it rests on ends; a role change in the room overrides its role.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from protocols.errors import Code, Refused
from protocols.limits import NAME_LENGTH
from protocols.messages import By, Id, Role

ISSUER: Final = "showfloor"
ALGORITHMS = ["HS256"]
TOKEN_LENGTH = 2048  # characters; ours have under 600
CACHE_SIZE = 4096  # verified tokens remembered; the one not seen for longest goes first


def derived_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose, so that what is signed for one never passes for another."""
    return hmac.new(secret.encode(), f"showfloor {purpose}".encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person in a room, as a token states it: ``expires_at`` in ms, ``link`` or ``session`` is what they came by."""

    user: str
    name: str
    role: Role
    guest: bool
    bound: bool
    signed_up: bool
    room: str
    token_id: str | None = None
    expires_at: int | None = None
    link: str | None = None
    session: str | None = None
    shop: str | None = None

    @property
    def by(self) -> By:
        """How they are shown beside what they do."""
        return By(self.user, self.name, self.role, guest=self.guest, shop=self.shop)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token and what it states."""

    token: str
    viewer: Viewer


class _Claims(BaseModel):
    # Claims that a later version adds are ignored; those that are here must be exact.
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    iss: Literal["showfloor"]
    sub: Id
    name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH)]
    role: Literal["host", "moderator", "attendee", "wall", "bot"]
    room: Id
    exp: int
    guest: bool = False
    bound: bool = False
    signed_up: bool = False
    jti: Id | None = None
    link: Id | None = None
    session: Id | None = None
    shop: Id | None = None

    def viewer(self) -> Viewer:
        return Viewer(
            user=self.sub,
            name=self.name,
            role=Role(self.role),
            guest=self.guest,
            bound=self.bound,
            signed_up=self.signed_up,
            room=self.room,
            token_id=self.jti,
            expires_at=self.exp * 1000,
            link=self.link,
            session=self.session,
            shop=self.shop,
        )


class Identity:
    """Issues and verifies tokens. ``clock`` gives Unix seconds.

    ``revoked`` says whether a link was withdrawn, ``ended`` whether a session of staff has ended.
    """

    def __init__(
        self,
        secret: str,
        *,
        ttl_s: int = 12 * 3600,
        revoked: Callable[[str], bool] = lambda _link: False,
        ended: Callable[[str], bool] = lambda _session: False,
        clock: Callable[[], float] = time.time,
        cache_size: int = CACHE_SIZE,
    ) -> None:
        self.ttl_s = ttl_s
        self._key = OctKey.import_key(derived_key(secret, "token"))
        self._revoked = revoked
        self._ended = ended
        self._clock = clock
        self._cache: OrderedDict[str, Viewer] = OrderedDict()
        self._cache_size = cache_size

    def issue(
        self,
        *,
        user: str,
        name: str,
        role: Role,
        room: str,
        guest: bool = False,
        bound: bool = False,
        signed_up: bool = False,
        link: str | None = None,
        session: str | None = None,
        shop: str | None = None,
        expires_at: int | None = None,
    ) -> Issued:
        """Make a token; it lives for the usual time, or until ``expires_at`` (ms) if that is sooner."""
        now = int(self._clock())
        exp = now + self.ttl_s if expires_at is None else min(now + self.ttl_s, expires_at // 1000)
        claims = _Claims(
            iss=ISSUER,
            sub=user,
            name=name,
            role=role.value,
            room=room,
            exp=exp,
            guest=guest,
            bound=bound,
            signed_up=signed_up,
            jti=secrets.token_urlsafe(9),
            link=link,
            session=session,
            shop=shop,
        )
        payload = {**claims.model_dump(exclude_defaults=True), "iss": ISSUER, "iat": now}
        return Issued(jwt.encode({"alg": "HS256"}, payload, self._key), claims.viewer())

    def verify(self, token: object, *, room: str | None = None) -> Viewer:
        """Who holds this token; with ``room``, only if it is for that room.

        Raises Refused: unauthorized, expired, revoked, forbidden (another room's).
        """
        if not isinstance(token, str) or not token or len(token) > TOKEN_LENGTH:
            raise Refused(Code.UNAUTHORIZED)

        viewer = self._cache.get(token)
        if viewer is None:
            viewer = self._decode(token)
            self._cache[token] = viewer
            if len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(token)

        # Not remembered: these change while the token stays the same.
        if viewer.expires_at is not None and viewer.expires_at <= self._clock() * 1000:
            raise Refused(Code.EXPIRED)
        if viewer.link is not None and self._revoked(viewer.link):
            raise Refused(Code.REVOKED)
        if viewer.session is not None and self._ended(viewer.session):
            raise Refused(Code.REVOKED, "You were signed out.")
        if room is not None and viewer.room != room:
            raise Refused(Code.FORBIDDEN, "This token is for another room.")
        return viewer

    def _decode(self, token: str) -> Viewer:
        try:
            claims = jwt.decode(token, self._key, algorithms=ALGORITHMS).claims
            return _Claims.model_validate(claims).viewer()
        except (JoseError, ValidationError, ValueError, TypeError):
            # Why it is wrong helps only those who forge.
            raise Refused(Code.UNAUTHORIZED) from None
