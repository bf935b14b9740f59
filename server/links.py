"""Links: signed and revocable ways into a room with a role.

The link itself is ``<id>.<signature>``: short enough for a QR code, and a forged one is refused without
asking the database. Whoever opens it exchanges it for a token that names the link; when the link is
withdrawn, those tokens are refused too and the callbacks of ``on_revoked`` end the joins that rest on it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from itsdangerous import BadSignature, Signer

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Role
from server.identity import derived_key
from server.staff_names import NAMES, StaffNames

LINK_LENGTH = 128  # characters; ours have 60
LINKS_LIMIT = 200  # not withdrawn ones in a room


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored; instants in ms. It expires at ``expires_at``, if that is set."""

    id: str
    room: str
    role: Role
    label: str | None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None


def link_url(origin: str | None, room: str, role: Role, signed: str) -> str:
    """The address that holds a link; without an origin, from the server's root.

    The link stands in the fragment, which browsers send to nobody, so that it is in no log of a proxy.
    """
    page = {Role.HOST: "host", Role.MODERATOR: "host", Role.WALL: "wall"}.get(role, "r")
    return f"{origin or ''}/{page}/{room}#link={signed}"


class LinkTable(Protocol):
    """Where links are kept."""

    async def add(self, link: Link) -> None:
        """Store a new link."""

    async def get(self, link_id: str) -> Link | None:
        """The link, also one that was withdrawn; None if there is none."""

    async def of_room(self, room: str) -> Sequence[Link]:
        """All links of a room, the newest first."""

    async def revoke(self, link_id: str, at: int) -> None:
        """Mark as withdrawn; the first time stands."""

    async def revoked_since(self, at: int) -> Sequence[str]:
        """The ids of links withdrawn at or after ``at``."""

    async def staff_seen(self, room: str, most: int) -> Sequence[str]:
        """Names under which staff did something in a room; at most so many. Guests with another role are none."""


class Links:
    """Makes, checks and withdraws links. ``clock`` gives Unix seconds."""

    def __init__(
        self,
        table: LinkTable,
        secret: str,
        *,
        token_ttl_s: int = 12 * 3600,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._signer = Signer(derived_key(secret, "link"), salt="showfloor.link", digest_method=hashlib.sha256)
        self._token_ttl_ms = token_ttl_s * 1000
        self._clock = clock
        self._revoked: dict[str, int] = {}  # link id -> when; kept while tokens made from it may live
        self._callbacks: list[Callable[[str], None]] = []
        self.names = StaffNames(self._read_names)

    async def load(self) -> None:
        """Learn what was withdrawn while tokens of it may still live. Call before serving."""
        now = self._now()
        self._revoked = dict.fromkeys(await self._table.revoked_since(now - self._token_ttl_ms), now)

    def revoked(self, link_id: str) -> bool:
        """Whether tokens made from this link are refused; a look in memory."""
        return link_id in self._revoked

    def on_revoked(self, callback: Callable[[str], None]) -> None:
        """Call ``callback`` with the id of each link that is withdrawn from now on."""
        self._callbacks.append(callback)

    def learn(self, link_id: str) -> None:
        """This link was withdrawn on another node."""
        self._revoked[link_id] = self._now()

    async def revoked_since(self, at: int) -> Sequence[str]:
        """The ids of links withdrawn at or after ``at``, on whatever node."""
        return await self._table.revoked_since(at)

    def signed(self, link: Link) -> str:
        """What people open: the id and its signature."""
        return self.signed_id(link.id)

    def signed_id(self, link_id: str) -> str:
        """The same, by the id alone."""
        return self._signer.sign(link_id.encode()).decode()

    async def create(self, room: str, role: Role, *, label: str | None = None, expires_at: int | None = None) -> Link:
        """Make a link. Raises Refused: invalid (expires in the past), conflict (too many)."""
        now = self._now()
        if expires_at is not None and expires_at <= now:
            raise Refused(Code.INVALID, "expires_at: must be in the future")
        live = [link for link in await self._table.of_room(room) if link.revoked_at is None]
        if len(live) >= LINKS_LIMIT:
            raise Refused(Code.CONFLICT, f"A room has at most {LINKS_LIMIT} links; withdraw some first.")

        link = Link(secrets.token_urlsafe(12), room, role, label, now, expires_at)
        await self._table.add(link)
        if role in STAFF and label is not None:
            self.names.note(room, label)
        return link

    async def opened(self, signed: str) -> Link:
        """The link that somebody opened. Raises Refused: unauthorized, expired, revoked."""
        if len(signed) > LINK_LENGTH or not signed.isascii():
            raise Refused(Code.UNAUTHORIZED)
        try:
            link_id = self._signer.unsign(signed).decode()
        except BadSignature:
            raise Refused(Code.UNAUTHORIZED) from None
        return await self.in_force(link_id)

    async def in_force(self, link_id: str) -> Link:
        """The link of this id, if it still opens its room. Raises Refused: unauthorized, expired, revoked."""
        if link_id in self._revoked:
            raise Refused(Code.REVOKED)
        link = await self._table.get(link_id)
        if link is None:
            raise Refused(Code.UNAUTHORIZED)
        if link.revoked_at is not None:
            raise Refused(Code.REVOKED)
        if link.expires_at is not None and link.expires_at <= self._now():
            raise Refused(Code.EXPIRED)
        return link

    async def of_room(self, room: str) -> Sequence[Link]:
        """All links of a room, the newest first."""
        return await self._table.of_room(room)

    async def revoke(self, room: str, link_id: str, *, unseen: Collection[Role] = ()) -> None:
        """Withdraw a link of this room; again changes nothing.

        Raises Refused: not_found, also for links of roles that are ``unseen`` by who asks.
        """
        link = await self._table.get(link_id)
        if link is None or link.room != room or link.role in unseen:
            raise Refused(Code.NOT_FOUND)

        now = self._now()
        await self._table.revoke(link_id, now)
        self.forget_old()
        self._revoked[link_id] = now
        for callback in self._callbacks:
            callback(link_id)

    async def _read_names(self, room: str) -> Collection[str]:
        """What a room's staff is called: the labels of its links, and the names under which they acted."""
        links = await self._table.of_room(room)
        labels = {link.label for link in links if link.role in STAFF and link.label}
        return labels.union(await self._table.staff_seen(room, NAMES))

    def forget_old(self) -> None:
        """Forget what no token can rest on any more."""
        # No token outlives its issue by more than the usual time, and none is made after the withdrawal.
        now = self._now()
        self._revoked = {link: at for link, at in self._revoked.items() if at > now - self._token_ttl_ms}

    def _now(self) -> int:
        return int(self._clock() * 1000)
