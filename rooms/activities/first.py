"""First N: whoever taps first gets one. The order of the taps is the log's; full or closed is a barrier, as in polls.

Staff, walls and bots tap for nothing. A tap after the last place is refused and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from protocols.errors import Code, Refused
from protocols.limits import FIRST_PLACES_KEPT, FIRSTS_KEPT
from protocols.messages import STAFF, Audience, Command, Event, Record
from rooms.activity import ROOM, Activity, Context, Proposed, Tick
from rooms.contact import claimed
from rooms.first import First, FirstCount, FirstsMine, FirstsView, Winner
from rooms.first_words import (
    FirstAnnounced,
    FirstClaim,
    FirstClaimed,
    FirstClose,
    FirstClosed,
    FirstCommand,
    FirstCreate,
    FirstCreated,
    FirstOpen,
    FirstOpened,
    FirstRedeem,
    FirstRedeemed,
    FirstRemove,
    FirstRemoved,
    FirstTap,
    FirstTapped,
    FirstUnclaimed,
    FirstUnredeem,
    FirstUnredeemed,
)


class Firsts(Activity):
    """Gifts for those who tap first."""

    name = "firsts"
    scene = "winner"
    commands = (FirstCreate, FirstOpen, FirstTap, FirstClose, FirstClaim, FirstRedeem, FirstUnredeem, FirstRemove)
    events = (
        FirstCreated,
        FirstAnnounced,
        FirstOpened,
        FirstTapped,
        FirstClosed,
        FirstClaimed,
        FirstUnclaimed,
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
            case FirstClaim(contact=contact):
                return _claim(first, context.by.id, contact)
            case FirstRedeem(place=place) | FirstUnredeem(place=place):
                return _hand_over(first, place, given=isinstance(command, FirstRedeem))
            case FirstRemove():
                audience = Audience.HOSTS if first.status == "draft" else Audience.EVERYONE
                return [Proposed(FirstRemoved(first.first), audience, erases=tuple(sorted(first.held())))]
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
                _change(first, event, record)
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
        """Hosts see drafts, who has the places, and how they are reached."""
        hosts = audience is Audience.HOSTS
        shown = [each for each in self._firsts.values() if hosts or each.status != "draft"]
        return {"firsts": [each.view(named=hosts) for each in shown]}

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own places."""
        places = {name: mine for name, each in self._firsts.items() if (mine := each.mine(user)) is not None}
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
        """What was closed goes, with who has its places; the rest is in use, however old.

        Of the rest, contacts go as the taps do: of whoever has had the place so long.
        """
        gone = [each for each in self._firsts.values() if each.closed_at is not None and each.closed_at < before]
        held = {seq for first in gone for seq in first.held()}
        for first in gone:
            del self._firsts[first.first]
        return held.union(*(first.unreach(before) for first in self._firsts.values()))

    def erase(self, user: str, pseudonym: str) -> None:
        """Their places stay taken, without a name or a contact."""
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


def _claim(first: First, user: str, contact: str | None) -> list[Proposed]:
    place = first.by_user.get(user, 0)
    gone, said = FirstUnclaimed(first.first, place), FirstClaimed(first.first, place, contact or "")
    return claimed(first.winners[place - 1] if place else None, contact, gone if contact is None else said)


def _hand_over(first: First, place: int, *, given: bool) -> list[Proposed]:
    if place > len(first.winners):
        raise Refused(Code.NOT_FOUND, "Nobody has this place.")
    if (place in first.redeemed) == given:
        return []
    return [Proposed(FirstRedeemed(first.first, place) if given else FirstUnredeemed(first.first, place))]


def _change(first: First, event: Event, record: Record) -> None:
    at = record.at
    match event:
        case FirstAnnounced():
            first.status, first.opens_at = "ready", event.opens_at
        case FirstOpened():
            first.status, first.opens_at, first.opened_at = "open", None, at
        case FirstClosed():
            first.status, first.opens_at, first.closed_at, first.reason = "closed", None, at, event.reason
        case FirstClaimed(place=place, contact=contact):
            first.reach(place, contact, record.seq)
        case FirstUnclaimed(place=place):
            first.reach(place, None, 0)
        case FirstRedeemed(place=place):
            first.redeemed.add(place)
        case FirstUnredeemed(place=place):
            first.redeemed.discard(place)
