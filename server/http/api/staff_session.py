"""Signing in and out, and where one is signed in."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from server.http.api.fields import PREFIX, Answer, Body
from server.http.api.staff_fields import Credential, Handle, Login, Me, Offer, Password, PathId, farewell, me, welcome
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, SignedIn
from server.http.noting import note_act
from server.http.origins import sent_from_here
from server.http.services import address_of, services_of
from server.http.site import site_of


async def from_here(request: Request) -> None:
    """Raises Refused: forbidden for a page of another site, which could sign somebody in as somebody else."""
    sent_from_here(request, needed=False)


router = APIRouter(prefix=PREFIX, tags=["staff"], route_class=StrictRoute)


class SigningIn(Body):
    """A login and its password."""

    login: Login
    password: Password


class ShownPasskey(Body):
    """What an authenticator signed."""

    challenge: Handle
    credential: Credential


class Nothing(Body):
    """No fields."""


class SessionAnswer(Answer):
    """A place where one is signed in; ``agent`` is what the browser called itself."""

    id: str
    agent: str
    created_at: int
    seen_at: int
    current: bool


class SessionsAnswer(Answer):
    """Where one is signed in, the place used last first."""

    sessions: list[SessionAnswer]


@router.post("/staff/session", dependencies=[Depends(from_here)])
async def sign_in(request: Request, response: Response, given: SigningIn) -> Me:
    """Sign in by password; sets the cookie. Slowed after failures, by login and by address."""
    staff = services_of(request).staff
    member = await staff.sign_in.by_password(given.login, given.password, address_of(request))
    return await welcome(request, response, member, "staff.signed_in", "password")


@router.post("/staff/session/passkey/options", dependencies=[Depends(from_here)])
async def ask_for_passkey(request: Request, _: Nothing) -> Offer:
    """Get what a browser needs to sign in by passkey."""
    challenge, options = await services_of(request).staff.passkeys.ask(site_of(request))
    return Offer(challenge=challenge, options=options)


@router.post("/staff/session/passkey", dependencies=[Depends(from_here)])
async def sign_in_by_passkey(request: Request, response: Response, shown: ShownPasskey) -> Me:
    """Sign in by passkey; sets the cookie."""
    staff = services_of(request).staff
    member = await staff.sign_in.by_passkey(site_of(request), shown.challenge, shown.credential, address_of(request))
    return await welcome(request, response, member, "staff.signed_in", "passkey")


@router.get("/staff/session")
async def read_session(request: Request, own: SignedIn) -> Me:
    """Read who is signed in."""
    return await me(request, own)


@router.delete("/staff/session", status_code=204)
async def sign_out(request: Request, response: Response, caller: KnownCaller, own: SignedIn) -> None:
    """Sign out here: what was opened from here ends too."""
    await services_of(request).staff.sessions.end(own.member.id, own.session.id)
    farewell(request, response)
    await note_act(request, caller, "staff.signed_out", own.session.id)


@router.get("/staff/sessions")
async def list_sessions(request: Request, own: SignedIn) -> SessionsAnswer:
    """List where one is signed in."""
    sessions = await services_of(request).staff.sessions.of_member(own.member.id)
    return SessionsAnswer(
        sessions=[
            SessionAnswer(
                id=each.id,
                agent=each.agent,
                created_at=each.created_at,
                seen_at=each.seen_at,
                current=each.id == own.session.id,
            )
            for each in sessions
        ]
    )


@router.delete("/staff/sessions/{session}", status_code=204)
async def end_session(request: Request, session: PathId, caller: KnownCaller, own: SignedIn) -> None:
    """Sign out somewhere else."""
    await services_of(request).staff.sessions.end(own.member.id, session)
    await note_act(request, caller, "staff.signed_out", session)


@router.delete("/staff/sessions", status_code=204)
async def end_other_sessions(request: Request, caller: KnownCaller, own: SignedIn) -> None:
    """Sign out everywhere else."""
    count = await services_of(request).staff.sessions.end_all(own.member.id, but=own.session.id)
    await note_act(request, caller, "staff.signed_out", own.member.id, details={"sessions": count})
