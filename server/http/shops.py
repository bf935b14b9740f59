"""Which shops a caller may ask about, and make something in."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request

from protocols.errors import Code, Refused
from server.http.callers import Caller
from server.http.services import services_of


def shops_of(caller: Caller) -> Collection[str] | None:
    """The caller's shops; None: all of them, and what belongs to none. Raises Refused: forbidden (a room's token)."""
    if caller.key is not None:
        return None
    if caller.staff is None:
        raise Refused(Code.FORBIDDEN, "This is for staff and for API keys.")
    standing = caller.staff.member.standing
    return None if standing.everywhere else standing.shops


async def in_shop(request: Request, caller: Caller, shop: str | None) -> None:
    """Raises Refused: forbidden for a shop that is not the caller's, invalid for none where one is needed, or for
    one that is not there."""
    own = shops_of(caller)
    if shop is None:
        if own is not None:
            raise Refused(Code.INVALID, "shop: is needed")
        return
    if not caller.sees(shop):
        raise Refused(Code.FORBIDDEN, "This is not a shop of yours.")
    await services_of(request).staff.accounts.known_shops([shop])
