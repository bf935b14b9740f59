"""What the addresses of staff have in common: fields, answers, and the cookie."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Request, Response
from pydantic import Field, StringConstraints

from protocols.messages import Id
from server.http.api.fields import Answer
from server.http.callers import COOKIE, Caller
from server.http.noting import note_act
from server.http.origins import came_by_https
from server.http.services import services_of
from server.staff.accounts import LOGIN_LENGTH, SHOPS_EACH, Member, Shop
from server.staff.challenges import HANDLE_LENGTH
from server.staff.passwords import LEAST, MOST
from server.staff.sessions import LIFE_MS, StaffSession

RoleName = Literal["owner", "manager", "staff"]
Login = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LOGIN_LENGTH),
    Field(description="2 to 64 letters, digits or any of `.@+-_`; case does not count."),
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=MOST)]
NewPassword = Annotated[Password, Field(description=f"{LEAST} to {MOST} characters.")]
ShopIds = Annotated[list[Id], Field(max_length=SHOPS_EACH, description="Ids of shops; none for an owner, who has all.")]
Handle = Annotated[
    str, StringConstraints(min_length=1, max_length=HANDLE_LENGTH), Field(description="As it was given out.")
]
Credential = Annotated[dict[str, Any], Field(description="As `PublicKeyCredential.toJSON()` gives it.")]
PathId = Annotated[Id, Path(description="As it is listed.")]


class ShopAnswer(Answer):
    """A shop."""

    id: str
    name: str


class Me(Answer):
    """Who is signed in. ``password`` and ``passkeys`` say which ways in there are; owners have all shops."""

    id: str
    login: str
    name: str
    role: RoleName
    shops: list[ShopAnswer]
    session: str
    password: bool
    passkeys: int


class Offer(Answer):
    """For the browser: ``options`` for ``navigator.credentials``; ``challenge`` goes back with what it made."""

    challenge: str
    options: dict[str, Any]


def named(shops: Iterable[Shop], wanted: Collection[str]) -> list[ShopAnswer]:
    """Those of these shops that are wanted, in their order."""
    return [ShopAnswer(id=shop.id, name=shop.name) for shop in shops if shop.id in wanted]


async def me(request: Request, own: StaffSession) -> Me:
    """The answer to who is signed in."""
    staff = services_of(request).staff
    member = own.member
    shops = await staff.accounts.shops(member.standing)
    return Me(
        id=member.id,
        login=member.login,
        name=member.name,
        role=member.role.value,
        shops=[ShopAnswer(id=shop.id, name=shop.name) for shop in shops],
        session=own.session.id,
        password=member.password is not None,
        passkeys=len(await staff.passkeys.of_member(member.id)),
    )


_ATTRIBUTES: Final[dict[str, Any]] = {"path": "/", "httponly": True, "samesite": "lax"}


async def welcome(request: Request, response: Response, member: Member, action: str, way: str) -> Me:
    """Sign somebody in: the cookie, and who they are."""
    value, own = await services_of(request).staff.sessions.begin(member, request.headers.get("user-agent", ""))
    response.set_cookie(COOKIE, value, max_age=LIFE_MS // 1000, secure=came_by_https(request), **_ATTRIBUTES)
    await note_act(request, Caller(staff=own), action, member.id, shop=one_shop(member), details={"by": way})
    return await me(request, own)


def farewell(request: Request, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, secure=came_by_https(request), **_ATTRIBUTES)


def one_shop(member: Member) -> str | None:
    """The shop that an act on this account concerns; None for several, or the whole house."""
    shops = member.standing.shops
    return next(iter(shops)) if len(shops) == 1 else None
