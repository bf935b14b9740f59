"""Guests and those who open links: a signed device in the browser, and from it a lasting user id.

The device is a random number under our signature, kept by the client. The user id is made from device,
room and role, so it stays the same after a reload, differs from room to room, and nobody can take
another's by naming it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadSignature, Signer
from pydantic_core import PydanticCustomError

from protocols.errors import Code, Refused
from protocols.limits import NAME_LENGTH
from protocols.messages import Role
from protocols.text import clean_name, skeleton
from server.identity import Identity, Viewer, derived_key
from server.links import Link

DEVICE_LENGTH = 128  # characters; ours have 66
# Names that speak for the house; one that looks like it holds any of these is refused.
RESERVED = ("主持人", "管理员", "工作人员", "官方", "客服", "系统消息", "admin", "moderator", "official", "showfloor")
# Too short to look for inside other words.
RESERVED_WHOLE = ("host", "mod", "staff", "system", "bot", "店员", "店长", "机器人", "大屏", "系统")
# A bot is asked about at each of its commands.
_looks_like = lru_cache(4096)(skeleton)
_LOOKS = tuple(skeleton(word) for word in RESERVED)
_LOOKS_WHOLE = frozenset(skeleton(word) for word in RESERVED_WHOLE)
STAFF_NAMES = {Role.HOST: "主持人", Role.MODERATOR: "管理员", Role.WALL: "大屏", Role.BOT: "机器人"}


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody may come in: ``device`` is to be kept by their browser and shown again next time."""

    token: str
    device: str
    viewer: Viewer


class Guests:
    """Makes identities for people without an account."""

    def __init__(self, identity: Identity, secret: str) -> None:
        self._identity = identity
        self._signer = Signer(derived_key(secret, "device"), salt="showfloor.device", digest_method=hashlib.sha256)
        self._user_key = derived_key(secret, "user")

    def admit(
        self,
        room: str,
        nickname: str,
        *,
        device: str | None = None,
        shop: str | None = None,
        staff_names: Collection[str] = (),
    ) -> Admitted:
        """Let a guest in, in this ``shop``. Raises Refused: invalid (the nickname cannot be used)."""
        number = self._number(device)
        issued = self._identity.issue(
            user=self._user(number, room, Role.ATTENDEE),
            name=guest_name(nickname, staff_names),
            role=Role.ATTENDEE,
            room=room,
            guest=True,
            shop=shop,
        )
        return Admitted(issued.token, self._signed(number), issued.viewer)

    def admit_by(
        self,
        link: Link,
        nickname: str | None,
        *,
        device: str | None = None,
        shop: str | None = None,
        staff_names: Collection[str] = (),
    ) -> Admitted:
        """Let in whoever opened this link. Raises Refused: invalid (an attendee needs a nickname that can be used)."""
        number = self._number(device)
        issued = self._identity.issue(
            user=self._user(number, link.room, link.role, link.id),
            name=_name(link, nickname, staff_names),
            role=link.role,
            room=link.room,
            guest=link.role is Role.ATTENDEE,
            link=link.id,
            shop=shop,
            expires_at=link.expires_at,
        )
        return Admitted(issued.token, self._signed(number), issued.viewer)

    def number(self, viewer: Viewer, device: str) -> str:
        """What makes this attendee: the number in their device. Raises Refused: invalid (it is another's device)."""
        number = self._signed_number(device)
        if number is None or viewer.user != self._user(number, viewer.room, Role.ATTENDEE):
            raise Refused(Code.INVALID, "device: is not that of this person")
        return number

    def admit_again(
        self, room: str, number: str, name: str, link: Link | None = None, *, shop: str | None = None
    ) -> Admitted:
        """Let an attendee in as who they were: the device of this number, by the link that they came by."""
        issued = self._identity.issue(
            user=self._user(number, room, Role.ATTENDEE),
            name=name,
            role=Role.ATTENDEE,
            room=room,
            guest=True,
            link=None if link is None else link.id,
            shop=shop,
            expires_at=None if link is None else link.expires_at,
        )
        return Admitted(issued.token, self._signed(number), issued.viewer)

    def _number(self, device: str | None) -> str:
        """The number in a signed device; a new one if there is none or it is not ours."""
        # After a change of the secret every browser holds such a one: it gets a new identity, no error.
        return (self._signed_number(device) if device else None) or secrets.token_urlsafe(16)

    def _signed_number(self, device: str) -> str | None:
        if len(device) > DEVICE_LENGTH or not device.isascii():
            return None
        try:
            return self._signer.unsign(device).decode()
        except BadSignature:
            return None

    def _signed(self, number: str) -> str:
        return self._signer.sign(number.encode()).decode()

    def _user(self, number: str, room: str, role: Role, link: str = "") -> str:
        if role in {Role.BOT, Role.WALL}:
            # One link is one bot or wall, on whatever machine it runs.
            return f"{role}-{link}"
        # An attendee's link only opens the door: the same browser is the same person, and votes once.
        message = f"{number} {room} {role}".encode()
        digest = hmac.new(self._user_key, message, hashlib.sha256).digest()
        prefix = "guest" if role is Role.ATTENDEE else role.value
        return f"{prefix}-{base64.b32encode(digest[:10]).decode().lower()}"


def guest_name(nickname: str, staff_names: Collection[str] = ()) -> str:
    """A nickname as it will be shown. Raises Refused: invalid (cannot be shown, or looks like a staff name)."""
    name = _clean(nickname)
    looks = skeleton(name)
    if (
        any(reserved in looks for reserved in _LOOKS)
        or looks in _LOOKS_WHOLE
        or (looks and looks in {_looks_like(staff) for staff in staff_names})
    ):
        raise Refused(Code.INVALID, "nickname: looks like a name of the staff")
    return name


def _name(link: Link, nickname: str | None, staff_names: Collection[str]) -> str:
    if link.role is Role.ATTENDEE:
        if nickname is None:
            raise Refused(Code.INVALID, "nickname: is needed")
        return guest_name(nickname, staff_names)
    # Staff may bear a staff name; what can be seen in it is checked all the same.
    return _clean(nickname or link.label or STAFF_NAMES[link.role])


def _clean(nickname: str) -> str:
    if not 0 < len(nickname) <= NAME_LENGTH:
        raise Refused(Code.INVALID, f"nickname: needs 1 to {NAME_LENGTH} characters")
    try:
        return clean_name(nickname)
    except PydanticCustomError as error:
        # These messages are sentences of our own, without what was sent.
        raise Refused(Code.INVALID, f"nickname: {error.message()}") from None
