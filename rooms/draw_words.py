"""What can be done with draws, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from protocols.limits import DRAW_WINNERS
from protocols.messages import STAFF, Budget, Command, Event, Id, Lasting, Passing, Role
from protocols.text import Title
from rooms.contact import Contact

Place = Annotated[int, Field(ge=1, le=DRAW_WINNERS)]


class DrawCreate(Command):
    """Prepare a draw: of those who are present while it is open, or of who took part in ``of``, such as a poll."""

    type = "draw.create"
    roles = STAFF

    title: Title
    winners: Place
    of: Id | None = None


class DrawCommand(Command):
    """What staff does with a draw that is there."""

    roles = STAFF

    draw: Id


class DrawOpen(DrawCommand):
    """Let those who are present enter."""

    type = "draw.open"


class DrawEnter(DrawCommand):
    """Take part; pages do it for those who are present. Again changes nothing."""

    type = "draw.enter"
    roles = frozenset({Role.ATTENDEE})
    budget = Budget.NONE


class DrawFreeze(DrawCommand):
    """Let nobody in any more, and publish the commitment."""

    type = "draw.freeze"


class DrawReveal(DrawCommand):
    """Reveal the seed, and with it the winners."""

    type = "draw.reveal"


class DrawRedraw(DrawCommand):
    """Pass over an absent winner: the next in order takes the place."""

    type = "draw.redraw"

    place: Place


class DrawClaim(DrawCommand):
    """Say, as a winner, how to be reached, or with null take that back. Only hosts are told."""

    type = "draw.claim"
    roles = frozenset({Role.ATTENDEE})
    budget = Budget.CHAT

    contact: Contact | None


class DrawRedeem(DrawCommand):
    """The prize of this place was handed over."""

    type = "draw.redeem"

    place: Place


class DrawUnredeem(DrawCommand):
    """It was not, after all."""

    type = "draw.unredeem"

    place: Place


class DrawRemove(DrawCommand):
    """Take the draw away, with its entrants and winners."""

    type = "draw.remove"


@dataclass(frozen=True, slots=True)
class DrawCreated(Lasting):
    """A draft, for hosts."""

    type: ClassVar[str] = "draw.created"

    draw: str
    title: str
    winners: int
    of: str | None


@dataclass(frozen=True, slots=True)
class DrawOpened(Passing):
    """Those who are present enter; whole, because everyone hears of it for the first time."""

    type: ClassVar[str] = "draw.opened"

    draw: str
    title: str
    winners: int
    of: str | None


@dataclass(frozen=True, slots=True)
class DrawEntered(Passing):
    """Somebody is in it, with this ticket; told to nobody. ``Room.mine`` tells the person."""

    type: ClassVar[str] = "draw.entered"
    own: ClassVar[bool] = True

    draw: str
    ticket: str


@dataclass(frozen=True, slots=True)
class DrawExcluded(Passing):
    """Somebody who had entered is out when the list is frozen: banned meanwhile, or of the staff; told to nobody."""

    type: ClassVar[str] = "draw.excluded"
    own: ClassVar[bool] = True

    draw: str


@dataclass(frozen=True, slots=True)
class DrawSealed(Passing):
    """The seed; told to nobody, in no export, until draw.revealed tells it."""

    type: ClassVar[str] = "draw.sealed"
    secret: ClassVar[bool] = True

    draw: str
    seed: str


@dataclass(frozen=True, slots=True)
class DrawFrozen(Passing):
    """Nobody comes in any more; the commitment binds seed and entrants. Whole, as draw.opened."""

    type: ClassVar[str] = "draw.frozen"

    draw: str
    title: str
    winners: int
    of: str | None
    entrants: int
    roll: str
    commitment: str


@dataclass(frozen=True, slots=True)
class DrawWon(Passing):
    """A winner, for hosts: ``by`` is the winner."""

    type: ClassVar[str] = "draw.won"
    own: ClassVar[bool] = True

    draw: str
    place: int
    ticket: str


@dataclass(frozen=True, slots=True)
class DrawNamed(Event):
    """The masked name of a winner, for everyone."""

    type: ClassVar[str] = "draw.named"

    draw: str
    place: int
    ticket: str
    name: str


@dataclass(frozen=True, slots=True)
class DrawRevealed(Passing):
    """The seed, and the tickets that have won, by place."""

    type: ClassVar[str] = "draw.revealed"

    draw: str
    seed: str
    tickets: list[str]


@dataclass(frozen=True, slots=True)
class DrawRedrawn(Passing):
    """Whoever had won this place was absent: the next ticket in order has it."""

    type: ClassVar[str] = "draw.redrawn"

    draw: str
    place: int
    before: str
    ticket: str


@dataclass(frozen=True, slots=True)
class DrawClaimed(Event):
    """A winner said how to be reached, for hosts."""

    type: ClassVar[str] = "draw.claimed"
    own: ClassVar[bool] = True

    draw: str
    place: int
    contact: str


@dataclass(frozen=True, slots=True)
class DrawUnclaimed(Passing):
    """The winner's contact is gone."""

    type: ClassVar[str] = "draw.unclaimed"
    own: ClassVar[bool] = True

    draw: str
    place: int


@dataclass(frozen=True, slots=True)
class DrawRedeemed(Passing):
    """The prize of this place was handed over; ``by`` says by whom."""

    type: ClassVar[str] = "draw.redeemed"

    draw: str
    place: int


@dataclass(frozen=True, slots=True)
class DrawUnredeemed(Passing):
    """The prize of this place was not handed over yet."""

    type: ClassVar[str] = "draw.unredeemed"

    draw: str
    place: int


@dataclass(frozen=True, slots=True)
class DrawRemoved(Lasting):
    """The draw is gone."""

    type: ClassVar[str] = "draw.removed"

    draw: str
