"""Who calls the API: an API key, somebody with a token for one room, or nobody known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, By, Role, audience_of
from server.http.services import services_of
from server.identity import Viewer
from server.keys import ApiKey, is_key

scheme = HTTPBearer(
    auto_error=False,
    description="An API key (`sfk_…`), or the token of a person in one room.",
)


def bearer(header: str | None) -> str | None:
    """The credentials of an Authorization header, if they are of the kind Bearer."""
    kind, _, credentials = (header or "").partition(" ")
    return credentials.strip() if kind.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Caller:
    """Exactly one of ``key`` and ``viewer`` is set."""

    key: ApiKey | None = None
    viewer: Viewer | None = None

    def hosts(self, room: str) -> bool:
        """Whether they may run this room."""
        return self.key is not None or (
            self.viewer is not None and self.viewer.room == room and self.viewer.role is Role.HOST
        )

    def staffs(self, room: str) -> bool:
        """Whether they may see what hosts and moderators of this room see."""
        return self.key is not None or (
            self.viewer is not None and self.viewer.room == room and self.viewer.role in STAFF
        )

    def audience(self, room: str) -> Audience:
        """What they may read of this room. Raises Refused: forbidden (another room's token)."""
        if self.viewer is None:
            return Audience.HOSTS
        if self.viewer.room != room:
            raise Refused(Code.FORBIDDEN, "This token is for another room.")
        return audience_of(self.viewer.role)

    @property
    def by(self) -> By:
        """How what they do is signed in the room."""
        if self.viewer is not None:
            return self.viewer.by
        assert self.key is not None
        # The key's label is the house's own affair; all in the room see this name.
        return By(f"api-{self.key.id}", "API", Role.HOST)


async def maybe_caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(scheme)]
) -> Caller | None:
    """Who calls, or None without credentials. Raises Refused for credentials that are not good."""
    if credentials is None:
        if request.headers.get("authorization"):
            raise Refused(Code.UNAUTHORIZED, "Authorization must be of the kind Bearer.")
        return None
    services = services_of(request)
    if is_key(credentials.credentials):
        return Caller(key=await services.keys.verify(credentials.credentials))
    return Caller(viewer=services.identity.verify(credentials.credentials))


async def known_caller(caller: Annotated[Caller | None, Depends(maybe_caller)]) -> Caller:
    """Who calls. Raises Refused: unauthorized without credentials."""
    if caller is None:
        raise Refused(Code.UNAUTHORIZED)
    return caller


MaybeCaller = Annotated[Caller | None, Depends(maybe_caller)]
KnownCaller = Annotated[Caller, Depends(known_caller)]


def host_of(caller: Caller, room: str) -> None:
    """Raises Refused: forbidden, unless they may run this room."""
    if not caller.hosts(room):
        raise Refused(Code.FORBIDDEN)
