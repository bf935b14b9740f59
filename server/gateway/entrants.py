"""Who has come in: the sockets of each person, and what ends them or changes what they may hear."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from protocols.closing import Closing
from protocols.errors import Code, Refused
from protocols.messages import By, Record, Role
from rooms.activities.people import CHANGEABLE, PersonBanned, PersonKicked, PersonRoleChanged, PersonUnlisted
from server.decided import as_decided
from server.gateway.application import Ack
from server.gateway.events import closed_frame
from server.hosting.draft import Sender
from server.identity import Viewer

if TYPE_CHECKING:
    from server.gateway.join import Joining
    from server.gateway.socket import Socket
    from server.hosting.at_work import AtWork

MACHINES = frozenset({Role.WALL, Role.BOT})  # many of them may come by one link
SOCKETS_EACH = 50  # of one person, dead ones that nobody has noticed yet included

Person = tuple[str, str]  # room and user


@dataclass(slots=True, eq=False)
class Entrant:
    """What the door keeps of a socket.

    ``claimed``      what the token says        ``viewer``  who they are in the room now
    ``waiting``      what came in while a request was ``answering``, and when
    ``received``     when what is being handled came in, on the steady clock
    ``staff_names``  for a bot: whom those it speaks for must not look like
    """

    claimed: Viewer
    viewer: Viewer
    host: AtWork | None = None
    staff_names: Collection[str] = ()
    answering: bool = False
    waiting: deque[tuple[float, str, list[Any], Ack | None]] = field(default_factory=deque)
    received: float = 0.0

    @property
    def person(self) -> Person:
        """Whose socket it is."""
        return self.viewer.room, self.viewer.user

    @property
    def sender(self) -> Sender:
        """The same to a host."""
        return Sender(self.viewer.by, bound=self.viewer.bound, signed_up=self.viewer.signed_up)


class Entrants:
    """All sockets of this node by person. What ends somebody's being here ends their sockets at once."""

    def __init__(self, joining: Joining) -> None:
        self._joining = joining
        self._sockets: set[Socket] = set()
        self._people: dict[Person, set[Socket]] = {}
        self._expiry = math.inf  # no token of theirs runs out before

    def __len__(self) -> int:
        return len(self._people)

    @property
    def waiting(self) -> int:
        """How much has to wait for the answers to requests."""
        return sum([len(socket.data.waiting) for socket in self._sockets])

    def add(self, socket: Socket, entrant: Entrant) -> None:
        """Takes a socket in. Raises Refused: forbidden (too many of one person)."""
        mine = self._people.setdefault(entrant.person, set())
        if len(mine) >= SOCKETS_EACH and entrant.viewer.role not in MACHINES:
            raise Refused(Code.FORBIDDEN, "Too many connections of one person.")
        mine.add(socket)
        self._sockets.add(socket)
        socket.data = entrant
        self._expiry = min(self._expiry, _expiry(entrant))

    def forget(self, socket: Socket) -> None:
        """Takes a socket out, of its room too."""
        entrant: Entrant = socket.data
        self._sockets.discard(socket)
        mine = self._people.get(entrant.person, set())
        mine.discard(socket)
        if not mine:
            self._people.pop(entrant.person, None)
        self._joining.leave(socket, entrant.viewer)

    def meet(self, socket: Socket, host: AtWork) -> None:
        """Learns from the room who they are in it; one who hears it as another leaves. Raises Refused: banned."""
        entrant: Entrant = socket.data
        now = as_decided(entrant.claimed, host.live.room)
        if now.role is not entrant.viewer.role:
            self._joining.leave(socket, entrant.viewer)
            entrant.viewer = now

    def expire(self, now_ms: int) -> None:
        """Ends the sockets whose token has run out."""
        if now_ms < self._expiry:
            return
        for socket in [s for s in self._sockets if _expiry(s.data) <= now_ms]:
            self._end(socket, Closing.EXPIRED, for_good=False)
        # Those who were ended a moment ago may still be here: their last words are on their way.
        later = [at for socket in self._sockets if (at := _expiry(socket.data)) > now_ms]
        self._expiry = min(later, default=math.inf)

    def revoke(self, link: str) -> None:
        """Ends the sockets of those who came by a link that is withdrawn now."""
        for socket in [s for s in self._sockets if s.data.viewer.link == link]:
            self._end(socket, Closing.EXPIRED)

    def sign_out(self, session: str) -> None:
        """Ends the sockets of a member of staff whose session ends now."""
        for socket in [s for s in self._sockets if s.data.viewer.session == session]:
            self._end(socket, Closing.EXPIRED)

    def heed(self, room: str, records: Sequence[Record]) -> None:
        """Puts into effect what committed records decide on people; before anybody is told of these records."""
        out: list[str] = []
        for record in records:
            match record.data:
                case PersonKicked(user=user):
                    self._put_out((room, user), Closing.KICKED, record.by)
                    out.append(user)
                case PersonBanned(user=user):
                    self._put_out((room, user), Closing.BANNED, record.by)
                    out.append(user)
                case PersonRoleChanged(user=user, role=role):
                    for socket in tuple(self._people.get((room, user), ())):
                        self._change(socket, Role(role))
                case PersonUnlisted():
                    # What held for somebody holds no longer; for whom is not known any more.
                    for host in {socket.data.host for socket in self._in(room)} - {None}:
                        self.review(host)
        if out:
            self._joining.put_out(room, out)

    def review(self, host: AtWork) -> None:
        """Looks at everybody in a room anew: its host may know of decisions that nobody was told of here."""
        for socket in self._in(host.room_id):
            try:
                now = as_decided(socket.data.claimed, host.live.room)
            except Refused:
                self._end(socket, Closing.BANNED)
            else:
                self._change(socket, now.role)

    def _in(self, room: str) -> Iterable[Socket]:
        return [socket for socket in self._sockets if socket.data.viewer.room == room]

    def _put_out(self, person: Person, closing: Closing, by: By | None) -> None:
        for socket in tuple(self._people.get(person, ())):
            # A moderator does not decide on a host.
            if by is None or by.role is Role.HOST or socket.data.viewer.role is not Role.HOST:
                self._end(socket, closing)

    def _end(self, socket: Socket, closing: Closing, *, for_good: bool = True) -> None:
        """Ends a socket. Whose token ran out comes back with a new one; whoever is put out does not."""
        self._joining.leave(socket, socket.data.viewer, for_good=for_good)
        socket.disconnect(closing, closed_frame(closing))

    def _change(self, socket: Socket, role: Role) -> None:
        """Somebody has another role: they hear nothing more before they join with it."""
        entrant: Entrant = socket.data
        before = entrant.viewer
        if before.role is role or before.role not in CHANGEABLE:
            return
        self._joining.leave(socket, before)
        entrant.viewer, entrant.host = replace(before, role=role), None
        if socket.connection.lags:
            # What waits for them was told to the other role.
            socket.close(Closing.STALE)
        else:
            socket.emit("room.role", {"room": before.room, "role": role.value})


def _expiry(entrant: Entrant) -> float:
    return entrant.viewer.expires_at or math.inf
