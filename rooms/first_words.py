"""What can be done with gifts for those who tap first, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from protocols.limits import DURATION_MAXIMUM_MS, FIRST_PLACES
from protocols.messages import STAFF, Budget, Command, Event, Id, Lasting, Passing, Role
from protocols.text import Title
from rooms.contact import Contact
from rooms.first import FirstReason

Place = Annotated[int, Field(ge=1, le=FIRST_PLACES)]


class FirstCreate(Command):
    """Prepare one: so many places for those who tap first."""

    type = "first.create"
    roles = STAFF

    title: Title
    places: Place


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


class FirstClaim(FirstCommand):
    """Say, as somebody who has a place, how to be reached, or with null take that back. Only hosts are told."""

    type = "first.claim"
    roles = frozenset({Role.ATTENDEE})
    budget = Budget.CHAT

    contact: Contact | None


class FirstRedeem(FirstCommand):
    """The gift of this place was handed over."""

    type = "first.redeem"

    place: Place


class FirstUnredeem(FirstCommand):
    """It was not, after all."""

    type = "first.unredeem"

    place: Place


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
class FirstClaimed(Event):
    """Somebody who has a place said how to be reached, for hosts."""

    type: ClassVar[str] = "first.claimed"
    own: ClassVar[bool] = True

    first: str
    place: int
    contact: str


@dataclass(frozen=True, slots=True)
class FirstUnclaimed(Passing):
    """Their contact is gone."""

    type: ClassVar[str] = "first.unclaimed"
    own: ClassVar[bool] = True

    first: str
    place: int


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
