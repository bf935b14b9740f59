"""Arrivals: who has come to the shop, as staff checks them in.

The record of a check-in is that of the person who came, whoever noted it: so erasure finds it as it finds a ballot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, NotRequired

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import ARRIVALS_KEPT
from protocols.messages import ACCOUNT, STAFF, Audience, By, Command, Passing, Record, Role, UserId
from protocols.text import Name
from rooms.activity import Activity, Context, Proposed


class ArrivalMark(Command):
    """Check an attendee in; ``name`` is what they are called in the hosts' list. Again changes nothing."""

    type = "arrival.mark"
    roles = STAFF

    user: UserId
    name: Name
    guest: bool = False


class ArrivalUnmark(Command):
    """Take a check-in back."""

    type = "arrival.unmark"
    roles = STAFF

    user: UserId


@dataclass(frozen=True, slots=True)
class ArrivalMarked(Passing):
    """Somebody has come, for hosts: ``by`` is that person. ``Room.mine`` tells the person."""

    type: ClassVar[str] = "arrival.marked"
    own: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ArrivalUnmarked(Passing):
    """It was a mistake, for hosts: ``by`` is whom it was about. ``Room.mine`` tells the person."""

    type: ClassVar[str] = "arrival.unmarked"
    own: ClassVar[bool] = True


class ArrivedView(TypedDict):
    """Who is checked in, since when; the name is empty once the person was erased."""

    user: str
    name: str
    guest: bool
    at: int


class ArrivalsView(TypedDict):
    """For hosts only: who is checked in, the latest last."""

    people: NotRequired[list[ArrivedView]]


class ArrivalsMine(TypedDict):
    """Since when one is checked in."""

    at: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was last said of somebody: that they have come, or that this was a mistake."""

    user: str
    name: str
    guest: bool
    at: int
    here: bool

    def as_wire(self) -> dict[str, Any]:
        """Its plain form in a view."""
        return {"user": self.user, "name": self.name, "guest": self.guest, "at": self.at}


class Arrivals(Activity):
    """Who is checked in. Whoever was by mistake is kept too: a rehearsal does not begin after anybody came."""

    name = "arrivals"
    commands = (ArrivalMark, ArrivalUnmark)
    events = (ArrivalMarked, ArrivalUnmarked)
    view_shape = ArrivalsView
    mine_shape = ArrivalsMine

    def __init__(self) -> None:
        self._arrivals: dict[str, Arrival] = {}

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Only attendees come; those who run the room are there anyway."""
        match command:
            case ArrivalMark(user=user, name=name, guest=guest):
                return self._mark(By(user, name, Role.ATTENDEE, guest), context)
            case ArrivalUnmark(user=user):
                known = self._arrivals.get(user)
                if known is None or not known.here:
                    return []
                return [Proposed(ArrivalUnmarked(), Audience.HOSTS, by=_by(known))]
        raise Refused(Code.UNKNOWN_COMMAND)

    def _mark(self, person: By, context: Context) -> list[Proposed]:
        known = self._arrivals.get(person.id)
        if known is not None and known.here:
            return []
        if person.id == context.by.id or person.id.startswith(ACCOUNT) or not context.attends(person):
            raise Refused(Code.FORBIDDEN, "Only attendees who are not banned are checked in.")
        if known is None and len(self._arrivals) >= ARRIVALS_KEPT:
            raise Refused(Code.CONFLICT, f"A room keeps at most {ARRIVALS_KEPT} check-ins.")
        return [Proposed(ArrivalMarked(), Audience.HOSTS, by=person)]

    def apply(self, record: Record) -> None:
        """Of a stub without a person nothing is known."""
        by = record.by
        if by is not None and record.data is not None:
            here = isinstance(record.data, ArrivalMarked)
            self._arrivals[by.id] = Arrival(by.id, by.name, by.guest, record.at, here)

    def partakers(self, thing: str) -> Iterable[By] | None:
        """Who is checked in."""
        return [_by(each) for each in self._here()] if thing == self.name else None

    def view(self, audience: Audience) -> dict[str, Any]:
        """Everybody else has no business with it."""
        return {"people": [each.as_wire() for each in self._here()]} if audience is Audience.HOSTS else {}

    def mine(self, user: str) -> dict[str, Any] | None:
        """Since when one is checked in."""
        known = self._arrivals.get(user)
        return {"at": known.at} if known is not None and known.here else None

    def outlasts(self, user: str) -> bool:
        """As long as anything is known of them."""
        return user in self._arrivals

    def _here(self) -> list[Arrival]:
        return sorted((each for each in self._arrivals.values() if each.here), key=lambda each: (each.at, each.user))

    def dump(self) -> dict[str, Any]:
        """By person, in the order of their ids: it is the same in a replay in which some were forgotten."""
        return {"arrivals": [asdict(self._arrivals[user]) for user in sorted(self._arrivals)]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._arrivals = {each["user"]: Arrival(**each) for each in state["arrivals"]}

    def clear(self, names: Mapping[str, str]) -> None:
        """Nobody has come yet."""
        self._begin_again()

    def retire(self, before: int) -> Iterable[int]:
        """What was last said of somebody so long ago goes; its records hold nobody's words."""
        self._arrivals = {user: each for user, each in self._arrivals.items() if each.at >= before}
        return ()

    def erase(self, user: str, pseudonym: str) -> None:
        """They are counted on, under the pseudonym, as the records have it; what was said later holds."""
        known = self._arrivals.pop(user, None)
        if known is not None and pseudonym not in self._arrivals:
            self._arrivals[pseudonym] = replace(known, user=pseudonym, name="")


def _by(arrival: Arrival) -> By:
    return By(arrival.user, arrival.name, Role.ATTENDEE, arrival.guest)
