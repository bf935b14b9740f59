"""Invitations: using one, which makes an account; making, listing and withdrawing them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, StringConstraints

from protocols.errors import Code, Refused
from protocols.text import Name
from server.http.api.fields import PREFIX, Answer, Body
from server.http.api.staff_fields import (
    Credential,
    Handle,
    Login,
    Me,
    NewPassword,
    Offer,
    PathId,
    RoleName,
    ShopAnswer,
    ShopIds,
    named,
    welcome,
)
from server.http.api.staff_session import from_here
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, SignedIn
from server.http.noting import note_act
from server.http.services import Services, services_of
from server.http.site import origin_for, site_of
from server.staff.accounts import Member
from server.staff.invitations import VALUE_LENGTH, Invitation, invitation_url
from server.staff.passkeys import Passkey, Person
from server.staff.passwords import check_password
from server.staff.roles import StaffRole, Standing, managing, standing

router = APIRouter(prefix=PREFIX, tags=["staff"], route_class=StrictRoute)

JOIN = "join"
Value = Annotated[str, StringConstraints(min_length=1, max_length=VALUE_LENGTH)]


class Held(Body):
    """An invitation that somebody holds."""

    invitation: Value


class Joining(Held):
    """Who takes an invitation up."""

    login: Login
    name: Name


class JoiningByPassword(Joining):
    """Who takes an invitation up, and how they will sign in."""

    password: NewPassword


class JoiningByPasskey(Joining):
    """Who takes an invitation up, and the passkey that their authenticator made."""

    challenge: Handle
    credential: Credential
    label: Name


class NewInvitation(Body):
    """Somebody to be invited."""

    role: RoleName
    shops: ShopIds = Field(default_factory=list)
    name: Name | None = Field(None, description="Whom it is for; they may change it.")


class InvitedAnswer(Answer):
    """What an invitation is for. ``login`` is set where it cannot be chosen: for an account that is there."""

    name: str | None
    login: str | None
    role: RoleName
    shops: list[ShopAnswer]
    expires_at: int


class MadeInvitation(Answer):
    """A new invitation. ``url`` is shown this once; whoever holds it gets the account."""

    id: str
    url: str
    expires_at: int


class InvitationAnswer(Answer):
    """An invitation that can still be used; ``staff`` is the account that it gives a new way in."""

    id: str
    name: str | None
    role: RoleName
    shops: list[ShopAnswer]
    staff: str | None
    created_by: str
    created_at: int
    expires_at: int


class InvitationsAnswer(Answer):
    """Invitations that can still be used, the newest first."""

    invitations: list[InvitationAnswer]


@router.post("/staff/invitations/read", dependencies=[Depends(from_here)])
async def read_invitation(request: Request, held: Held) -> InvitedAnswer:
    """Read what an invitation is for."""
    staff = services_of(request).staff
    invitation = await staff.invitations.read(held.invitation)
    shops = await staff.accounts.shops(invitation.standing)
    return InvitedAnswer(
        name=invitation.name,
        login=invitation.login,
        role=invitation.standing.role.value,
        shops=[ShopAnswer(id=shop.id, name=shop.name) for shop in shops],
        expires_at=invitation.expires_at,
    )


@router.post("/staff/invitations/accept", dependencies=[Depends(from_here)])
async def accept_invitation(request: Request, response: Response, joining: JoiningByPassword) -> Me:
    """Make an account with a password, or give one a new password; signs in."""
    services = services_of(request)
    staff = services.staff
    invitation = await staff.invitations.read(joining.invitation)
    member = staff.invitations.account(invitation, joining.login, joining.name)
    check_password(joining.password, member.login)
    hashed = await staff.passwords.hashed(joining.password)
    await staff.invitations.use(invitation, member.with_password(hashed))
    return await _joined(request, response, invitation, member, "password")


@router.post("/staff/invitations/passkey", dependencies=[Depends(from_here)])
async def offer_first_passkey(request: Request, joining: Joining) -> Offer:
    """Get what a browser needs to make the passkey of a new account."""
    staff = services_of(request).staff
    invitation = await staff.invitations.read(joining.invitation)
    member = staff.invitations.account(invitation, joining.login, joining.name)
    await _free(services_of(request), invitation, member)
    challenge, options = await staff.passkeys.offer(
        site_of(request),
        Person(member.id, member.login, member.name),
        purpose=JOIN,
        subject=f"{invitation.id} {member.id}",
    )
    return Offer(challenge=challenge, options=options)


@router.post("/staff/invitations/passkey/accept", dependencies=[Depends(from_here)])
async def accept_invitation_by_passkey(request: Request, response: Response, joining: JoiningByPasskey) -> Me:
    """Make an account with a passkey, or give one a new passkey; signs in."""
    staff = services_of(request).staff
    invitation = await staff.invitations.read(joining.invitation)
    challenge, subject = await staff.passkeys.subject(joining.challenge, JOIN)
    invitation_id, _, member_id = subject.partition(" ")
    if invitation_id != invitation.id:
        raise Refused(Code.INVALID, "challenge: was given for another invitation")
    # The authenticator keeps this id beside the key, so the account must get it.
    member = staff.invitations.account(invitation, joining.login, joining.name, member_id=member_id)
    passkey: Passkey = await staff.passkeys.made(
        site_of(request), challenge, joining.credential, member_id=member.id, label=joining.label
    )
    await staff.invitations.use(invitation, member, passkey)
    return await _joined(request, response, invitation, member, "passkey")


@router.post("/staff/invitations", status_code=201)
async def create_invitation(request: Request, new: NewInvitation, caller: KnownCaller, own: SignedIn) -> MadeInvitation:
    """Invite somebody: never above one's own role, and into shops of one's own. Owners and managers."""
    staff = services_of(request).staff
    wanted = standing(StaffRole(new.role), new.shops)
    managing(own.member.standing, wanted)
    await staff.accounts.known_shops(wanted.shops)
    value, made = await staff.invitations.create(own.member.id, wanted, name=new.name)
    details = {"role": new.role, "shops": sorted(wanted.shops)}
    await note_act(request, caller, "staff.invited", made.id, shop=_one(wanted), details=details)
    return answered(request, value, made)


@router.get("/staff/invitations")
async def list_invitations(request: Request, own: SignedIn) -> InvitationsAnswer:
    """List the invitations that can still be used. Owners and managers: those that they could have made."""
    staff = services_of(request).staff
    shops = await staff.accounts.shops(own.member.standing)
    open_ones = [each for each in await staff.invitations.open() if own.member.standing.manages(each.standing)]
    return InvitationsAnswer(
        invitations=[
            InvitationAnswer(
                id=each.id,
                name=each.name,
                role=each.standing.role.value,
                shops=named(shops, each.standing.shops),
                staff=each.staff,
                created_by=each.created_by,
                created_at=each.created_at,
                expires_at=each.expires_at,
            )
            for each in open_ones
        ]
    )


@router.delete("/staff/invitations/{invitation}", status_code=204)
async def withdraw_invitation(request: Request, invitation: PathId, caller: KnownCaller, own: SignedIn) -> None:
    """Withdraw an invitation."""
    staff = services_of(request).staff
    found = [each for each in await staff.invitations.open() if each.id == invitation]
    if not found or not own.member.standing.manages(found[0].standing):
        raise Refused(Code.NOT_FOUND)
    await staff.invitations.end(invitation)
    await note_act(request, caller, "staff.invitation_withdrawn", invitation, shop=_one(found[0].standing))


def answered(request: Request, value: str, made: Invitation) -> MadeInvitation:
    """A new invitation with its address."""
    return MadeInvitation(id=made.id, url=invitation_url(origin_for(request), value), expires_at=made.expires_at)


async def _free(services: Services, invitation: Invitation, member: Member) -> None:
    """Raises Refused: conflict for a login that is taken: said before a passkey is made for nothing."""
    if invitation.staff is None and await services.staff.accounts.by_login(member.login) is not None:
        raise Refused(Code.CONFLICT, "login: is taken")


async def _joined(request: Request, response: Response, invitation: Invitation, member: Member, way: str) -> Me:
    staff = services_of(request).staff
    # Whoever was in by the ways that are replaced goes.
    await staff.sessions.end_all(member.id)
    stored = await staff.accounts.get(member.id)
    if stored is None or stored.disabled_at is not None:
        raise Refused(Code.FORBIDDEN, "This account is disabled.")
    action = "staff.joined" if invitation.staff is None else "staff.renewed"
    return await welcome(request, response, stored, action, way)


def _one(wanted: Standing) -> str | None:
    return next(iter(wanted.shops)) if len(wanted.shops) == 1 else None
