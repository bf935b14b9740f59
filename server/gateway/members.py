"""Who listens in the rooms of this node, and telling them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from protocols.frames import Prepared, prepare_event
from protocols.messages import Audience, Record, Role
from server.gateway.events import frame, position_frame
from server.gateway.fanout import Channel
from server.gateway.roster import LISTED_ROLES, Listing
from server.presence import Member, Presence
from server.shed import Shed

if TYPE_CHECKING:
    from server.gateway.socket import Socket
    from server.hosting.at_work import AtWork
    from server.identity import Viewer

TOLD = (Audience.EVERYONE, Audience.HOSTS)


@dataclass(slots=True, eq=False)
class RoomMembers:
    """The members of one room on this node: a channel for each audience, and the sockets of each person."""

    host: AtWork
    channels: dict[Audience, Channel] = field(default_factory=lambda: {audience: Channel() for audience in TOLD})
    sockets: dict[str, set[Socket]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    shops: dict[str, str] = field(default_factory=dict)  # attendee -> the shop in which they came last
    told_ticks: dict[tuple[Audience, str], bytes] = field(default_factory=dict)
    told_occupancy: tuple[int, Mapping[str, int]] | None = None
    elsewhere: Callable[[str], int] = lambda _room: 0
    presence: Presence = field(default_factory=Presence)
    shed: Shed = field(default_factory=Shed)
    told_shed: int = 0
    listing: Listing = field(default_factory=Listing)

    @property
    def room(self) -> str:
        """The id of the room."""
        return self.host.room_id

    @property
    def here(self) -> int:
        """How many attendees are on this node; several sockets of one count once."""
        return len(self.people)

    @property
    def occupancy(self) -> int:
        """How many attendees are in the room, on all nodes. Those who run the room are not counted."""
        return self.here + self.elsewhere(self.room)

    @property
    def shop_occupancy(self) -> Mapping[str, int]:
        """How many of them are in which of the shops that take part."""
        ids = self.host.live.room.settings.shop_ids
        if not ids:
            return {}
        here = Counter(self.shops.values())
        return {shop: here[shop] + self.elsewhere(part_of(self.room, shop)) for shop in ids}

    def enter(self, socket: Socket, viewer: Viewer, audience: Audience) -> bool:
        """Lets a socket hear the room; whether an attendee is here now who was not. Entering again changes nothing."""
        mine = self.sockets.setdefault(viewer.user, set())
        if socket in mine:
            return False
        mine.add(socket)
        self.channels[audience].add(socket)
        if viewer.role is not Role.ATTENDEE:
            return False
        self.people[viewer.user] = self.people.get(viewer.user, 0) + 1
        return self.people[viewer.user] == 1

    def leave(self, socket: Socket, viewer: Viewer) -> bool:
        """Takes a socket out; whether an attendee has left with it. One that is not in changes nothing."""
        mine = self.sockets.get(viewer.user, set())
        if socket not in mine:
            return False
        mine.discard(socket)
        if not mine:
            del self.sockets[viewer.user]
        for channel in self.channels.values():
            channel.remove(socket)
        if viewer.role is not Role.ATTENDEE:
            return False
        self.people[viewer.user] -= 1
        if self.people[viewer.user]:
            return False
        del self.people[viewer.user]
        return True

    def tell(self, epoch: str, records: Sequence[Record]) -> int:
        """Sends committed records to whom they are for, framed once for each audience; how many connections hear."""
        for audience, channel in self.channels.items():
            if len(channel):
                channel.send(
                    [frame(self.room, epoch, record, audience) for record in records if record.told_to(audience)]
                )
        alone = {record.data.told_alone(record.by) for record in records if record.data is not None}
        for user in alone:
            if user is not None:
                self.tell_mine(user)
        return sum([len(channel) for channel in self.channels.values()])

    def tell_mine(self, user: str) -> None:
        """Sends a person what concerns them alone, on every socket of theirs."""
        sockets = self.sockets.get(user)
        if sockets:
            told = orjson.dumps({"room": self.room, "mine": self.host.live.mine(user)})
            event = prepare_event("room.mine", [told])
            for socket in sockets:
                socket.send(event)

    def tell_ticks(self) -> None:
        """Sends the volatile state that has changed since it was last told."""
        # Only of what is still told something about: questions and polls come and go as long as a room lives.
        told_before, self.told_ticks = self.told_ticks, {}
        for audience, channel in self.channels.items():
            for tick in self.host.live.room.ticks(audience):
                told = orjson.dumps({"room": self.room, **tick.data})
                key = f"{tick.type}:{tick.key}"
                self.told_ticks[audience, key] = told
                if told_before.get((audience, key)) != told:
                    channel.send_volatile(key, prepare_event(tick.type, [told]))

    def tell_occupancy(self) -> None:
        """Sends how many are here, if that has changed."""
        now = (self.occupancy, self.shop_occupancy)
        if self.told_occupancy != now:
            self.told_occupancy = now
            event = self.occupancy_event()
            for channel in self.channels.values():
                channel.send_volatile("room.occupancy", event)

    def people_listed(self) -> bytes:
        """Who is in the room, on all nodes; what changes is told from then on."""
        return self.listing.answer(self.presence.roster(self.room), self.occupancy)

    def tell_people(self) -> None:
        """Tells hosts who came and went since they were last told, all at once."""
        if not self.watched:
            return
        change = self.listing.change(self.presence.roster(self.room))
        if change is not None:
            told = orjson.dumps({"room": self.room, **change})
            # Where one is dropped, the number of the next shows it.
            self.channels[Audience.HOSTS].send_volatile("room.people", prepare_event("room.people", [told]))

    def tell_shed(self) -> None:
        """Tells hosts how much was turned away in the last minute, again and again until it is nothing."""
        count = self.shed.count(self.room)
        if count or self.told_shed:
            told = orjson.dumps({"room": self.room, "count": count})
            self.channels[Audience.HOSTS].send_volatile("room.shed", prepare_event("room.shed", [told]))
        self.told_shed = count

    def tell_reactions(self, counts: Mapping[str, int]) -> None:
        """Sends how many reactions came in, to all alike."""
        event = prepare_event("reaction.counts", [orjson.dumps({"room": self.room, "counts": counts})])
        for channel in self.channels.values():
            channel.send_volatile("reaction.counts", event)

    def tell_position(self, *, whole: bool = True) -> None:
        """Sends where the room stands; who stands elsewhere, or in another epoch, joins anew."""
        for audience, channel in self.channels.items():
            channel.send([position_frame(self.room, self.host.live.position, audience, whole=whole)])

    @property
    def watched(self) -> bool:
        """Whether somebody listens here who is told how the room does: hosts and moderators."""
        return len(self.channels[Audience.HOSTS]) > 0

    def occupancy_event(self) -> Prepared:
        """How many are here, as an event."""
        shops = self.shop_occupancy
        told = {"room": self.room, "count": self.occupancy} | ({"shops": shops} if shops else {})
        return prepare_event("room.occupancy", [orjson.dumps(told)])


def part_of(room: str, shop: str) -> str:
    """The name under which the people of a shop are counted; no room is called so."""
    return f"{room}/{shop}"


def whole_of(counted: str) -> str:
    """The room whose people, or those of one of its shops, are counted under this name."""
    return counted.partition("/")[0]


class Members:
    """The rooms that have members on this node; an empty one is forgotten.

    ``heed(room, records)`` is told of committed records before the members are, ``review(host)`` of a host that took
    over, which may hold what nobody was told of here. ``presence`` is told of those who are listed.
    ``elsewhere(room)`` counts the attendees on other nodes who are not on this one, ``entered(room, user)`` and
    ``left(room, user)`` are told of those on this one.

    Most rooms are quiet most of the time, so the rounds that tell what has no seq visit those alone in which something
    may have changed.
    """

    def __init__(self) -> None:
        self._rooms: dict[str, RoomMembers] = {}
        self._stirred: set[str] = set()
        self._recounted: set[str] = set()
        self._watched: set[str] = set()
        self.heed: Callable[[str, Sequence[Record]], None] = lambda _room, _records: None
        self.review: Callable[[AtWork], None] = lambda _host: None
        self.elsewhere: Callable[[str], int] = lambda _room: 0
        self.entered: Callable[[str, str], None] = lambda _room, _user: None
        self.left: Callable[[str, str], None] = lambda _room, _user: None
        self.presence = Presence()
        self.shed = Shed()

    def __len__(self) -> int:
        return len(self._rooms)

    def get(self, room: str) -> RoomMembers | None:
        """The members of a room, or None if it has none here."""
        return self._rooms.get(room)

    def enter(self, host: AtWork, socket: Socket, viewer: Viewer, audience: Audience) -> RoomMembers:
        """Lets a socket hear a room."""
        self.follow(host)
        members = self._rooms.get(viewer.room)
        if members is None:
            members = self._rooms[viewer.room] = RoomMembers(
                host, elsewhere=self.elsewhere, presence=self.presence, shed=self.shed
            )
        if members.enter(socket, viewer, audience):
            self.entered(viewer.room, viewer.user)
        self._stirred.add(viewer.room)
        self._recounted.add(viewer.room)
        if audience is Audience.HOSTS:
            self._watched.add(viewer.room)
        if viewer.role is Role.ATTENDEE:
            self._place(members, viewer.user, viewer.shop)
        if viewer.role in LISTED_ROLES:
            member = Member(viewer.user, viewer.name, viewer.role.value, viewer.guest, shop=viewer.shop)
            self.presence.entered(viewer.room, member)
        return members

    def _place(self, members: RoomMembers, user: str, shop: str | None) -> None:
        """Somebody is in this shop now. The people of a shop are counted over all nodes as those of a room are."""
        before = members.shops.get(user)
        if before == shop:
            return
        if before is not None:
            del members.shops[user]
            self.left(part_of(members.room, before), user)
        if shop is not None:
            members.shops[user] = shop
            self.entered(part_of(members.room, shop), user)

    def follow(self, host: AtWork) -> None:
        """Listens to the host that took over, whose members are told first what they have not heard yet.

        Where that is not at hand whole they come to recover.
        """
        members = self._rooms.get(host.room_id)
        if members is None or members.host is host:
            return
        missed = host.live.missed(members.host.live.position)
        members.host = host
        self._stirred.add(host.room_id)
        self.review(host)
        if missed is None:
            members.tell_position(whole=False)
        else:
            self.tell(host.room_id, host.live.epoch, missed)

    def leave(self, socket: Socket, viewer: Viewer, *, for_good: bool = False) -> None:
        """Takes a socket out of its room; ``for_good``: the person is not expected back."""
        members = self._rooms.get(viewer.room)
        # One that has not come in says nothing of the person, who may be away since long before it.
        if members is None or socket not in members.sockets.get(viewer.user, ()):
            return
        if members.leave(socket, viewer):
            self.left(viewer.room, viewer.user)
            self._place(members, viewer.user, None)
            self._recounted.add(viewer.room)
        if viewer.user not in members.sockets:
            self.presence.left(viewer.room, viewer.user, for_good=for_good)
        if not members.watched and viewer.room in self._watched:
            self._watched.discard(viewer.room)
            members.listing.forget()
        if not members.sockets:
            del self._rooms[viewer.room]

    def put_out(self, room: str, users: Collection[str]) -> None:
        """These are out: nobody waits for those who are away, and whoever is here is told at once how many are left."""
        for user in users:
            self.presence.put_out(room, user)
        members = self._rooms.get(room)
        if members is not None:
            members.tell_occupancy()
            members.tell_people()

    def recount(self, counted: str) -> None:
        """Another number of people may be in this room, or in this shop of it, on other nodes."""
        room = whole_of(counted)
        if room in self._rooms:
            self._recounted.add(room)

    def take_stirred(self) -> Sequence[RoomMembers]:
        """The rooms in which something happened since this was asked last."""
        stirred, self._stirred = self._stirred, set()
        return self._of(stirred)

    def take_recounted(self) -> Sequence[RoomMembers]:
        """The rooms in which another number of people may be since this was asked last."""
        recounted, self._recounted = self._recounted, set()
        return self._of(recounted)

    def watched(self) -> Sequence[RoomMembers]:
        """The rooms that somebody watches here."""
        return self._of(self._watched)

    def _of(self, rooms: Iterable[str]) -> Sequence[RoomMembers]:
        return [members for room in rooms if (members := self._rooms.get(room)) is not None]

    def occupied(self, room: str) -> bool:
        """Whether anybody listens to this room here."""
        return room in self._rooms

    def occupancy(self, room: str) -> int:
        """How many attendees are in this room, on all nodes."""
        members = self._rooms.get(room)
        return self.elsewhere(room) if members is None else members.occupancy

    def tell(self, room: str, epoch: str, records: Sequence[Record]) -> int:
        """Sends committed records to the members of a room; first what they decide on people takes effect.

        How many connections hear it.
        """
        self.heed(room, records)
        members = self._rooms.get(room)
        if members is None:
            return 0
        self._stirred.add(room)
        self._recounted.add(room)  # the shops that take part may be others
        return members.tell(epoch, records)

    def tell_epoch(self, room: str, _epoch: str) -> None:
        """The room's log goes on in another epoch."""
        members = self._rooms.get(room)
        if members is not None:
            members.tell_position()
