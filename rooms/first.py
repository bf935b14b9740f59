"""First N: what is given, when it begins, and whose taps came first."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    """Who has which place, for hosts; the name is empty once the person was erased."""

    place: int
    name: str
    guest: bool
    at: int


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


class FirstsMine(TypedDict):
    """One's own places: first -> place, from 1."""

    places: dict[str, int]


@dataclass(frozen=True, slots=True)
class Winner:
    """Whoever has a place."""

    user: str
    name: str
    guest: bool
    at: int


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
        """Its plain form, with the winners only if ``named``."""
        counts = {"taken": len(self.winners), "redeemed": sorted(self.redeemed)}
        view = self.words() | self.clock() | counts
        if named:
            view["winners"] = [
                {"place": place, "name": winner.name, "guest": winner.guest, "at": winner.at}
                for place, winner in enumerate(self.winners, 1)
            ]
        return view

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        winners = [[each.user, each.name, each.guest, each.at] for each in self.winners]
        return self.words() | self.clock() | {"winners": winners, "redeemed": sorted(self.redeemed)}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> First:
        """What ``dump`` described."""
        winners = [Winner(*each) for each in state["winners"]]
        return cls(**(state | {"winners": winners, "redeemed": set(state["redeemed"])}))
