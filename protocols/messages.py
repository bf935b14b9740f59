"""Commands wish, events state, records are events in a room's log.

An activity declares its own commands and events by deriving from the two classes here; the names of the
types are the Socket.IO event names on the wire, both ways.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from protocols.limits import ID_LENGTH, KEY_LENGTH
from protocols.text import Name

Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_LENGTH, pattern=r"^[A-Za-z0-9._~-]+$")]

# Someone a bot speaks for is ``network:id``, and who was erased is ``erased:id``: no token can name either.
UserId = Annotated[
    str, StringConstraints(min_length=1, max_length=ID_LENGTH + 33, pattern=r"^([a-z0-9_]{1,32}:)?[A-Za-z0-9._~-]+$")
]
PSEUDONYM = "erased:"
# An account of the staff: what it may do is decided where staff is, not in a room.
ACCOUNT = "st_"


class Role(StrEnum):
    """What a participant is in a room."""

    HOST = "host"
    MODERATOR = "moderator"
    ATTENDEE = "attendee"
    WALL = "wall"
    BOT = "bot"


class Audience(StrEnum):
    """Who is told of an event: all in the room, those who run it, or no one (it is only stored)."""

    EVERYONE = "everyone"
    HOSTS = "hosts"
    NOBODY = "nobody"


STAFF = frozenset({Role.HOST, Role.MODERATOR})


def audience_of(role: Role) -> Audience:
    """The audience that a role listens with; hosts are told what everyone is told, and more."""
    return Audience.HOSTS if role in STAFF else Audience.EVERYONE


class Budget(StrEnum):
    """The class of a command when a room is busy; the last sheds first, ``none`` is never counted."""

    CONTROL = "control"
    HOST = "host"
    QUESTION = "question"
    CHAT = "chat"
    REACTION = "reaction"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class By:
    """Who did it: as shown beside an event. ``via`` names the network a bot spoke for them from, ``shop`` the shop in
    which they are, of those that take part in the room."""

    id: str
    name: str
    role: Role
    guest: bool = False
    via: str | None = None
    shop: str | None = None

    def as_wire(self) -> dict[str, Any]:
        """The plain form: id, name and role always, the rest only if it says something."""
        wire: dict[str, Any] = {"id": self.id, "name": self.name, "role": str(self.role)}
        if self.guest:
            wire["guest"] = True
        if self.via is not None:
            wire["via"] = self.via
        if self.shop is not None:
            wire["shop"] = self.shop
        return wire

    def forgotten(self, pseudonym: str) -> By:
        """The same under a pseudonym, so that a ballot still counts as it did."""
        return By(pseudonym, "", self.role, self.guest, shop=self.shop)

    @classmethod
    def of_wire(cls, wire: dict[str, Any]) -> By:
        """The author that ``as_wire`` described."""
        return cls(
            wire["id"], wire["name"], Role(wire["role"]), wire.get("guest", False), wire.get("via"), wire.get("shop")
        )


def _no_pseudonym(via: str) -> str:
    if f"{via}:" == PSEUDONYM:
        raise ValueError("no network is called so")
    return via


Network = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$"), AfterValidator(_no_pseudonym)]


class Person(BaseModel):
    """A person that a bot speaks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    name: Name
    via: Network


class Command(BaseModel):
    """A wish for a room; ``id`` is the sender's own and makes sending again safe.

    ``writes`` says that its sender writes something for others to read: then mutes and the word filter hold for it.
    ``waits`` says that it can be kept for staff to look at first (``Context.suspect``).
    ``slowed`` says that slow mode holds for it.
    ``volatile`` says that no record comes of it: the node where it comes in asks the room whether it may be, counts
    it, and all are told of the count.
    ``asks`` says that nothing comes of it: it is answered as what it asks about would be at this moment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: ClassVar[str]
    roles: ClassVar[frozenset[Role]] = frozenset(Role) - {Role.WALL}
    budget: ClassVar[Budget] = Budget.HOST
    writes: ClassVar[bool] = False
    waits: ClassVar[bool] = False
    slowed: ClassVar[bool] = False
    volatile: ClassVar[bool] = False
    asks: ClassVar[bool] = False

    id: Id
    room: Id
    on_behalf_of: Person | None = Field(default=None, description="Only for the role bot.")

    def said(self) -> tuple[str, ...]:
        """What its sender wrote, for those who look it through."""
        return ()


@dataclass(frozen=True, slots=True)
class Event:
    """A fact of a room: derived classes are frozen dataclasses with JSON-plain fields.

    ``own`` says that it changes what its author alone is told (``Activity.mine``); ``secret`` that no export holds
    what it says.
    """

    type: ClassVar[str]
    version: ClassVar[int] = 1
    own: ClassVar[bool] = False
    secret: ClassVar[bool] = False

    @classmethod
    def load(cls, data: dict[str, Any]) -> Self:
        """Make the event from the plain fields that ``dump`` gave; unknown fields raise TypeError."""
        return cls(**data)

    def dump(self) -> dict[str, Any]:
        """The plain fields, as they stand on the wire and in the log."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def exported(self) -> dict[str, Any] | None:
        """The plain fields as an export holds them, if it does."""
        return None if self.secret else self.dump()

    def erased(self) -> Event | None:
        """What may stay when it is erased; None leaves a stub without data."""
        return None

    def emptied(self) -> Event | None:
        """What may stay when it is erased and no person is: nobody bears a pseudonym beside it."""
        return self.erased()

    def told_alone(self, by: By | None) -> str | None:
        """Whom it makes hear anew what they alone are told: its author, if it is ``own``."""
        return by.id if self.own and by is not None else None


@dataclass(frozen=True, slots=True)
class Lasting(Event):
    """An event that says nothing personal and that later ones build on: erasure takes its author's name only."""

    def erased(self) -> Event:
        """All of it."""
        return self


@dataclass(frozen=True, slots=True)
class Concerning(Lasting):
    """A ``Lasting`` event that names somebody beside its author: once they are erased, nothing of it stays."""

    def emptied(self) -> None:
        """Nobody wrote it who would bear the pseudonym: it is those whom it names that are forgotten."""


@dataclass(frozen=True, slots=True)
class Passing(Lasting):
    """A ``Lasting`` event of what went on and prepared nothing: of a rehearsal that is cleared nothing of it stays."""

    def emptied(self) -> None:
        """It is as if it had not been."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a room's log: ``seq`` has no holes inside an ``epoch``; 0 is before the first event."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Record:
    """An event at its place in the log. ``data`` None is a stub: what was said has been erased.

    ``after``      the seq of the last record told to (everyone, hosts) before this one.
    ``command``    digest of (user, command id), its key, and of the body, on the last record of a command.
    ``erases``     seqs of earlier records that become stubs in the step that appends this one.
    """

    seq: int
    at: int
    type: str
    version: int
    audience: Audience
    by: By | None
    data: Event | None
    after: tuple[int, int]
    command: bytes | None = None
    erases: tuple[int, ...] = ()

    def told_to(self, audience: Audience) -> bool:
        """Whether members listening as ``audience`` are told of it."""
        if self.audience is Audience.NOBODY:
            return False
        return self.audience is Audience.EVERYONE or audience is Audience.HOSTS

    def after_for(self, audience: Audience) -> int:
        """The seq of the last record that this audience was told of before it."""
        return self.after[1] if audience is Audience.HOSTS else self.after[0]

    @property
    def pseudonym(self) -> str | None:
        """Whose name the records that this one erases bear from now on: ``stub(record.pseudonym)``."""
        return getattr(self.data, "pseudonym", None)

    def stub(self, pseudonym: str | None = None) -> Record:
        """The same place without what was said or who said it; ballots stay under a pseudonym.

        The key of the command stays, so that sending a deleted message again does not post it again. Not under a
        pseudonym: whoever guesses the user and the id could tell from it whose the pseudonym is.
        """
        kept = self.data
        if kept is not None:
            kept = kept.erased() if pseudonym else kept.emptied()
        by = self.by.forgotten(pseudonym) if pseudonym and self.by else None
        key = self.command[:KEY_LENGTH] if self.command and not pseudonym else None
        return replace(self, data=kept, by=by, command=key)
