"""A lucky draw: its entrants, its seal, and who won."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from rooms.lot import drawn_order

DrawStatus = Literal["draft", "open", "frozen", "drawn"]


class DrawCount(TypedDict):
    """How many are in it so far."""

    room: str
    draw: str
    entrants: int


class PrizeView(TypedDict):
    """Who won: ``shown`` is the masked name. For hosts: the whole one (empty once erased) and the contact, if given."""

    place: int
    ticket: str
    shown: str
    redeemed: bool
    name: NotRequired[str]
    guest: NotRequired[bool]
    contact: NotRequired[str | None]


class PassedView(TypedDict):
    """A ticket that had won this place and was passed over, because its holder was not there."""

    place: int
    ticket: str


class DrawView(TypedDict):
    """A draw as it is shown. ``of`` is the thing whose partakers are in it, null for those who are present.
    ``roll`` and ``commitment`` are there once it is frozen, ``seed`` and ``won`` once it is drawn: see rooms/lot.py."""

    draw: str
    title: str
    winners: int
    of: str | None
    status: DrawStatus
    entrants: int
    roll: str | None
    commitment: str | None
    seed: str | None
    won: list[PrizeView]
    passed: list[PassedView]
    opened_at: int | None
    frozen_at: int | None
    drawn_at: int | None


class DrawsView(TypedDict):
    """The draws of a room, oldest first; drafts for hosts only."""

    draws: list[DrawView]


class TicketMine(TypedDict):
    """One's own ticket, the place that it won, and the contact that one gave."""

    ticket: str
    place: int | None
    contact: str | None


class DrawsMine(TypedDict):
    """One's own tickets: draw -> ticket."""

    tickets: dict[str, TicketMine]


@dataclass(slots=True)
class Entrant:
    """Whoever is in it."""

    ticket: str
    user: str
    name: str
    guest: bool


@dataclass(slots=True)
class Prize:
    """A place that was won. ``named`` and ``held`` are the seqs of the records with the masked name and the contact."""

    ticket: str
    user: str
    name: str
    guest: bool
    shown: str = ""
    named: int = 0
    contact: str | None = None
    held: int = 0
    redeemed: bool = False


@dataclass(slots=True)
class Draw:
    """The state of one draw. ``entrants`` stand in the order of entering, ``won`` has the prizes by place from 1."""

    draw: str
    title: str
    winners: int
    of: str | None
    status: DrawStatus = "draft"
    sealed: str = ""  # the seed, which nobody is told before it is drawn
    roll: str | None = None
    commitment: str | None = None
    opened_at: int | None = None
    frozen_at: int | None = None
    drawn_at: int | None = None
    entrants: list[Entrant] = field(default_factory=list)
    won: dict[int, Prize] = field(default_factory=dict)
    passed: list[tuple[int, str]] = field(default_factory=list)
    by_user: dict[str, Entrant] = field(init=False)

    def __post_init__(self) -> None:
        self.by_user = {each.user: each for each in self.entrants}

    @property
    def tickets(self) -> list[str]:
        """All tickets in the order of entering."""
        return [each.ticket for each in self.entrants]

    def enter(self, entrant: Entrant) -> None:
        """Take somebody in."""
        self.entrants.append(entrant)
        self.by_user[entrant.user] = entrant

    def leave(self, user: str) -> None:
        """Take somebody out again."""
        entrant = self.by_user.pop(user, None)
        if entrant is not None:
            self.entrants.remove(entrant)

    def next(self, count: int) -> list[Entrant]:
        """Who wins the next so many places, after those that were drawn already."""
        drawn = len(self.won) + len(self.passed)
        holders = {each.ticket: each for each in self.entrants}
        return [holders[ticket] for ticket in drawn_order(self.sealed, self.tickets)[drawn : drawn + count]]

    def place_of(self, user: str) -> int | None:
        """The place that this person has won."""
        return next((place for place, prize in self.won.items() if prize.user == user), None)

    def mine(self, user: str) -> TicketMine | None:
        """What concerns this person alone."""
        entrant = self.by_user.get(user)
        if entrant is None:
            return None
        place = self.place_of(user)
        return {"ticket": entrant.ticket, "place": place, "contact": self.won[place].contact if place else None}

    def erase(self, user: str, pseudonym: str) -> None:
        """The ticket stays in it, or has won, and is nobody's."""
        entrant = self.by_user.pop(user, None)
        if entrant is not None:
            entrant.user, entrant.name = pseudonym, ""
            self.by_user[pseudonym] = entrant
        for place, prize in self.won.items():
            if prize.user in {user, pseudonym}:
                self.won[place] = Prize(prize.ticket, pseudonym, "", prize.guest, redeemed=prize.redeemed)

    def held(self) -> set[int]:
        """The seqs of the records that hold names and contacts of its winners."""
        return {seq for prize in self.won.values() for seq in (prize.named, prize.held) if seq}

    def words(self) -> dict[str, Any]:
        """What it is about."""
        return {"draw": self.draw, "title": self.title, "winners": self.winners, "of": self.of}

    def clock(self) -> dict[str, Any]:
        """Where it is in its life."""
        return {
            "status": self.status,
            "roll": self.roll,
            "commitment": self.commitment,
            "opened_at": self.opened_at,
            "frozen_at": self.frozen_at,
            "drawn_at": self.drawn_at,
        }

    def view(self, *, named: bool) -> dict[str, Any]:
        """Its plain form, with names and contacts only if ``named``."""
        won = []
        for place, prize in sorted(self.won.items()):
            shown = {"place": place, "ticket": prize.ticket, "shown": prize.shown, "redeemed": prize.redeemed}
            more = {"name": prize.name, "guest": prize.guest, "contact": prize.contact} if named else {}
            won.append(shown | more)
        return (
            self.words()
            | self.clock()
            | {
                "entrants": len(self.entrants),
                "seed": self.sealed if self.status == "drawn" else None,
                "won": won,
                "passed": [{"place": place, "ticket": ticket} for place, ticket in self.passed],
            }
        )

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        return (
            self.words()
            | self.clock()
            | {
                "sealed": self.sealed,
                "entrants": [[each.ticket, each.user, each.name, each.guest] for each in self.entrants],
                "won": [
                    [place, *(getattr(prize, name) for name in Prize.__slots__)]
                    for place, prize in sorted(self.won.items())
                ],
                "passed": [list(each) for each in self.passed],
            }
        )

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Draw:
        """The draw that ``dump`` described."""
        made = {
            "entrants": [Entrant(*each) for each in state["entrants"]],
            "won": {place: Prize(*prize) for place, *prize in state["won"]},
            "passed": [(place, ticket) for place, ticket in state["passed"]],
        }
        return cls(**(state | made))


def masked(name: str) -> str:
    """A name as strangers may read it: its first character."""
    return f"{name[0]}*" if len(name) > 1 else name
