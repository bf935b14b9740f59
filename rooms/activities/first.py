"""First N: whoever taps first gets one. The order of the taps is the log's; full or closed is a barrier, as in polls.

Staff, walls and bots tap for nothing. A tap after the last place is refused and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field

from protocols.errors import Code, Refused
from protocols.limits import DURATION_MAXIMUM_MS, FIRST_PLACES, FIRST_PLACES_KEPT, FIRSTS_KEPT
from protocols.messages import STAFF, Audience, Budget, Command, Event, Id, Lasting, Passing, Record, Role
from protocols.text import Title
from rooms.activity import ROOM, Activity, Context, Proposed, Tick
from rooms.first import First, FirstCount, FirstReason, FirstsMine, FirstsView, Winner


class FirstCreate(Command):
    """Prepare one: so many places for those who tap first."""

    type = "first.create"
    roles = STAFF

    title: Title
    places: Annotated[int, Field(ge=1, le=FIRST_PLACES)]


class FirstCommand(Command):
    """What staff does with one that is there."""

    roles = STAFF

    first: Id


class FirstOpen(FirstCommand):
    """Let people tap: at once, or after a countdown that all see."""

    type = "first.open"

    delay_ms: Annotated[int, Field(ge=1_000, le=DURATION_MAXIMUM_MS)] | None = None


class FirstTap(FirstCommand):
    """Take a place, if one is left. The same person's next tap changes nothing."""

    type = "first.tap"
    roles = frozenset({Role.ATTENDEE})
    budget = Budget.NONE


class FirstClose(FirstCommand):
    """End it: every tap acknowledged before counts, every later one is refused."""

    type = "first.close"


class FirstRedeem(FirstCommand):
    """The gift of this place was handed over."""

    type = "first.redeem"

    place: Annotated[int, Field(ge=1, le=FIRST_PLACES)]


class FirstUnredeem(FirstCommand):
    """It was not, after all."""

    type = "first.unredeem"

    place: Annotated[int, Field(ge=1, le=FIRST_PLACES)]


class FirstRemove(FirstCommand):
    """Take it away, with who has its places."""

    type = "first.remove"


@dataclass(frozen=True, slots=True)
class FirstCreated(Lasting):
    """One is prepared, for hosts."""

    type: ClassVar[str] = "first.created"

    first: str
    title: str
    places: int


@dataclass(frozen=True, slots=True)
class FirstAnnounced(Passing):
    """It begins at ``opens_at``; whole, because everyone hears of it for the first time."""

    type: ClassVar[str] = "first.announced"

    first: str
    title: str
    places: int
    opens_at: int


@dataclass(frozen=True, slots=True)
class FirstOpened(Passing):
    """People may tap."""

    type: ClassVar[str] = "first.opened"

    first: str
    title: str
    places: int


@dataclass(frozen=True, slots=True)
class FirstTapped(Passing):
    """Somebody has a place, for hosts. ``Room.mine`` tells the person."""

    type: ClassVar[str] = "first.tapped"
    own: ClassVar[bool] = True

    first: str
    place: int


@dataclass(frozen=True, slots=True)
class FirstClosed(Passing):
    """It is over: full, or ended by staff."""

    type: ClassVar[str] = "first.closed"

    first: str
    reason: FirstReason
    taken: int


@dataclass(frozen=True, slots=True)
class FirstRedeemed(Passing):
    """The gift of this place was handed over; ``by`` says by whom."""

    type: ClassVar[str] = "first.redeemed"

    first: str
    place: int


@dataclass(frozen=True, slots=True)
class FirstUnredeemed(Passing):
    """The gift of this place was not handed over yet."""

    type: ClassVar[str] = "first.unredeemed"

    first: str
    place: int


@dataclass(frozen=True, slots=True)
class FirstRemoved(Lasting):
    """It is gone."""

    type: ClassVar[str] = "first.removed"

    first: str


class Firsts(Activity):
    """Gifts for those who tap first."""

    name = "firsts"
    scene = "winner"
    commands = (FirstCreate, FirstOpen, FirstTap, FirstClose, FirstRedeem, FirstUnredeem, FirstRemove)
    events = (
        FirstCreated,
        FirstAnnounced,
        FirstOpened,
        FirstTapped,
        FirstClosed,
        FirstRedeemed,
        FirstUnredeemed,
        FirstRemoved,
    )
    view_shape = FirstsView
    mine_shape = FirstsMine
    tick_shapes = MappingProxyType({"first.count": FirstCount})

    def __init__(self) -> None:
        self._firsts: dict[str, First] = {}
        self._due: int | None = None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing."""
        if isinstance(command, FirstCreate):
            return self._create(command, context)
        if not isinstance(command, FirstCommand):
            raise Refused(Code.UNKNOWN_COMMAND)
        first = self._firsts.get(command.first)
        if first is None or (first.status == "draft" and context.by.role not in STAFF):
            raise Refused(Code.NOT_FOUND, "There is no such gift.")
        match command:
            case FirstTap():
                return _tap(first, context.by.id)
            case FirstOpen():
                return _open(first, command, context.at)
            case FirstClose():
                if first.status == "draft":
                    raise Refused(Code.CONFLICT, "It is not open.")
                return [] if first.status == "closed" else [_closed(first)]
            case FirstRedeem(place=place) | FirstUnredeem(place=place):
                return _hand_over(first, place, given=isinstance(command, FirstRedeem))
            case FirstRemove():
                audience = Audience.HOSTS if first.status == "draft" else Audience.EVERYONE
                return [Proposed(FirstRemoved(first.first), audience)]
        raise Refused(Code.UNKNOWN_COMMAND)

    def _create(self, command: FirstCreate, context: Context) -> list[Proposed]:
        places = command.places + sum(each.places for each in self._firsts.values())
        if len(self._firsts) >= FIRSTS_KEPT or places > FIRST_PLACES_KEPT:
            raise Refused(Code.CONFLICT, f"A room has at most {FIRST_PLACES_KEPT} places to give; remove some first.")
        return [Proposed(FirstCreated(context.new_id(), command.title, command.places), Audience.HOSTS)]

    def apply(self, record: Record) -> None:
        """Events on what is not here are passed over."""
        event = record.data
        if isinstance(event, FirstTapped):
            # The hot path: a tap moves no deadline.
            first = self._firsts.get(event.first)
            if first is not None and record.by is not None:
                first.take(Winner(record.by.id, record.by.name, record.by.guest, record.at))
            return
        if isinstance(event, FirstCreated):
            self._firsts[event.first] = First(event.first, event.title, event.places)
            return
        if isinstance(event, FirstRemoved):
            self._firsts.pop(event.first, None)
        elif event is not None:
            first = self._firsts.get(getattr(event, "first", ""))
            if first is not None:
                _change(first, event, record.at)
        self._find_due()

    def _find_due(self) -> None:
        waiting = (each.opens_at for each in self._firsts.values() if each.status == "ready")
        self._due = min((at for at in waiting if at is not None), default=None)

    def due(self) -> int | None:
        """When the first countdown ends."""
        return self._due

    def elapse(self, context: Context) -> Iterable[Proposed]:
        """Open what is due."""
        ready = [each for each in self._firsts.values() if each.status == "ready"]
        due = [each for each in ready if each.opens_at is not None and each.opens_at <= context.at]
        return [Proposed(FirstOpened(**each.words())) for each in due]

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """What is open or counts down is closed; drafts stay."""
        return [_closed(each) for each in self._firsts.values() if each.status in {"ready", "open"}]

    def view(self, audience: Audience) -> dict[str, Any]:
        """Hosts see drafts, and who has the places."""
        hosts = audience is Audience.HOSTS
        shown = [each for each in self._firsts.values() if hosts or each.status != "draft"]
        return {"firsts": [each.view(named=hosts) for each in shown]}

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own places."""
        places = {each.first: each.by_user[user] for each in self._firsts.values() if user in each.by_user}
        return {"places": places} if places else None

    def ticks(self, audience: Audience) -> Iterable[Tick]:
        """How many places are taken of what is open."""
        return [
            Tick("first.count", each.first, {"first": each.first, "taken": len(each.winners)})
            for each in self._firsts.values()
            if each.status == "open"
        ]

    def on_wall(self, thing: str | None) -> bool:
        """Whatever is no draft."""
        if thing is None:
            return any(first.status != "draft" for first in self._firsts.values())
        first = self._firsts.get(thing)
        return first is not None and first.status != "draft"

    def dump(self) -> dict[str, Any]:
        """All of them, oldest first."""
        return {"firsts": [each.dump() for each in self._firsts.values()]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._firsts = {each["first"]: First.of_dump(each) for each in state["firsts"]}
        self._find_due()

    def begun(self) -> Iterable[str]:
        """Whatever is no draft."""
        return [each.first for each in self._firsts.values() if each.status != "draft"]

    def clear(self, names: Mapping[str, str]) -> None:
        """All are drafts, and nobody has a place."""
        drafts = [First(names.get(each.first, each.first), each.title, each.places) for each in self._firsts.values()]
        self._firsts = {each.first: each for each in drafts}
        self._due = None

    def retire(self, before: int) -> Iterable[int]:
        """What was closed goes, with who has its places; the rest is in use, however old."""
        self._firsts = {name: each for name, each in self._firsts.items() if (each.closed_at or before) >= before}
        return ()

    def erase(self, user: str, pseudonym: str) -> None:
        """Their places stay taken, without a name."""
        for each in self._firsts.values():
            each.erase(user, pseudonym)


def _tap(first: First, user: str) -> list[Proposed]:
    if user in first.by_user:
        return []
    if first.status == "ready":
        raise Refused(Code.CONFLICT, "It has not begun yet.")
    if first.status == "closed":
        raise Refused(Code.CLOSED, "It was over already.")
    place = len(first.winners) + 1
    tapped = Proposed(FirstTapped(first.first, place), Audience.HOSTS)
    if place < first.places:
        return [tapped]
    # The room's own word: everyone hears it, and who has the last place is for hosts.
    return [tapped, Proposed(FirstClosed(first.first, "full", place), by=ROOM)]


def _open(first: First, command: FirstOpen, at: int) -> list[Proposed]:
    if first.status == "closed":
        raise Refused(Code.CONFLICT, "It was closed; make a new one.")
    if first.status == "open":
        return []
    if command.delay_ms is None:
        return [Proposed(FirstOpened(**first.words()))]
    return [Proposed(FirstAnnounced(**first.words(), opens_at=at + command.delay_ms))]


def _closed(first: First) -> Proposed:
    return Proposed(FirstClosed(first.first, "staff", len(first.winners)))


def _hand_over(first: First, place: int, *, given: bool) -> list[Proposed]:
    if place > len(first.winners):
        raise Refused(Code.NOT_FOUND, "Nobody has this place.")
    if (place in first.redeemed) == given:
        return []
    return [Proposed(FirstRedeemed(first.first, place) if given else FirstUnredeemed(first.first, place))]


def _change(first: First, event: Event, at: int) -> None:
    match event:
        case FirstAnnounced():
            first.status, first.opens_at = "ready", event.opens_at
        case FirstOpened():
            first.status, first.opens_at, first.opened_at = "open", None, at
        case FirstClosed():
            first.status, first.opens_at, first.closed_at, first.reason = "closed", None, at, event.reason
        case FirstRedeemed(place=place):
            first.redeemed.add(place)
        case FirstUnredeemed(place=place):
            first.redeemed.discard(place)
