"""One's own ways in: password and passkeys."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field

from protocols.errors import Code, Refused
from protocols.text import Name
from server.http.api.fields import PREFIX, Answer, Body
from server.http.api.staff_fields import Credential, Handle, NewPassword, Offer, Password, PathId
from server.http.api.staff_session import Nothing
from server.http.body import StrictRoute
from server.http.callers import JustSignedIn, KnownCaller, SignedIn
from server.http.noting import note_act
from server.http.services import services_of
from server.http.site import site_of
from server.staff.passkeys import Passkey, Person
from server.staff.passwords import check_password

router = APIRouter(prefix=PREFIX, tags=["staff"], route_class=StrictRoute)

ADD = "add"


class ChangedPassword(Body):
    """A new password, and the one that it replaces, if there is one."""

    current: Password | None = None
    password: NewPassword


class NewPasskey(Body):
    """A passkey that an authenticator has made."""

    challenge: Handle
    credential: Credential
    label: Name = Field(description="What its owner calls it, as the device that holds it.")


class PasskeyAnswer(Answer):
    """A passkey."""

    id: str
    label: str
    created_at: int
    used_at: int | None

    @classmethod
    def of(cls, passkey: Passkey) -> PasskeyAnswer:
        """The same, to be answered."""
        return cls(id=passkey.id, label=passkey.label, created_at=passkey.created_at, used_at=passkey.used_at)


class PasskeysAnswer(Answer):
    """One's passkeys, the oldest first."""

    passkeys: list[PasskeyAnswer]


@router.put("/staff/password", status_code=204)
async def change_password(request: Request, changed: ChangedPassword, caller: KnownCaller, own: SignedIn) -> None:
    """Set or change one's password: everywhere else one is signed out.

    Needs the one that is replaced; if there is none, a sign-in of the last ten minutes.
    """
    staff = services_of(request).staff
    if own.member.password is None:
        staff.sessions.fresh(own.session)
    check_password(changed.password, own.member.login)
    await staff.sign_in.again(own.member, changed.current)
    await staff.accounts.set_password(own.member.id, await staff.passwords.hashed(changed.password))
    await staff.sessions.end_all(own.member.id, but=own.session.id)
    await note_act(request, caller, "staff.password_changed", own.member.id)


@router.get("/staff/passkeys")
async def list_passkeys(request: Request, own: SignedIn) -> PasskeysAnswer:
    """List one's passkeys."""
    passkeys = await services_of(request).staff.passkeys.of_member(own.member.id)
    return PasskeysAnswer(passkeys=[PasskeyAnswer.of(each) for each in passkeys])


@router.post("/staff/passkeys/options")
async def offer_passkey(request: Request, _: Nothing, own: JustSignedIn) -> Offer:
    """Get what a browser needs to make a passkey. Needs a sign-in of the last ten minutes."""
    member = own.member
    challenge, options = await services_of(request).staff.passkeys.offer(
        site_of(request), Person(member.id, member.login, member.name), purpose=ADD, subject=member.id
    )
    return Offer(challenge=challenge, options=options)


@router.post("/staff/passkeys", status_code=201)
async def add_passkey(request: Request, new: NewPasskey, caller: KnownCaller, own: JustSignedIn) -> PasskeyAnswer:
    """Add a passkey to one's account. Needs a sign-in of the last ten minutes."""
    passkeys = services_of(request).staff.passkeys
    challenge, subject = await passkeys.subject(new.challenge, ADD)
    if subject != own.member.id:
        raise Refused(Code.INVALID, "challenge: was given to another")
    made = await passkeys.made(site_of(request), challenge, new.credential, member_id=own.member.id, label=new.label)
    await passkeys.add(made)
    await note_act(request, caller, "staff.passkey_added", made.id)
    return PasskeyAnswer.of(made)


@router.delete("/staff/passkeys/{passkey}", status_code=204)
async def remove_passkey(request: Request, passkey: PathId, caller: KnownCaller, own: JustSignedIn) -> None:
    """Remove a passkey; the last way into an account stays. Needs a sign-in of the last ten minutes."""
    await services_of(request).staff.passkeys.remove(own.member.id, passkey)
    await note_act(request, caller, "staff.passkey_removed", passkey)
