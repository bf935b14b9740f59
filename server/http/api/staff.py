"""Colleagues: who there is, what they may do, and a new way in for one who lost theirs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field

from protocols.errors import Code, Refused
from protocols.messages import STAFF
from server.http.api.fields import PREFIX, Answer, Body
from server.http.api.staff_fields import PathId, RoleName, ShopAnswer, ShopIds, named, one_shop
from server.http.api.staff_invitations import MadeInvitation, answered
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller, SignedIn
from server.http.noting import note_act
from server.http.services import services_of
from server.staff.accounts import Member, Shop
from server.staff.roles import StaffRole

router = APIRouter(prefix=PREFIX, tags=["staff"], route_class=StrictRoute)


class Changed(Body):
    """What shall be different; what is not given stays."""

    role: RoleName | None = None
    shops: ShopIds | None = None
    disabled: bool | None = Field(None, description="True ends all their sessions and what they opened by them.")


class MemberAnswer(Answer):
    """An account. ``shops`` are those that the caller may know; ``seen_at`` is null before the first sign-in."""

    id: str
    login: str
    name: str
    role: RoleName
    shops: list[ShopAnswer]
    disabled: bool
    seen_at: int | None

    @classmethod
    def of(cls, member: Member, shops: list[Shop]) -> MemberAnswer:
        """The same, to be answered."""
        return cls(
            id=member.id,
            login=member.login,
            name=member.name,
            role=member.role.value,
            shops=named(shops, member.standing.shops),
            disabled=member.disabled_at is not None,
            seen_at=member.seen_at,
        )


class StaffAnswer(Answer):
    """The accounts that belong to one's shops, in the order of their names."""

    staff: list[MemberAnswer]


@router.get("/staff")
async def list_staff(request: Request, own: SignedIn) -> StaffAnswer:
    """List the accounts of one's shops; owners see all."""
    accounts = services_of(request).staff.accounts
    shops = list(await accounts.shops(own.member.standing))
    members = await accounts.seen_by(own.member.standing)
    return StaffAnswer(staff=[MemberAnswer.of(each, shops) for each in members])


@router.patch("/staff/{member}")
async def change_staff(
    request: Request, member: PathId, changed: Changed, caller: KnownCaller, own: SignedIn
) -> MemberAnswer:
    """Change an account's role or shops, or disable it: what it may not any more ends at once.

    Owners and managers; nobody above their own role, and the last owner stays. Links for hosts and moderators that
    they made into rooms which are not theirs any more are withdrawn.
    """
    staff = services_of(request).staff
    before, after = await staff.accounts.change(
        own.member,
        member,
        role=None if changed.role is None else StaffRole(changed.role),
        shops=changed.shops,
        disabled=changed.disabled,
    )
    lost = after.disabled_at is not None or before.standing.loses(after.standing)
    if lost:
        # Room tokens say what their holder was when they were made; with the sessions they end.
        await staff.sessions.end_all(after.id)
    if lost or before.standing != after.standing:
        # Also where they gain: who was given a new way into their account may not gain it with them.
        await staff.invitations.end_of(after.id)
    details = {
        "role": after.role.value,
        "shops": sorted(after.standing.shops),
        "disabled": after.disabled_at is not None,
    }
    await note_act(request, caller, "staff.changed", after.id, shop=one_shop(after), details=details)
    if lost:
        await _withdraw_links(request, caller, after)
    return MemberAnswer.of(after, list(await staff.accounts.shops(own.member.standing)))


@router.post("/staff/{member}/invitation", status_code=201)
async def renew_ways_in(request: Request, member: PathId, caller: KnownCaller, own: SignedIn) -> MadeInvitation:
    """Give somebody who lost their ways in a new one: using it ends the earlier ones.

    Owners for all; managers for the staff of their shops. It lets its holder in as that person.
    """
    staff = services_of(request).staff
    found = await staff.accounts.get(member)
    standing = own.member.standing
    if found is None or not (standing.everywhere or found.standing.shops & standing.shops):
        raise Refused(Code.NOT_FOUND)
    # A manager who could do this to another would be that other.
    if not standing.everywhere and (found.role is not StaffRole.STAFF or not standing.manages(found.standing)):
        raise Refused(Code.FORBIDDEN)
    if found.disabled_at is not None:
        raise Refused(Code.CONFLICT, "This account is disabled.")
    value, made = await staff.invitations.for_member(own.member.id, found)
    await note_act(request, caller, "staff.reset", found.id, shop=one_shop(found))
    return answered(request, value, made)


async def _withdraw_links(request: Request, caller: Caller, member: Member) -> None:
    """A link outlives who made it, who may well have kept it. The audit knows of them; attendees and walls keep theirs,
    which hang printed in the shop."""
    services = services_of(request)
    for entry in await services.audit.of(member.id, "link.created"):
        link = entry.details.get("link")
        keeps = member.disabled_at is None and member.standing.sees(entry.shop)
        if keeps or entry.details.get("role") not in STAFF or not isinstance(link, str):
            continue
        try:
            await services.links.in_force(link)
        except Refused:
            continue  # it opens nothing any more
        await services.links.revoke(entry.target, link)
        await note_act(request, caller, "link.withdrawn", entry.target, shop=entry.shop, details={"link": link})
