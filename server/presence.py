"""Who is in a room: on this node, and for those who look at the list, on all nodes.

Whoever has lost their last connection is there for ``GRACE_S`` more, but away: most come back. People are told of among
nodes only where somebody looks: a node asks the others once in a while, which answer with all and then tell what
changes, once a second. In a room of more than ``LISTED`` attendees they tell staff alone, and how many are away.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from protocols.limits import MEMBERS_LISTED, PRESENCE_GRACE_MS
from protocols.messages import Role
from server.hosting.line import Letter
from server.hosting.post import Post

LISTED: Final = MEMBERS_LISTED
GRACE_S: Final = PRESENCE_GRACE_MS / 1000
AWAY_KEPT: Final = 10_000  # of one room on one node; beyond, who is away for longest has left
WHO: Final = "who"
PRESENT: Final = "present"
ASKED_TELLS: Final = 5  # how often another node is asked, so that it goes on telling
UNANSWERED_TELLS: Final = 2  # and where it has not answered
LOOKED_TELLS: Final = 16  # for how long a node is told after it asked
LEAST_TELLS: Final = 3  # after nobody looked at a room
ROOMS_ASKED: Final = 1_000  # in one letter


class Member(NamedTuple):
    """Somebody in a room, as they travel between nodes."""

    user: str
    name: str
    role: str
    guest: bool = False
    away: bool = False
    shop: str | None = None


class Roster(NamedTuple):
    """Who is in a room: all if ``whole``, else staff alone. ``away``: how many attendees are within their grace.

    Where it is not whole, an attendee who came back to another node may still be among these.
    """

    people: Mapping[str, Member]
    away: int
    whole: bool


EMPTY: Final = Roster({}, 0, whole=True)


@dataclass(slots=True)
class _Room:
    """The people of one room on this node; ``change`` is another number after each change."""

    people: dict[str, Member] = field(default_factory=dict)
    staff: dict[str, Member] = field(default_factory=dict)
    away: dict[str, float] = field(default_factory=dict)  # since when; who is away for longest first
    change: int = 0

    def put(self, member: Member) -> None:
        self.drop(member.user)
        self.people[member.user] = member
        if member.role != "attendee":
            self.staff[member.user] = member

    def drop(self, user: str) -> Member | None:
        self.staff.pop(user, None)
        self.away.pop(user, None)
        return self.people.pop(user, None)

    def roster(self) -> Roster:
        away = len(self.away) - sum(user in self.away for user in self.staff)
        whole = len(self.people) - len(self.staff) <= LISTED
        return Roster(self.people if whole else self.staff, away, whole)


@dataclass(slots=True)
class _There:
    """What another node has told of a room. ``number`` of its last letter; 0: it is to tell all."""

    number: int = 0
    asked: int = -ASKED_TELLS
    people: dict[str, Member] = field(default_factory=dict)
    away: int = 0
    whole: bool = True


@dataclass(slots=True)
class _Reader:
    """Another node that looks at a room of this one, and what it was told."""

    until: int
    number: int = 0
    told_at: int = 0
    change: int = -1
    people: dict[str, Member] = field(default_factory=dict)


class Presence:
    """The people of this node's rooms. Without a ``post`` there are no other nodes. ``clock`` gives steady seconds.

    Holds as many people as there are connections, and for each room that is looked at those of other nodes, of each of
    which it is told no more than ``LISTED`` attendees.
    """

    def __init__(
        self,
        post: Post | None = None,
        *,
        others: Callable[[], Sequence[str]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._post = post
        self._others = others
        self._clock = clock
        self._rooms: dict[str, _Room] = {}
        self._leaving: deque[tuple[float, str, str]] = deque()
        self._looked: dict[str, int] = {}  # room -> when somebody looked last
        self._there: dict[str, dict[str, _There]] = {}  # room -> node -> what it told
        self._readers: dict[tuple[str, str], _Reader] = {}  # node and room
        self._tells = 0
        self._changes = 0
        if post is not None:
            post.listen(WHO, self._asked)
            post.listen(PRESENT, self._heard)

    def entered(self, room: str, member: Member) -> None:
        """Somebody is here; again, or on another device, changes nothing."""
        known = self._rooms.setdefault(room, _Room())
        if known.people.get(member.user) != member:
            known.put(member)
            self._changed(known)

    def left(self, room: str, user: str, *, for_good: bool = False) -> None:
        """Their last connection has ended; ``for_good``: they will not be back soon."""
        known = self._rooms.get(room)
        member = None if known is None else known.drop(user)
        if known is None or member is None:
            return
        if not for_good:
            now = self._clock()
            known.put(member._replace(away=True))
            known.away[user] = now
            self._leaving.append((now, room, user))
            if len(known.away) > AWAY_KEPT:
                known.drop(next(iter(known.away)))
        self._changed(known)
        self._tidy(room, known)

    def put_out(self, room: str, user: str) -> None:
        """They will not be back: who is away has left, as far as is known here also on the other nodes.

        A host stays: a moderator does not decide on one.
        """
        known = self._rooms.get(room)
        if known is not None and _waited_for(known.people.get(user)):
            self.left(room, user, for_good=True)
        for there in self._there.get(room, {}).values():
            if _waited_for(there.people.get(user)):
                del there.people[user]

    def roster(self, room: str) -> Roster:
        """Who is in this room, on all nodes as far as is known; to be asked for again while somebody looks."""
        self._looked[room] = self._tells
        known = self._rooms.get(room)
        own = EMPTY if known is None else known.roster()
        theirs = self._there.get(room, {}).values()
        if not theirs:
            return own
        return _merged([own, *(Roster(there.people, there.away, there.whole) for there in theirs)])

    def gone(self, nodes: Iterable[str]) -> None:
        """These nodes are dead, and who was there will come elsewhere."""
        dead = set(nodes)
        for there in self._there.values():
            for node in dead & there.keys():
                del there[node]
        self._readers = {key: reader for key, reader in self._readers.items() if key[0] not in dead}

    def statistics(self) -> Mapping[str, float]:
        """How many people are within their grace, and how much is told to whom."""
        return {
            "away": sum([len(room.away) for room in self._rooms.values()]),
            "looked_at": len(self._looked),
            "readers": len(self._readers),
        }

    def tell(self) -> None:
        """Once a second: let those go whose grace is over, ask, and tell who asked."""
        self._tells += 1
        self._let_go()
        for (node, room), reader in list(self._readers.items()):
            if reader.until < self._tells:
                del self._readers[node, room]
            else:
                self._tell(node, room, reader)
        self._forget_unseen()
        self._ask()

    def _let_go(self) -> None:
        before = self._clock() - GRACE_S
        while self._leaving and self._leaving[0][0] <= before:
            since, room, user = self._leaving.popleft()
            known = self._rooms.get(room)
            # Another time: they were back meanwhile.
            if known is not None and known.away.get(user) == since:
                known.drop(user)
                self._changed(known)
                self._tidy(room, known)

    def _changed(self, known: _Room) -> None:
        self._changes += 1
        known.change = self._changes

    def _tidy(self, room: str, known: _Room) -> None:
        if not known.people:
            del self._rooms[room]

    # What is told

    def _asked(self, node: str, letter: Letter) -> None:
        for room, number in letter[1]:
            reader = self._readers.setdefault((node, room), _Reader(0))
            reader.until = self._tells + LOOKED_TELLS
            # What was told a moment ago may be under way.
            if number == 0 or (number != reader.number and reader.told_at < self._tells - 1):
                reader.number = 0
            if reader.number == 0:
                self._tell(node, room, reader)

    def _tell(self, node: str, room: str, reader: _Reader) -> None:
        known = self._rooms.get(room)
        change = 0 if known is None else known.change
        anew = reader.number == 0
        if self._post is None or (change == reader.change and not anew):
            return
        people, away, whole = EMPTY if known is None else known.roster()
        told = {} if anew else reader.people
        came = [tuple(member) for user, member in people.items() if told.get(user) != member]
        went = [user for user in told if user not in people]
        number = reader.number + 1
        if self._post.send(node, (PRESENT, room, number, anew, away, whole, came, went)):
            reader.number, reader.change, reader.people = number, change, dict(people)
            reader.told_at = self._tells
        else:
            # Too much waits for it. It is told all once there is room.
            reader.number = 0

    # What is asked and heard

    def _forget_unseen(self) -> None:
        self._looked = {room: at for room, at in self._looked.items() if at > self._tells - LEAST_TELLS}
        others = frozenset(self._others())
        self._there = {
            room: {node: there for node, there in nodes.items() if node in others}
            for room, nodes in self._there.items()
            if room in self._looked
        }

    def _ask(self) -> None:
        if self._post is None:
            return
        for node in self._others():
            due: list[tuple[str, int]] = []
            for room in self._looked:
                there = self._there.setdefault(room, {}).setdefault(node, _There())
                if self._tells - there.asked >= (ASKED_TELLS if there.number else UNANSWERED_TELLS):
                    there.asked = self._tells
                    due.append((room, there.number))
            for start in range(0, len(due), ROOMS_ASKED):
                self._post.send(node, (WHO, due[start : start + ROOMS_ASKED]))

    def _heard(self, node: str, letter: Letter) -> None:
        _, room, number, anew, away, whole, came, went = letter
        there = self._there.get(room, {}).get(node)
        if there is None:
            return
        if anew:
            there.people = {}
        elif number != there.number + 1:
            # One was lost, as when one of the two took the other for dead.
            there.number = 0
            return
        for user in went:
            there.people.pop(user, None)
        for member in came:
            there.people[member[0]] = Member(*member)
        there.number, there.away, there.whole = number, away, whole


def _waited_for(member: Member | None) -> bool:
    return member is not None and member.away and member.role != Role.HOST


def _merged(parts: Sequence[Roster]) -> Roster:
    people: dict[str, Member] = {}
    for part in parts:
        for user, member in part.people.items():
            known = people.get(user)
            if known is None or (known.away and not member.away):
                people[user] = member
    attendees = [member for member in people.values() if member.role == "attendee"]
    if all(part.whole for part in parts) and len(attendees) <= LISTED:
        return Roster(people, sum(member.away for member in attendees), whole=True)
    staff = {user: member for user, member in people.items() if member.role != "attendee"}
    return Roster(staff, sum(part.away for part in parts), whole=False)
