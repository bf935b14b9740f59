"""Shops: list, make, rename."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from protocols.errors import Code, Refused
from protocols.text import Title
from server.http.api.fields import PREFIX, Answer, Body, NewRoomId
from server.http.api.staff_fields import PathId, ShopAnswer
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller
from server.http.noting import note_act
from server.http.services import services_of
from server.staff.roles import StaffRole, Standing

router = APIRouter(prefix=PREFIX, tags=["shops"], route_class=StrictRoute)


class NewShop(Body):
    """A shop to be made."""

    name: Title
    id: NewRoomId | None = Field(None, description="Made up if not given.")


class Renamed(Body):
    """A shop's new name."""

    name: Title


class ShopsAnswer(Answer):
    """Shops, in the order of their names."""

    shops: list[ShopAnswer]


@router.get("/shops")
async def list_shops(request: Request, caller: KnownCaller) -> ShopsAnswer:
    """List one's shops; an owner and an API key see all."""
    shops = await services_of(request).staff.accounts.shops(_standing(caller))
    return ShopsAnswer(shops=[ShopAnswer(id=shop.id, name=shop.name) for shop in shops])


@router.post("/shops", status_code=201)
async def create_shop(request: Request, response: Response, new: NewShop, caller: KnownCaller) -> ShopAnswer:
    """Make a shop. Needs an owner or an API key."""
    _owner(caller)
    shop = await services_of(request).staff.accounts.add_shop(new.name, new.id)
    await note_act(request, caller, "shop.created", shop.id, shop=shop.id)
    response.headers["location"] = f"{PREFIX}/shops/{shop.id}"
    return ShopAnswer(id=shop.id, name=shop.name)


@router.patch("/shops/{shop}")
async def rename_shop(request: Request, shop: PathId, renamed: Renamed, caller: KnownCaller) -> ShopAnswer:
    """Rename a shop. Needs an owner or an API key."""
    _owner(caller)
    await services_of(request).staff.accounts.rename_shop(shop, renamed.name)
    await note_act(request, caller, "shop.renamed", shop, shop=shop)
    return ShopAnswer(id=shop, name=renamed.name)


def _standing(caller: Caller) -> Standing:
    """Raises Refused: forbidden (a room's token)."""
    if caller.key is not None:
        return Standing(StaffRole.OWNER)
    if caller.staff is None:
        raise Refused(Code.FORBIDDEN)
    return caller.staff.member.standing


def _owner(caller: Caller) -> None:
    if not _standing(caller).everywhere:
        raise Refused(Code.FORBIDDEN)
