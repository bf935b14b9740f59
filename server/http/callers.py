"""Who calls the API: an API key, somebody with a token for one room, a member of staff, or nobody known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, By, Role, audience_of
from server.http.origins import SAFE, sent_from_here
from server.http.present import present
from server.http.services import services_of
from server.identity import Viewer
from server.keys import ApiKey, is_key
from server.staff.sessions import StaffSession

COOKIE: Final = "showfloor_staff"

scheme = HTTPBearer(
    auto_error=False,
    description="An API key (`sfk_…`), or the token of a person in one room. Pages of staff send the cookie "
    f"`{COOKIE}` instead, and with what changes something an `Origin` of this server.",
)


def bearer(header: str | None) -> str | None:
    """The credentials of an Authorization header, if they are of the kind Bearer."""
    kind, _, credentials = (header or "").partition(" ")
    return credentials.strip() if kind.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Caller:
    """Exactly one of ``key``, ``viewer`` and ``staff`` is set."""

    key: ApiKey | None = None
    viewer: Viewer | None = None
    staff: StaffSession | None = None

    def sees(self, shop: str | None) -> bool:
        """Whether all of this shop, or of none, is theirs: as staff of it, or by an API key."""
        return self.key is not None or (self.staff is not None and self.staff.member.standing.sees(shop))

    def hosts(self, room: str, shop: str | None) -> bool:
        """Whether they may run this room."""
        return self.sees(shop) or (
            self.viewer is not None and self.viewer.room == room and self.viewer.role is Role.HOST
        )

    def staffs(self, room: str, shop: str | None) -> bool:
        """Whether they may see what hosts and moderators of this room see."""
        return self.sees(shop) or (self.viewer is not None and self.viewer.room == room and self.viewer.role in STAFF)

    def audience(self, room: str, shop: str | None) -> Audience:
        """What they may read of this room. Raises Refused: forbidden (another room's token, another shop's staff)."""
        if self.viewer is None:
            if not self.sees(shop):
                raise Refused(Code.FORBIDDEN)
            return Audience.HOSTS
        if self.viewer.room != room:
            raise Refused(Code.FORBIDDEN, "This token is for another room.")
        return audience_of(self.viewer.role)

    @property
    def by(self) -> By:
        """How what they do is signed in the room and in the audit."""
        if self.viewer is not None:
            return self.viewer.by
        if self.staff is not None:
            return By(self.staff.member.id, self.staff.member.name, Role.HOST)
        assert self.key is not None
        # The key's label is the house's own affair; all in the room see this name.
        return By(f"api-{self.key.id}", "API", Role.HOST)


async def maybe_caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(scheme)]
) -> Caller | None:
    """Who calls, or None without credentials.

    Raises Refused for credentials that are not good, for a cookie that another site's page makes use of, and for
    somebody in a room who reads too much: rate_limited.
    """
    caller = await _caller(request, credentials)
    if caller is not None and request.method == "GET":
        await reads(request, caller)
    return caller


async def reads(request: Request, caller: Caller) -> None:
    """Count a request that reads, of somebody in a room. Raises Refused: rate_limited."""
    if caller.viewer is not None:
        await services_of(request).reads.take(f"{caller.viewer.room} {caller.viewer.user}")


async def _caller(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Caller | None:
    services = services_of(request)
    if credentials is not None:
        if is_key(credentials.credentials):
            return Caller(key=await services.keys.verify(credentials.credentials))
        return Caller(viewer=await present(services, services.identity.verify(credentials.credentials)))
    if request.headers.get("authorization"):
        raise Refused(Code.UNAUTHORIZED, "Authorization must be of the kind Bearer.")
    # A cookie that has run out counts as none: browsers send it on their own, also where nobody needs to be known.
    signed_in = await services.staff.sessions.of(request.cookies.get(COOKIE, ""))
    if signed_in is None:
        return None
    if request.method not in SAFE:
        sent_from_here(request, needed=True)
    return Caller(staff=signed_in)


async def asks_again(request: Request) -> Caller:
    """Who calls, if they still may: for what takes longer than a decision on them may wait. Raises Refused."""
    return await known_caller(await _caller(request, await scheme(request)))


async def known_caller(caller: Annotated[Caller | None, Depends(maybe_caller)]) -> Caller:
    """Who calls. Raises Refused: unauthorized without credentials."""
    if caller is None:
        raise Refused(Code.UNAUTHORIZED)
    return caller


async def signed_in(caller: Annotated[Caller, Depends(known_caller)]) -> StaffSession:
    """Who of the staff calls. Raises Refused: unauthorized for nobody, forbidden for a key or a room's token."""
    if caller.staff is None:
        raise Refused(Code.FORBIDDEN, "This is for staff who signed in.")
    return caller.staff


async def just_signed_in(request: Request, own: Annotated[StaffSession, Depends(signed_in)]) -> StaffSession:
    """Who of the staff calls. Raises Refused: as above, and unauthorized if their sign-in is not a fresh one."""
    services_of(request).staff.sessions.fresh(own.session)
    return own


MaybeCaller = Annotated[Caller | None, Depends(maybe_caller)]
KnownCaller = Annotated[Caller, Depends(known_caller)]
SignedIn = Annotated[StaffSession, Depends(signed_in)]
JustSignedIn = Annotated[StaffSession, Depends(just_signed_in)]


async def shop_of(request: Request, caller: Caller | None, room: str) -> str | None:
    """The shop of a room, where it matters to who calls. Raises Refused: not_found, unavailable."""
    if caller is None or caller.staff is None:
        return None
    return (await services_of(request).directory.open(room)).live.room.shop


async def host_of(request: Request, caller: Caller, room: str) -> None:
    """Raises Refused: forbidden, unless they may run this room; not_found to staff if there is none."""
    if not caller.hosts(room, await shop_of(request, caller, room)):
        raise Refused(Code.FORBIDDEN)


async def staffs(request: Request, caller: Caller | None, room: str) -> bool:
    """Whether they may see what hosts and moderators of this room see."""
    return caller is not None and caller.staffs(room, await shop_of(request, caller, room))


async def audience_in(request: Request, caller: Caller, room: str) -> Audience:
    """What they may read of this room. Raises Refused: forbidden, not_found."""
    return caller.audience(room, await shop_of(request, caller, room))
