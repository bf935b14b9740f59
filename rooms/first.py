"""First N: what is given, when it begins, and whose taps came first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

FirstStatus = Literal["draft", "ready", "open", "closed"]
FirstReason = Literal["full", "staff"]


class FirstCount(TypedDict):
    """How many places are taken so far."""

    room: str
    first: str
    taken: int


class FirstWinner(TypedDict):
    """Who has which place, for hosts, and the contact, if given; the name is empty once the person was erased."""

    place: int
    name: str
    guest: bool
    at: int
    contact: str | None


class FirstView(TypedDict):
    """One of them. ``opens_at`` while it counts down; ``redeemed`` are the places whose gift was handed over;
    ``winners`` for hosts only."""

    first: str
    title: str
    places: int
    status: FirstStatus
    opens_at: int | None
    opened_at: int | None
    closed_at: int | None
    reason: FirstReason | None
    taken: int
    redeemed: list[int]
    winners: NotRequired[list[FirstWinner]]


class FirstsView(TypedDict):
    """All of a room, oldest first; drafts for hosts only."""

    firsts: list[FirstView]


class PlaceMine(TypedDict):
    """The place that one has, from 1, and the contact that one gave."""

    place: int
    contact: str | None


class FirstsMine(TypedDict):
    """One's own places: first -> place."""

    places: dict[str, PlaceMine]


@dataclass(frozen=True, slots=True)
class Winner:
    """Whoever has a place, since ``at``. ``held`` is the seq of the record with the contact."""

    user: str
    name: str
    guest: bool
    at: int
    contact: str | None = None
    held: int = 0


@dataclass(slots=True)
class First:
    """The state of one: ``winners`` in the order of their taps."""

    first: str
    title: str
    places: int
    status: FirstStatus = "draft"
    opens_at: int | None = None
    opened_at: int | None = None
    closed_at: int | None = None
    reason: FirstReason | None = None
    winners: list[Winner] = field(default_factory=list)
    redeemed: set[int] = field(default_factory=set)
    by_user: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.by_user = {winner.user: place for place, winner in enumerate(self.winners, 1)}

    def take(self, winner: Winner) -> None:
        """The next place is theirs."""
        self.winners.append(winner)
        self.by_user[winner.user] = len(self.winners)

    def reach(self, place: int, contact: str | None, held: int) -> None:
        """From now on whoever has this place is reached so."""
        if place <= len(self.winners):
            self.winners[place - 1] = replace(self.winners[place - 1], contact=contact, held=held)

    def unreach(self, before: int) -> set[int]:
        """Forget the contacts of those who have had a place since before then; the seqs of the records with them."""
        places = [place for place, each in enumerate(self.winners, 1) if each.held and each.at < before]
        held = {self.winners[place - 1].held for place in places}
        for place in places:
            self.reach(place, None, 0)
        return held

    def held(self) -> set[int]:
        """The seqs of the records with contacts."""
        return {each.held for each in self.winners if each.held}

    def mine(self, user: str) -> PlaceMine | None:
        """What concerns this person alone."""
        place = self.by_user.get(user)
        return None if place is None else {"place": place, "contact": self.winners[place - 1].contact}

    def erase(self, user: str, pseudonym: str) -> None:
        """The place stays taken, by nobody who can be named."""
        place = self.by_user.pop(user, None)
        if place is not None:
            self.by_user[pseudonym] = place
            before = self.winners[place - 1]
            self.winners[place - 1] = Winner(pseudonym, "", before.guest, before.at)

    def words(self) -> dict[str, Any]:
        """What it offers."""
        return {"first": self.first, "title": self.title, "places": self.places}

    def clock(self) -> dict[str, Any]:
        """Where it is in its life."""
        return {
            "status": self.status,
            "opens_at": self.opens_at,
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
            "reason": self.reason,
        }

    def view(self, *, named: bool) -> dict[str, Any]:
        """Its plain form, with the winners and their contacts only if ``named``."""
        counts = {"taken": len(self.winners), "redeemed": sorted(self.redeemed)}
        view = self.words() | self.clock() | counts
        if named:
            view["winners"] = [
                {"place": place, "name": each.name, "guest": each.guest, "at": each.at, "contact": each.contact}
                for place, each in enumerate(self.winners, 1)
            ]
        return view

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        winners = [[getattr(each, name) for name in Winner.__slots__] for each in self.winners]
        return self.words() | self.clock() | {"winners": winners, "redeemed": sorted(self.redeemed)}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> First:
        """What ``dump`` described."""
        winners = [Winner(*each) for each in state["winners"]]
        return cls(**(state | {"winners": winners, "redeemed": set(state["redeemed"])}))
