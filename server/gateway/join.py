"""Entering a room: whole, or with what was missed; and reading what came before."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import orjson

from protocols.errors import Code, Refused
from protocols.frames import Prepared
from protocols.limits import RECOVERY_BYTES
from protocols.messages import STAFF, Audience, Position, audience_of
from protocols.requests import RoomHistory, RoomJoin
from protocols.wire import told as told_event
from server.gateway.events import frame
from server.gateway.members import Members
from server.hosting.replica import JoinAnswer, NotRecovered, Reason, Recovered

if TYPE_CHECKING:
    from server.gateway.socket import Socket
    from server.hosting.at_work import AtWork, Rooms
    from server.identity import Viewer
    from server.store.port import History


class Joining:
    """Answers what a client asks about its room; the answer and the entry are one step, so nothing falls between."""

    def __init__(self, *, directory: Rooms, members: Members, history: History) -> None:
        self._directory = directory
        self._members = members
        self._history = history

    async def open(self, viewer: Viewer) -> AtWork:
        """The host of the viewer's room, which its members then follow. Raises Refused: not_found, unavailable."""
        host = await self._directory.open(viewer.room)
        self._members.follow(host)
        return host

    def shed(self, room: str) -> None:
        """Something for this room was turned away because it was too much; its hosts are told how often that is."""
        self._members.shed.add(room)

    def enter(self, socket: Socket, viewer: Viewer, host: AtWork, request: RoomJoin) -> bytes:
        """Lets the socket hear the room, and makes the join answer. Never waits, so that no event falls between."""
        audience = audience_of(viewer.role)
        live = host.live
        asked = None if request.position is None else Position(request.position.epoch, request.position.seq)
        answer: JoinAnswer = live.join(asked, audience, host.now())
        if request.audience is not None and request.audience != audience:
            answer = NotRecovered(Reason.AUDIENCE)
        if asked is not None and asked.seq < live.room.people.changed_at(viewer.user):
            # Told as another audience, whatever the client says of it.
            answer = NotRecovered(Reason.ROLE)

        told: dict[str, Any] = {"ok": True}
        if isinstance(answer, Recovered):
            events = orjson.dumps(
                [told_event(viewer.room, live.epoch, record, audience, typed=True) for record in answer.records]
            )
            if len(events) > RECOVERY_BYTES:
                answer = NotRecovered(Reason.LIMIT)
            else:
                told |= {"recovered": True, "events": orjson.Fragment(events)}
        if isinstance(answer, NotRecovered):
            told |= {"recovered": False, "reason": answer.reason, "view": orjson.Fragment(live.view(audience))}
        members = self._members.enter(host, socket, viewer, audience)
        told |= {
            "mine": live.mine(viewer.user),
            "position": live.position,
            "now": host.now(),
            "audience": audience,
            "you": {"id": viewer.user, "name": viewer.name, "role": viewer.role, "guest": viewer.guest},
            "room": {"id": viewer.room, "occupancy": members.occupancy},
        }
        shops = members.shop_occupancy
        if shops:
            told["room"]["shops"] = shops
            if viewer.shop in shops:
                told["you"]["shop"] = viewer.shop
        return orjson.dumps(told)

    def resume(
        self, socket: Socket, viewer: Viewer, host: AtWork, position: Position, audience: Audience
    ) -> list[Prepared] | None:
        """Brings a stock client up to date before its CONNECT reply; None if that cannot be done whole."""
        if audience is not audience_of(viewer.role) or position.seq < host.live.room.people.changed_at(viewer.user):
            return None
        answer = host.live.join(position, audience, host.now())
        if not isinstance(answer, Recovered):
            return None
        replay = [frame(viewer.room, position.epoch, record, audience) for record in answer.records]
        if sum(len(event.frame) for event in replay) > RECOVERY_BYTES:
            return None
        self._members.enter(host, socket, viewer, audience)
        return replay

    def leave(self, socket: Socket, viewer: Viewer, *, for_good: bool = False) -> None:
        """Takes the socket out of its room; ``for_good``: the person is not expected back."""
        self._members.leave(socket, viewer, for_good=for_good)

    def put_out(self, room: str, users: Collection[str]) -> None:
        """These were put out of their room, whatever sockets they had."""
        self._members.put_out(room, users)

    async def history(self, viewer: Viewer, request: RoomHistory) -> bytes:
        """A page of events as this viewer's audience was told of them."""
        audience = audience_of(viewer.role)
        host = await self.open(viewer)
        page = await self._history.page(host.live, audience, request.before, request.limit)
        events: list[orjson.Fragment] = []
        room = RECOVERY_BYTES
        for record in reversed(page.records):
            event = orjson.dumps(told_event(viewer.room, page.epoch, record, audience, typed=True))
            room -= len(event)
            if room < 0:
                break
            events.append(orjson.Fragment(event))
        events.reverse()
        return orjson.dumps({"ok": True, "events": events, "more": page.more or len(events) < len(page.records)})

    def people(self, viewer: Viewer) -> bytes:
        """Who is in the viewer's room. Raises Refused: forbidden, not_joined."""
        if viewer.role not in STAFF:
            raise Refused(Code.FORBIDDEN)
        members = self._members.get(viewer.room)
        if members is None:
            raise Refused(Code.NOT_JOINED)
        return members.people_listed()


def own_room(viewer: Viewer, room: str) -> None:
    """Refuses a request for another room than the token's."""
    if room != viewer.room:
        raise Refused(Code.FORBIDDEN, "This token is for another room.")
